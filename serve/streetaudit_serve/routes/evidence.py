"""Blurred pictures, for signed-in people only."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from streetaudit_serve.guard import SIGNED_IN, GuardedRoute, allow
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.routes.cases import problem_answers

router = APIRouter(route_class=GuardedRoute, tags=["evidence"])
#: Keys name content, so a picture never changes; still short, for the browser may be a shared one.
_CACHE = "private, max-age=3600, immutable"
_POLICY = "default-src 'none'; sandbox"


@router.get(
    "/evidence/{key:path}",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **problem_answers(401, 403, 404, 422)},
)
@allow(SIGNED_IN.by_token("read"))
def picture(key: str, parts: PartsDep) -> Response:
    """The picture of a key, JPEG."""
    data = parts.evidence.get(key) if parts.store.shows(key) else None
    if data is None:  # also where the key could not be one, or is another area's: no hint which
        raise HTTPException(404, "There is no such picture.")
    headers = {
        "Cache-Control": _CACHE,
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": "inline",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(data, media_type="image/jpeg", headers=headers)
