"""Cross-site request forgery: three checks, all of them on every request that changes something."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from streetaudit_serve.parts import parts_of
from streetaudit_serve.sessions import Visitor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_REFUSED = "This request did not come from this site's own page. Reload the page and try again."


async def refuse_forged(request: Request, visitor: Visitor | None) -> None:
    """Raises 403 unless a changing request carries our token and comes from our own origin."""
    if request.method in SAFE_METHODS or (visitor is not None and visitor.scopes is not None):
        return  # no browser adds a token to a request of its own accord
    wanted = visitor.csrf if visitor else request.cookies.get(form_cookie(request), "")
    given = await _given_token(request)
    if not (_own_origin(request) and wanted and secrets.compare_digest(wanted.encode(), given.encode())):
        raise HTTPException(403, _REFUSED)


def form_cookie(request: Request) -> str:
    """The name of the cookie that guards forms shown before sign-in."""
    return "__Host-streetaudit-form" if parts_of(request).config.serve.secure_cookies else "streetaudit-form"


def form_token(request: Request) -> str:
    """The token of a form shown before sign-in: kept while the browser keeps its cookie."""
    known = request.cookies.get(form_cookie(request), "")
    return known if len(known) == 43 and known.isascii() else secrets.token_urlsafe(32)


def keep_form_token(request: Request, response: Response, token: str) -> None:
    """Sets the cookie that a form shown before sign-in is compared with (double submit)."""
    secure = parts_of(request).config.serve.secure_cookies
    response.set_cookie(form_cookie(request), token, secure=secure, httponly=True, samesite="lax", path="/")


def _own_origin(request: Request) -> bool:
    # A browser sends both; a client that sends neither still needs the token.
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")


async def _given_token(request: Request) -> str:
    header = request.headers.get("x-csrf-token")
    if header is not None:
        return header
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return ""
    # Starlette keeps the body, so the endpoint can read the form again.
    try:
        body = await request.body()
    except ClientDisconnect as error:  # a page that is being left sends and does not wait
        raise HTTPException(400, "The request ended before it was whole.") from error
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50)
    return fields.get("csrf", [""])[0]
