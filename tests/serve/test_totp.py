"""Codes at sign-in: RFC 6238's own numbers, each good once, asked for only after the password."""

from __future__ import annotations

import pytest

from serve.client import browser, form_token, session_token, sign_in, signed_in
from serve.conftest import Site
from serve.scene import PASSWORD
from streetaudit_serve import totp

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "94287082"), (1111111109, "07081804"), (1234567890, "89005924"), (20000000000, "65353130")],
)
def test_the_numbers_of_the_rfc(second: int, code: str) -> None:
    assert totp.code_at(RFC_SECRET, second // 30) == code[-6:]


def code(site: Site, secret: str) -> str:
    return totp.code_at(secret, int(site.time.at.timestamp()) // totp.STEP_S)


def with_codes(site: Site, name: str = "mei") -> str:
    client, secret = signed_in(site.app, name), totp.new_secret()
    fields = {"secret": secret, "password": PASSWORD, "code": code(site, secret)}
    assert client.post("/account/codes", data=fields).status_code == 303
    return secret


def test_the_code_is_asked_for_after_the_password(site: Site) -> None:
    secret = with_codes(site)
    client = browser(site.app)
    asked = sign_in(client)
    assert (asked.status_code, 'name="code"' in asked.text) == (401, True)
    assert 'name="code"' not in sign_in(browser(site.app), "mei", "wrong").text
    assert sign_in(client, code="000000").status_code == 401
    assert sign_in(client, code=code(site, secret)).status_code == 303


def test_a_code_opens_once(site: Site) -> None:
    secret = with_codes(site)
    good = code(site, secret)
    assert sign_in(browser(site.app), code=good).status_code == 303
    assert sign_in(browser(site.app), code=good).status_code == 401
    site.time.pass_s(30)
    assert sign_in(browser(site.app), code=code(site, secret)).status_code == 303


def test_a_clock_may_be_off_by_half_a_minute_and_no_more(site: Site) -> None:
    secret = with_codes(site)
    step = int(site.time.at.timestamp()) // 30
    for off, status in ((2, 401), (-2, 401), (1, 303)):
        assert sign_in(browser(site.app), code=totp.code_at(secret, step + off)).status_code == status


def test_codes_cannot_be_guessed(site: Site) -> None:
    secret = with_codes(site)
    for guess in range(10):
        assert sign_in(browser(site.app), code=f"{guess:06}").status_code == 401
    assert sign_in(browser(site.app), code=code(site, secret)).status_code == 429
    site.time.pass_s(901)
    assert sign_in(browser(site.app), code=code(site, secret)).status_code == 303


def test_switching_off_takes_password_and_code(site: Site) -> None:
    secret = with_codes(site)
    client = browser(site.app)
    sign_in(client, code=code(site, secret))
    client.headers["X-CSRF-Token"] = session_token(client)
    site.time.pass_s(30)
    off = {"secret": secret, "off": "off"}
    assert client.post("/account/codes", data={**off, "password": PASSWORD, "code": "1"}).status_code == 422
    assert client.post("/account/codes", data={**off, "password": "x", "code": code(site, secret)}).status_code == 422
    assert site.store.totp_secret("mei") == secret
    site.time.pass_s(30)
    right = {**off, "password": PASSWORD, "code": code(site, secret)}
    assert client.post("/account/codes", data=right).status_code == 303
    assert sign_in(browser(site.app)).status_code == 303


def test_an_administrator_helps_who_lost_the_telephone(site: Site) -> None:
    with_codes(site)
    root = signed_in(site.app, "root")
    token = form_token(root.get("/accounts").text)
    assert "with codes" in root.get("/accounts").text
    root.post("/accounts/reset", data={"name": "mei", "csrf": token})
    assert site.store.totp_secret("mei") is None
