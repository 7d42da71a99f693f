"""Errors as answers: problem+json (RFC 9457) for programs, a page for people."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from streetaudit.errors import StoreError
from streetaudit_serve.headers import CONTENT_SECURITY_POLICY
from streetaudit_serve.pages import page

_LOG = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class VersionConflictProblem(HTTPException):
    """409: somebody else changed the case; carries what it looks like now."""

    def __init__(self, current: dict[str, Any]) -> None:
        super().__init__(409, "Somebody else changed this case in the meantime.")
        self.current = current


def add_problem_handlers(app: FastAPI) -> None:
    """Makes the application answer every error in one of the two forms."""
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(StoreError, _on_store)
    app.add_exception_handler(Exception, _on_bug)


async def _on_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers or {})
    elsewhere = headers.pop("X-Next", None)
    if _for_people(request):
        if error.status_code == 401:
            return RedirectResponse(f"/sign-in?next={quote(_here(request))}", 303)
        if elsewhere:
            return RedirectResponse(elsewhere, 303)
    more = {"current": error.current} if isinstance(error, VersionConflictProblem) else {}
    return _answer(request, error.status_code, str(error.detail), headers=headers, **more)


async def _on_invalid(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    # What was sent is not echoed: it may be a password.
    faults = [{"where": [str(part) for part in e["loc"]], "message": e["msg"]} for e in error.errors()]
    return _answer(request, 422, "The request does not have the form that the API describes.", errors=faults)


async def _on_store(request: Request, error: Exception) -> Response:
    _LOG.error("store: %s", error)
    detail = "The case store cannot be reached right now; nothing was changed."
    return _answer(request, 503, detail, headers={"Retry-After": "5"})


async def _on_bug(request: Request, error: Exception) -> Response:
    _LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    response = _answer(request, 500, "Something went wrong on our side; it was logged.")
    # Starlette answers this one outside all middleware.
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


def _answer(
    request: Request, status: int, detail: str, *, headers: dict[str, str] | None = None, **more: Any
) -> Response:
    title = HTTPStatus(status).phrase
    if _for_people(request):
        return page(request, "error.html", status=status, headers=headers, code=status, title=title, detail=detail)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **jsonable_encoder(more)}
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def _for_people(request: Request) -> bool:
    return not request.url.path.startswith(("/api/", "/evidence/", "/healthz", "/readyz", "/static/", "/open311/"))


def _here(request: Request) -> str:
    if request.method != "GET":
        return "/"
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
