"""Who is told of decisions, for administrators."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit.io.safe_post import UnsafeAddressError, checked
from streetaudit.io.store.webhooks import EVENTS
from streetaudit_serve.courier import new_secret
from streetaudit_serve.guard import ADMINS, GuardedRoute, allow
from streetaudit_serve.pages import page
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.sessions import VisitorDep

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/webhooks")
@allow(ADMINS)
def webhooks_page(request: Request, parts: PartsDep) -> HTMLResponse:
    """All addresses and the newest messages."""
    return _page(request, parts)


@router.post("/webhooks")
@allow(ADMINS)
def add_webhook(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    url: Annotated[str, Form(max_length=1000)],
    events: Annotated[list[str], Form(max_length=20)],
) -> HTMLResponse:
    """A new address; its secret is shown once."""
    secret = new_secret()
    try:
        checked(url, inside=parts.config.serve.webhook_hosts)
        hook = parts.store.add_webhook(url, secret=secret, events=events, by=visitor.name)
    except UnsafeAddressError as error:
        return _page(request, parts, fault=str(error), status=422)
    except ValueError:
        return _page(request, parts, fault="events", status=422)
    return _page(request, parts, fresh=(hook.url, secret))


@router.post("/webhooks/{webhook_id}/delete")
@allow(ADMINS)
def drop_webhook(webhook_id: UUID, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Forget an address."""
    parts.store.drop_webhook(webhook_id, by=visitor.name)
    return RedirectResponse("/webhooks", 303)


def _page(request: Request, parts: Parts, *, status: int = 200, **shown: Any) -> HTMLResponse:
    values = {"fresh": None, "fault": None, **shown}
    known: dict[str, Any] = {"hooks": parts.store.webhooks(), "deliveries": parts.store.deliveries(50)}
    return page(request, "webhooks.html", status=status, events=EVENTS, **known, **values)
