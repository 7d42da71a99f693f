"""Who may do what: the whole table of routes times all roles."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import Response
from starlette.routing import Mount

from serve.client import bearing, browser, session_token, sign_in, signed_in
from serve.conftest import Site
from serve.scene import ROLES, add_token, quick_passwords
from streetaudit_serve.app import MODULES
from streetaudit_serve.guard import PUBLIC, SCOPES, GuardedRoute, allow, refuse_open_routes

#: Answers that only somebody who was let in can get.
LET_IN = frozenset({200, 201, 204, 303, 404, 409, 422})


def table() -> list[tuple[str, str, GuardedRoute]]:
    return [
        (method, route.path, route)
        for module in MODULES
        for route in module.router.routes
        if isinstance(route, GuardedRoute)
        for method in sorted(route.methods or ())
    ]


TABLE = table()
UNSAFE = [row for row in TABLE if row[0] != "GET"]


def address(path: str, site: Site) -> str:
    values = {
        "case_id": str(site.cases[0]),
        "key:path": "ab/none.jpg",
        "tag": "en",
        "token_id": str(UUID(int=7)),
        "view_id": str(UUID(int=8)),
        "webhook_id": str(UUID(int=9)),
        "kind": "csv" if "export" in path else "json",
        "name": "litter",
    }
    return re.sub(r"\{([^}]+)\}", lambda match: values[match.group(1)], path)


def test_the_table_is_the_application(site: Site) -> None:
    served = {(m, r.path) for r in site.app.routes if isinstance(r, GuardedRoute) for m in r.methods or ()}
    assert served == {(method, path) for method, path, _ in TABLE}
    assert sum(isinstance(route, Mount) for route in site.app.routes) == 1
    assert len(served) >= 25


def test_strangers_reach_public_routes_only(site: Site) -> None:
    client = browser(site.app)
    for method, path, route in TABLE:
        answer = client.request(method, address(path, site))
        assert_stranger(f"{method} {path}", answer, route)


def assert_stranger(row: str, answer: Response, route: GuardedRoute) -> None:
    if route.policy.by_key:
        assert isinstance(answer.json()[0] if answer.status_code >= 400 else answer.json(), (dict, list)), row
        assert answer.status_code in ({200, 404} if "requests" not in row and "tokens" not in row else {403}), row
    elif route.policy.roles is None:
        # Public forms still want their token.
        assert answer.status_code in (LET_IN if row.startswith("GET") else {403}), row
    elif route.path.startswith(("/api/", "/evidence/")):
        assert answer.status_code == 401, row
        assert answer.headers["content-type"].startswith("application/problem+json"), row
    else:
        assert answer.status_code == 303, row
        assert answer.headers["location"].startswith("/sign-in?next="), row


@pytest.mark.parametrize("name", [name for name, role in ROLES.items() if role != "gateway"])
def test_roles(site: Site, name: str) -> None:
    for method, path, route in TABLE:
        client = signed_in(site.app, name)
        body: dict[str, Any] = {} if method in ("GET", "HEAD") or path == "/sign-in" else {"json": {}}
        status = client.request(method, address(path, site), **body).status_code
        may = route.policy.roles is None or ROLES[name] in route.policy.roles
        if route.policy.by_key:  # a session is no key
            assert_stranger(f"{method} {path}", client.request(method, address(path, site), **body), route)
            continue
        assert status in (LET_IN if may else {403}), f"{name}: {method} {path} gave {status}"


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("name", ROLES)
def test_tokens_do_what_role_and_scope_allow(site: Site, name: str, scope: str) -> None:
    client = bearing(site.app, add_token(site.store, name, scope))
    for method, path, route in TABLE:
        if route.policy.roles is None:
            continue
        body: dict[str, Any] = {} if method in ("GET", "HEAD") else {"json": {}}
        status = client.request(method, address(path, site), **body).status_code
        may = ROLES[name] in route.policy.roles and route.policy.scope == scope
        assert status in (LET_IN if may else {403}), f"{name} with {scope}: {method} {path} gave {status}"


def test_every_scope_opens_something() -> None:
    assert {route.policy.scope for _, _, route in TABLE} - {None} <= set(SCOPES)
    assert {"read", "review", "ingest"} <= {route.policy.scope for _, _, route in TABLE}


@pytest.mark.parametrize("end", ["expired", "revoked", "disabled", "unknown", "no bearer"])
def test_a_token_that_ended_is_a_strangers(site: Site, end: str) -> None:
    secret = add_token(site.store, "mei", "read", "review", days=1.0)
    assert bearing(site.app, secret).get("/api/v1/counts").status_code == 200
    if end == "expired":
        site.time.pass_s(86400.0)
    elif end == "revoked":
        assert site.store.revoke_token(site.store.tokens("mei")[0].id, by="root")
    elif end == "disabled":
        site.store.set_disabled("mei", disabled=True)
    client = bearing(site.app, secret[:-1] if end == "unknown" else secret)
    if end == "no bearer":
        client.headers["Authorization"] = f"Basic {secret}"
    for method, path, route in TABLE:
        if route.policy.roles is not None:
            assert_stranger(f"{method} {path}", client.request(method, address(path, site)), route)


def test_a_token_never_rides_on_a_session(site: Site) -> None:
    client = signed_in(site.app, "root")
    client.headers["Authorization"] = f"Bearer {add_token(site.store, 'lena', 'read')}"
    assert client.get("/accounts").status_code == 403
    client.headers["Authorization"] = "Bearer sta_nobody"
    assert client.get("/api/v1/counts").status_code == 401


def test_a_one_time_password_opens_nothing_but_its_change(site: Site) -> None:
    hashed = quick_passwords().hash("one time only")
    site.store.add_account("new", role="admin", password_hash=hashed, must_change_password=True)
    for method, path, route in TABLE:
        if route.policy.by_key:
            continue
        client = browser(site.app)
        sign_in(client, "new", "one time only")
        client.headers["X-CSRF-Token"] = session_token(client)
        answer = client.request(method, address(path, site))
        if route.policy.before_password_change:
            assert answer.status_code in LET_IN, path
        elif path.startswith(("/api/", "/evidence/")):
            assert answer.status_code == 403, path
        else:
            assert (answer.status_code, answer.headers["location"]) == (303, "/account/password"), path


def test_a_disabled_account_is_out_at_once(site: Site) -> None:
    client = signed_in(site.app)
    site.store.set_disabled("mei", disabled=True)
    for method, path, route in TABLE:
        if route.policy.roles is not None:
            assert_stranger(f"{method} {path}", client.request(method, address(path, site)), route)
    assert sign_in(browser(site.app)).status_code == 401


def test_a_route_without_a_policy_cannot_be_registered() -> None:
    router = APIRouter(route_class=GuardedRoute)

    def forgotten() -> None: ...

    with pytest.raises(ValueError, match=r"want @allow\(POLICY\)"):
        router.get("/forgotten")(forgotten)


def test_an_unguarded_route_stops_the_start() -> None:
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/open")
    @allow(PUBLIC)
    def plain() -> None: ...

    with pytest.raises(ValueError, match="want a guarded route"):
        refuse_open_routes(app)


def test_api_description_is_complete(site: Site) -> None:
    described = signed_in(site.app).get("/api/v1/openapi.json").json()
    shown = {
        path.replace(":path", "")
        for _, path, _ in TABLE
        if path.startswith("/api/v1/") and not path.endswith("openapi.json") and "{kind}" not in path
    }
    assert shown <= set(described["paths"])
    decision = described["paths"]["/api/v1/cases/{case_id}/decision"]["post"]["responses"]
    assert {"200", "401", "403", "404", "409", "422"} <= set(decision)
