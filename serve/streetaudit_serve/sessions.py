"""Server-side sessions: the cookie holds a random token, the store only its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from starlette.responses import Response

from streetaudit.io.store.values import Area
from streetaudit_serve.parts import Parts, parts_of

TOKEN_PREFIX = "sta_"  # noqa: S105 - no secret, but what one begins with


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a request.

    Attributes:
        name: Of the account.
        role: Of the account.
        csrf: The session's token against forged requests; "" for a program, which no other site can drive.
        must_change_password: True while the account still has its one-time password.
        area: The part of the city that it may see, None for all of it.
        scopes: What a program's token may do, None for a signed-in browser.
    """

    name: str
    role: str
    csrf: str
    must_change_password: bool
    area: Area | None = None
    scopes: frozenset[str] | None = None


def cookie_name(parts: Parts) -> str:
    """The session cookie's name; the prefix binds it to this host and to https."""
    return "__Host-streetaudit" if parts.config.serve.secure_cookies else "streetaudit"


def visitor_of(request: Request) -> Visitor | None:
    """The visitor of a request: a program by its token, else a browser by its session; None for a stranger."""
    parts = parts_of(request)
    written = request.headers.get("authorization")
    if written is not None:  # never the cookie then: a request has one identity
        return _bearer(parts, written)
    token = request.cookies.get(cookie_name(parts))
    session = parts.store.session(sha256_of(token)) if token else None
    if session is None or session.account.disabled:
        return None
    account = session.account
    return Visitor(account.name, account.role, session.csrf, account.must_change_password, account.area)


def _bearer(parts: Parts, written: str) -> Visitor | None:
    kind, _, secret = written.partition(" ")
    return bearer_of(parts, secret) if kind.lower() == "bearer" else None


def bearer_of(parts: Parts, secret: str) -> Visitor | None:
    """The program behind a token's secret, None for a stranger."""
    if not secret.startswith(TOKEN_PREFIX):
        return None
    found = parts.store.bearer(sha256_of(secret.strip()))
    if found is None:
        return None
    account = found.account
    return Visitor(account.name, account.role, "", False, account.area, found.scopes)


def new_secret() -> str:
    """A token's secret: 256 random bits behind a prefix by which scanners know a leaked one."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def start_session(request: Request, response: Response, name: str) -> None:
    """Opens a fresh session and closes the one the browser had, so that no id is ever carried over."""
    parts = parts_of(request)
    end_session(request, response)
    token = secrets.token_urlsafe(32)
    parts.store.open_session(name, token_sha256=sha256_of(token), csrf=secrets.token_urlsafe(32))
    secure = parts.config.serve.secure_cookies
    response.set_cookie(cookie_name(parts), token, secure=secure, httponly=True, samesite="lax", path="/")


def end_session(request: Request, response: Response) -> None:
    """Closes the request's session on the server and forgets its cookie."""
    parts = parts_of(request)
    name = cookie_name(parts)
    token = request.cookies.get(name)
    if token:
        parts.store.close_session(sha256_of(token))
    secure = parts.config.serve.secure_cookies
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def signed_in(request: Request) -> Visitor:
    """The visitor that the route's policy let in."""
    visitor = request.state.visitor
    if not isinstance(visitor, Visitor):
        raise HTTPException(401, "Sign in first.")
    return visitor


VisitorDep = Annotated[Visitor, Depends(signed_in)]


def sha256_of(token: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(token.encode()).hexdigest()
