"""Sign in, sign out, change the password."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit_serve import totp
from streetaudit_serve.forgery import form_token, keep_form_token
from streetaudit_serve.guard import OWN_ACCOUNT, PUBLIC, GuardedRoute, allow
from streetaudit_serve.pages import page
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.passwords import MIN_LENGTH, is_acceptable
from streetaudit_serve.sessions import Visitor, VisitorDep, end_session, start_session
from streetaudit_serve.signin import check_code, check_password, refuse_guessed_codes

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
Field = Annotated[str, Form(max_length=1024)]


@router.get("/sign-in")
@allow(PUBLIC)
def sign_in_page(request: Request, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """The form, or straight on for those who are signed in."""
    if isinstance(request.state.visitor, Visitor):
        return RedirectResponse(local_path(next), 303)
    return _form(request, next)


@router.post("/sign-in")
@allow(PUBLIC)
def sign_in(
    request: Request,
    parts: PartsDep,
    name: Field,
    password: Field,
    next: Field = "/",  # noqa: A002 - the name in the address
    code: Annotated[str, Form(max_length=16)] = "",
) -> Response:
    """A fresh session for the right password, and code where the account has one; one answer for every wrong one."""
    name = name.strip()
    try:
        refuse_guessed_codes(parts, name)
        right = check_password(parts, name, password, address=address_of(request))
    except HTTPException as refused:
        return _form(request, next, fault="limited", status=refused.status_code, headers=dict(refused.headers or {}))
    if not right:
        return _form(request, next, fault="wrong", status=401)
    if not check_code(parts, name, code):
        return _form(request, next, fault="code", status=401)
    response = RedirectResponse(local_path(next), 303)
    start_session(request, response, name)
    return response


@router.post("/sign-out")
@allow(OWN_ACCOUNT)
def sign_out(request: Request, parts: PartsDep, visitor: VisitorDep) -> Response:
    """End the session on the server and in the browser."""
    response = RedirectResponse("/sign-in", 303)
    end_session(request, response)
    parts.store.audit(visitor.name, "sign-out", "")
    return response


@router.get("/account/password")
@allow(OWN_ACCOUNT)
def password_page(request: Request) -> HTMLResponse:
    """The form for a new password."""
    return page(request, "password.html", fault=None, min_length=MIN_LENGTH)


@router.post("/account/password")
@allow(OWN_ACCOUNT)
def change_password(
    request: Request, parts: PartsDep, visitor: VisitorDep, old: Field, new: Field, again: Field
) -> Response:
    """The new password is set and all sessions of the account but this one end."""
    fault = _password_fault(request, parts, visitor, old=old, new=new, again=again)
    if fault:
        return page(request, "password.html", status=422, fault=fault, min_length=MIN_LENGTH)
    parts.store.set_password(visitor.name, parts.passwords.hash(new), must_change_password=False)
    parts.store.close_sessions_of(visitor.name)
    parts.store.audit(visitor.name, "password changed", visitor.name)
    response = RedirectResponse("/", 303)
    start_session(request, response, visitor.name)
    return response


@router.get("/account/codes")
@allow(OWN_ACCOUNT)
def codes_page(request: Request, parts: PartsDep, visitor: VisitorDep) -> HTMLResponse:
    """Whether the account signs in with codes, and a fresh secret to begin with."""
    return _codes(request, parts, visitor, secret=totp.new_secret())


@router.post("/account/codes")
@allow(OWN_ACCOUNT)
def change_codes(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    password: Field,
    secret: Annotated[str, Form(pattern="^[A-Z2-7]{32}$")],
    code: Annotated[str, Form(max_length=16)] = "",
    off: Annotated[str, Form(max_length=8)] = "",
) -> Response:
    """Codes are asked for from now on, or no longer; both take the password, and a code of the secret."""
    try:
        refuse_guessed_codes(parts, visitor.name)
        right = check_password(parts, visitor.name, password, address=address_of(request))
    except HTTPException:
        right = False
    if off:
        right = right and check_code(parts, visitor.name, code)
    else:
        right = right and totp.step_of(secret, code, parts.clock.now()) is not None
    if not right:
        return _codes(request, parts, visitor, secret=secret, fault="wrong", status=422)
    parts.store.set_totp(visitor.name, None if off else secret)
    parts.store.close_sessions_of(visitor.name)
    response = RedirectResponse("/account/codes", 303)
    start_session(request, response, visitor.name)
    return response


def _codes(
    request: Request, parts: Parts, visitor: Visitor, *, secret: str, fault: str | None = None, status: int = 200
) -> HTMLResponse:
    is_on = parts.store.totp_secret(visitor.name) is not None
    link = totp.address(secret, visitor.name)
    return page(request, "codes.html", status=status, is_on=is_on, secret=secret, link=link, fault=fault)


def local_path(wanted: str) -> str:
    r"""The path if it stays on this site, else the start page.

    >>> local_path("/cases?state=deferred"), local_path("//evil.example"), local_path("/\\evil.example")
    ('/cases?state=deferred', '/', '/')
    """
    # Browsers read a backslash as a slash and drop tabs and line ends before they look.
    plain = wanted.startswith("/") and not wanted.startswith("//") and "\\" not in wanted
    return wanted if plain and wanted.isprintable() else "/"


def address_of(request: Request) -> str:
    """The peer's address (behind a proxy that uvicorn trusts: the one it forwards)."""
    return request.client.host if request.client else "unknown"


def _form(
    request: Request, wanted: str, *, fault: str | None = None, status: int = 200, headers: dict[str, str] | None = None
) -> HTMLResponse:
    token = form_token(request)
    values = {"fault": fault, "next": local_path(wanted), "form_token": token}
    response = page(request, "sign_in.html", status=status, headers=headers, **values)
    keep_form_token(request, response, token)
    return response


def _password_fault(request: Request, parts: Parts, visitor: Visitor, *, old: str, new: str, again: str) -> str | None:
    if new != again:
        return "differ"
    if new == old or not is_acceptable(new, name=visitor.name):
        return "weak"
    if not check_password(parts, visitor.name, old, address=address_of(request)):
        return "wrong"
    return None
