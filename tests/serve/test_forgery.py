"""Cross-site request forgery: every changing route against every way to forge a request."""

from __future__ import annotations

import pytest

from serve.client import ORIGIN, browser, decide, form_token, session_token, signed_in
from serve.conftest import Site
from serve.test_guard import UNSAFE, address

OTHER = "wrong" * 9
FORGERIES = [
    pytest.param({"X-CSRF-Token": ""}, id="no-token-no-origin"),
    pytest.param({"X-CSRF-Token": OTHER}, id="wrong-token"),
    pytest.param({"X-CSRF-Token": "", "Origin": ORIGIN}, id="own-origin-no-token"),
    pytest.param({"Origin": "https://evil.example"}, id="other-origin"),
    pytest.param({"Origin": "https://testserver.evil.example"}, id="origin-that-looks-like-ours"),
    pytest.param({"Origin": "null"}, id="null-origin"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="sister-site"),
    pytest.param({"X-CSRF-Token": "", "Content-Type": "text/plain"}, id="text-body"),
    pytest.param({"X-CSRF-Token": "", "X-HTTP-Method-Override": "GET"}, id="method-override"),
]


@pytest.mark.parametrize("headers", FORGERIES)
def test_forged(site: Site, headers: dict[str, str]) -> None:
    client = signed_in(site.app, "root")
    for method, path, _ in UNSAFE:
        answer = client.request(method, address(path, site), headers=headers, content=b"csrf=")
        assert answer.status_code == 403, f"{method} {path}"
    assert client.get("/api/v1/counts").status_code == 200  # nobody was signed out
    assert site.store.reviews(site.cases[0]) == []


def test_a_token_of_another_session_is_none(site: Site) -> None:
    mei, otto = signed_in(site.app), signed_in(site.app, "otto")
    case = mei.get(f"/api/v1/cases/{site.cases[0]}").json()["case"]
    mei.headers["X-CSRF-Token"] = session_token(otto)
    assert decide(mei, case).status_code == 403


def test_the_right_token_in_a_form_or_a_header_is_enough(site: Site) -> None:
    client = signed_in(site.app)
    token = client.headers.pop("X-CSRF-Token")
    path = f"/api/v1/cases/{site.cases[0]}/release"
    assert client.post(path, data={"csrf": token}).status_code == 204
    assert client.post(path, headers={"X-CSRF-Token": token, "Origin": ORIGIN}).status_code == 204


def test_a_sign_in_form_works_only_with_its_own_cookie(site: Site) -> None:
    token = form_token(browser(site.app).get("/sign-in").text)
    victim = browser(site.app)
    answer = victim.post("/sign-in", data={"csrf": token, "name": "mei", "password": "correct horse battery"})
    assert answer.status_code == 403


def test_the_form_cookie_is_bound_to_the_host(site: Site) -> None:
    cookie = browser(site.app).get("/sign-in").headers["set-cookie"]
    assert cookie.startswith("__Host-streetaudit-form=")
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
