"""A browser's side of the review server: cookies, the session's token, forms."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from serve.scene import PASSWORD

ORIGIN = "https://testserver"


def browser(app: FastAPI) -> TestClient:
    """A client with an empty cookie jar that follows no redirect."""
    return TestClient(app, base_url=ORIGIN, follow_redirects=False, raise_server_exceptions=False)


def sign_in(client: TestClient, name: str = "mei", password: str = PASSWORD, **fields: str) -> Response:
    """The answer to the sign-in form, filled in."""
    token = form_token(client.get("/sign-in").text)
    return client.post("/sign-in", data={"csrf": token, "name": name, "password": password, **fields})


def signed_in(app: FastAPI, name: str = "mei") -> TestClient:
    """A client with a live session, whose changing requests carry the session's token."""
    client = browser(app)
    answer = sign_in(client, name)
    if answer.status_code != 303:
        raise ValueError(f"want 303 for {name}; got {answer.status_code}")
    client.headers["X-CSRF-Token"] = session_token(client)
    return client


def bearing(app: FastAPI, secret: str) -> TestClient:
    """A program that carries a token."""
    client = browser(app)
    client.headers["Authorization"] = f"Bearer {secret}"
    return client


def form_token(html: str) -> str:
    """The token of the first form of a page."""
    return _only(r'name="csrf" value="([^"]+)"', html)


def session_token(client: TestClient) -> str:
    """The token that pages give to their scripts."""
    return _only(r'<meta name="csrf" content="([^"]+)">', client.get("/account/password").text)


def decide(client: TestClient, case: dict[str, Any], decision: str = "confirm", **more: Any) -> Response:
    """The answer to a decision on the case as it was shown."""
    body = {"decision": decision, "expected_version": case["version"], **more}
    return client.post(f"/api/v1/cases/{case['id']}/decision", json=body)


def claim(client: TestClient, **body: Any) -> dict[str, Any]:
    """The next case with all that belongs to it."""
    answer = client.post("/api/v1/queue/claim", json=body)
    if answer.status_code != 200:
        raise ValueError(f"want a case; got {answer.status_code}: {answer.text}")
    found: dict[str, Any] = answer.json()
    return found


def _only(pattern: str, html: str) -> str:
    found = re.search(pattern, html)
    if found is None:
        raise ValueError(f"want {pattern} in the page; got {html[:300]}")
    return found.group(1)
