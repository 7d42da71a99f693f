"""Deny by default: no route exists without saying who may use it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Mount

from streetaudit_serve.assets import Assets
from streetaudit_serve.forgery import refuse_forged
from streetaudit_serve.sessions import visitor_of

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
_ATTRIBUTE = "streetaudit_policy"
#: The largest body that most routes need is a note; those that take more say so in their policy.
MAX_BODY_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may use a route.

    Attributes:
        roles: Roles that may; None opens the route to everybody.
        before_password_change: True for the few routes that an account with a one-time password may use.
        scope: What a program's token must be allowed to do here; None keeps programs out.
        everywhere: True for what cannot be divided by area: an account that may see a part of the city may not use it.
        max_body_bytes: Of a request; None leaves it at the application's limit.
        by_key: True for what checks a key of its own in the request (Open311): cookies and sessions mean nothing there.
    """

    roles: frozenset[str] | None
    before_password_change: bool = False
    scope: str | None = None
    everywhere: bool = False
    max_body_bytes: int | None = None
    by_key: bool = False

    def by_token(self, scope: str) -> Policy:
        """The same for programs too whose token has the scope."""
        if scope not in SCOPES:
            raise ValueError(f"want one of {SCOPES}; got {scope!r}")
        return replace(self, scope=scope)

    def of_whole_city(self) -> Policy:
        """The same, but only for accounts that may see all of the city."""
        return replace(self, everywhere=True)

    def with_body(self, max_bytes: int) -> Policy:
        """The same for a route that takes larger bodies than others."""
        return replace(self, max_body_bytes=max_bytes)


#: What a token may be allowed to do, each within its account's role and area.
SCOPES = ("read", "review", "export", "report", "ingest")

PUBLIC = Policy(None, before_password_change=True)
SIGNED_IN = Policy(frozenset({"read-only", "reviewer", "supervisor", "admin"}))
OWN_ACCOUNT = Policy(SIGNED_IN.roles, before_password_change=True)
REVIEWERS = Policy(frozenset({"reviewer", "supervisor", "admin"}))
SUPERVISORS = Policy(frozenset({"supervisor", "admin"}))
ADMINS = Policy(frozenset({"admin"}), everywhere=True)
OWN_KEY = Policy(None, before_password_change=True, by_key=True)
GATEWAYS = Policy(frozenset({"gateway"}), scope="ingest")


def allow(policy: Policy) -> Callable[[Endpoint], Endpoint]:
    """A decorator that says who may use the endpoint under it."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, _ATTRIBUTE, policy)
        return endpoint

    return mark


class GuardedRoute(APIRoute):
    """A route that asks its policy before it reads the body or calls the endpoint."""

    policy: Policy

    def __init__(self, path: str, endpoint: Callable[..., Any], **rest: Any) -> None:
        policy = getattr(endpoint, _ATTRIBUTE, None)
        if policy is None:
            raise ValueError(f"want @allow(POLICY) on the endpoint of {path!r}; got none")
        self.policy = policy
        super().__init__(path, endpoint, **{**rest, "max_body_size": policy.max_body_bytes})

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint's handler behind the policy."""
        answer = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            await _admit(request, self.policy)
            return await answer(request)

        return guarded


async def _admit(request: Request, policy: Policy) -> None:
    if policy.by_key:
        request.state.visitor = None
        return
    visitor = await run_in_threadpool(visitor_of, request)
    request.state.visitor = visitor
    if policy.roles is not None:
        if visitor is None:
            raise HTTPException(401, "Sign in first.", headers={"WWW-Authenticate": "Bearer"})
        if visitor.role not in policy.roles or (policy.everywhere and visitor.area is not None):
            raise HTTPException(403, "Your role may not do this.")
        if visitor.scopes is not None and policy.scope not in visitor.scopes:
            raise HTTPException(403, "This token may not do this.")
        if visitor.must_change_password and not policy.before_password_change:
            raise HTTPException(403, "Change your one-time password first.", headers={"X-Next": "/account/password"})
    await refuse_forged(request, visitor)


def refuse_open_routes(app: FastAPI) -> None:
    """Stops the start of an application that has a route without a policy.

    Raises:
        ValueError: If some route is neither guarded nor the folder of static files.
    """
    for route in app.routes:
        if isinstance(route, GuardedRoute) or (isinstance(route, Mount) and isinstance(route.app, Assets)):
            continue
        raise ValueError(f"want a guarded route; got {route!r}")
