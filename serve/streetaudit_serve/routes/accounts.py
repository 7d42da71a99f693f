"""Accounts and tokens, for administrators."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit.io.store.values import Role
from streetaudit_serve.guard import ADMINS, SCOPES, GuardedRoute, allow
from streetaudit_serve.pages import page
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.people import AccountError, People, cells_area
from streetaudit_serve.sessions import Visitor, VisitorDep

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
Name = Annotated[str, Form(max_length=64)]
_STATUS = {"taken": 409, "none": 404}


@router.get("/accounts")
@allow(ADMINS)
def accounts_page(request: Request, parts: PartsDep) -> HTMLResponse:
    """Everybody who may sign in, every gateway, every token."""
    return _page(request, parts)


@router.post("/accounts")
@allow(ADMINS)
def add_account(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    name: Name,
    role: Annotated[Role, Form()],
    cells: Annotated[str, Form(max_length=2000)] = "",
) -> HTMLResponse:
    """A new account with a one-time password, shown once; a gateway's gets a token next."""
    try:
        password = _people(parts, visitor).add(name, role, cells_area(cells))
    except AccountError as error:
        return _refused(request, parts, error)
    return _page(request, parts, fresh=(name.strip(), password) if password else None)


@router.post("/accounts/reset")
@allow(ADMINS)
def reset_password(request: Request, parts: PartsDep, visitor: VisitorDep, name: Name) -> HTMLResponse:
    """A new one-time password for an account whose owner lost theirs; its sessions end."""
    try:
        password = _people(parts, visitor).reset(name)
    except AccountError as error:
        return _refused(request, parts, error)
    return _page(request, parts, fresh=(name, password))


@router.post("/accounts/access")
@allow(ADMINS)
def change_access(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    name: Name,
    access: Annotated[str, Form(pattern="^(disable|enable)$")],
) -> Response:
    """Shut an account out, or let it in again."""
    try:
        _people(parts, visitor).shut(name, disabled=access == "disable")
    except AccountError as error:
        return _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/area")
@allow(ADMINS)
def change_area(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    name: Name,
    cells: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Let an account see some cells, or all of the city."""
    try:
        _people(parts, visitor).limit(name, cells_area(cells))
    except AccountError as error:
        return _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/tokens")
@allow(ADMINS)
def add_token(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    account: Name,
    purpose: Annotated[str, Form(max_length=200)],
    scopes: Annotated[list[str], Form(max_length=10)],
    days: Annotated[int, Form()] = 365,
) -> HTMLResponse:
    """A new token, shown once."""
    try:
        secret = _people(parts, visitor).add_token(account, name=purpose, scopes=scopes, days=days)
    except AccountError as error:
        return _refused(request, parts, error)
    return _page(request, parts, secret=(account, secret))


@router.post("/accounts/tokens/{token_id}/revoke")
@allow(ADMINS)
def revoke_token(token_id: UUID, parts: PartsDep, visitor: VisitorDep) -> Response:
    """From now on the token opens nothing."""
    if not parts.store.revoke_token(token_id, by=visitor.name):
        raise HTTPException(404, "There is no such token.")
    return RedirectResponse("/accounts", 303)


def _people(parts: Parts, visitor: Visitor) -> People:
    return People(parts.store, parts.passwords, visitor.name)


def _refused(request: Request, parts: Parts, error: AccountError) -> HTMLResponse:
    return _page(request, parts, fault=error.code, status=_STATUS.get(error.code, 422))


def _page(request: Request, parts: Parts, *, status: int = 200, **shown: Any) -> HTMLResponse:
    known: dict[str, Any] = {"accounts": parts.store.accounts(), "tokens": parts.store.tokens(), "scopes": SCOPES}
    values = {"fresh": None, "secret": None, "fault": None, "now": parts.clock.now(), **shown}
    return page(request, "accounts.html", status=status, **known, **values)
