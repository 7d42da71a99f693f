"""Server-side sessions: the cookie holds a random token, the store only its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from streetaudit_serve.parts import Parts, parts_of


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a request.

    Attributes:
        name: Of the account.
        role: "reviewer", "supervisor" or "admin".
        csrf: The session's token against forged requests.
        must_change_password: True while the account still has its one-time password.
    """

    name: str
    role: str
    csrf: str
    must_change_password: bool


def cookie_name(parts: Parts) -> str:
    """The session cookie's name; the prefix binds it to this host and to https."""
    return "__Host-streetaudit" if parts.config.serve.secure_cookies else "streetaudit"


def visitor_of(request: Request) -> Visitor | None:
    """The signed-in visitor of a request, None without a live session."""
    parts = parts_of(request)
    token = request.cookies.get(cookie_name(parts))
    session = parts.store.session(_sha256(token)) if token else None
    if session is None or session.account.disabled:
        return None
    account = session.account
    return Visitor(account.name, account.role, session.csrf, account.must_change_password)


def start_session(request: Request, response: Response, name: str) -> None:
    """Opens a fresh session and closes the one the browser had, so that no id is ever carried over."""
    parts = parts_of(request)
    end_session(request, response)
    token = secrets.token_urlsafe(32)
    parts.store.open_session(name, token_sha256=_sha256(token), csrf=secrets.token_urlsafe(32))
    secure = parts.config.serve.secure_cookies
    response.set_cookie(cookie_name(parts), token, secure=secure, httponly=True, samesite="lax", path="/")


def end_session(request: Request, response: Response) -> None:
    """Closes the request's session on the server and forgets its cookie."""
    parts = parts_of(request)
    name = cookie_name(parts)
    token = request.cookies.get(name)
    if token:
        parts.store.close_session(_sha256(token))
    secure = parts.config.serve.secure_cookies
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def signed_in(request: Request) -> Visitor:
    """The visitor that the route's policy let in."""
    visitor = request.state.visitor
    if not isinstance(visitor, Visitor):
        raise HTTPException(401, "Sign in first.")
    return visitor


VisitorDep = Annotated[Visitor, Depends(signed_in)]


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
