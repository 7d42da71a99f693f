"""Accounts, for administrators."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from starlette.responses import HTMLResponse

from streetaudit_serve.guard import ADMINS, GuardedRoute, allow
from streetaudit_serve.pages import page
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.passwords import one_time_password
from streetaudit_serve.sessions import VisitorDep

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
_NAME = re.compile(r"[^\W_][\w.@ -]{0,62}")


@router.get("/accounts")
@allow(ADMINS)
def accounts_page(request: Request, parts: PartsDep) -> HTMLResponse:
    """Everybody who may sign in."""
    return _page(request, parts)


@router.post("/accounts")
@allow(ADMINS)
def add_account(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    name: Annotated[str, Form(max_length=64)],
    role: Annotated[Literal["reviewer", "supervisor", "admin"], Form()],
) -> HTMLResponse:
    """A new account with a one-time password, shown once."""
    name = name.strip()
    if not _NAME.fullmatch(name):
        return _page(request, parts, fault="name", status=422)
    if any(account.name == name for account in parts.store.accounts()):
        return _page(request, parts, fault="taken", status=409)
    password = one_time_password()
    hashed = parts.passwords.hash(password)
    parts.store.add_account(name, role=role, password_hash=hashed, must_change_password=True)
    parts.store.audit(visitor.name, "account added", f"{name} ({role})")
    return _page(request, parts, fresh=(name, password))


@router.post("/accounts/reset")
@allow(ADMINS)
def reset_password(
    request: Request, parts: PartsDep, visitor: VisitorDep, name: Annotated[str, Form(max_length=64)]
) -> HTMLResponse:
    """A new one-time password for an account whose owner lost theirs; its sessions end."""
    if not any(account.name == name for account in parts.store.accounts()):
        raise HTTPException(404, "There is no such account.")
    password = one_time_password()
    parts.store.set_password(name, parts.passwords.hash(password), must_change_password=True)
    parts.store.close_sessions_of(name)
    parts.store.clear_login_failures(f"account:{name}")
    parts.store.audit(visitor.name, "password reset", name)
    return _page(request, parts, fresh=(name, password))


def _page(
    request: Request,
    parts: Parts,
    *,
    fresh: tuple[str, str] | None = None,
    fault: str | None = None,
    status: int = 200,
) -> HTMLResponse:
    return page(request, "accounts.html", status=status, accounts=parts.store.accounts(), fresh=fresh, fault=fault)
