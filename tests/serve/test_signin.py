"""Sessions and passwords: sign in, sign out, brute force, fixation, expiry."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
from starlette.testclient import TestClient

from serve.client import browser, form_token, sign_in, signed_in
from serve.conftest import Site
from serve.scene import PASSWORD, FakeTime, config, quick_passwords
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit_serve.app import create_app
from streetaudit_serve.passwords import is_acceptable, one_time_password
from streetaudit_serve.signin import PER_ACCOUNT, PER_ADDRESS, WINDOW_S, first_password

COOKIE = "__Host-streetaudit"


def change_password(client: TestClient, old: str, new: str, again: str | None = None) -> int:
    data = {"old": old, "new": new, "again": new if again is None else again}
    return client.post("/account/password", data=data).status_code


def test_the_cookie_holds_a_token_of_which_the_store_knows_the_hash(site: Site) -> None:
    client = browser(site.app)
    answer = sign_in(client)
    cookie = next(
        line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{COOKIE}=") and "Max" not in line
    )
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    token = client.cookies[COOKIE]
    assert len(token) == 43  # 256 bits
    session = site.store.session(hashlib.sha256(token.encode()).hexdigest())
    assert session is not None
    assert session.account.name == "mei"
    assert site.store.session(token) is None


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("mei", "wrong", id="wrong-password"),
        pytest.param("nobody", PASSWORD, id="unknown-name"),
        pytest.param("mei' OR 1=1 --", PASSWORD, id="sql"),
        pytest.param("mei", "", id="empty-password"),
        pytest.param("mei\x00", PASSWORD, id="nul"),
    ],
)
def test_every_refusal_is_the_same(site: Site, name: str, password: str) -> None:
    answer = sign_in(browser(site.app), name, password)
    assert answer.status_code in (401, 422)
    assert COOKIE not in answer.cookies
    if answer.status_code == 401:
        assert "Name or password is not right." in answer.text


def test_the_session_id_is_new_at_sign_in(site: Site) -> None:
    client = browser(site.app)
    client.cookies.set(COOKIE, "planted-by-somebody-else", domain="testserver.local")
    sign_in(client)
    first = client.cookies.get(COOKIE, domain="testserver.local")
    assert first != "planted-by-somebody-else"


def test_signing_in_again_closes_the_session_before(site: Site) -> None:
    client = signed_in(site.app)
    before = client.cookies[COOKIE]
    token = client.headers["X-CSRF-Token"]
    client.post("/sign-in", data={"csrf": token, "name": "mei", "password": PASSWORD})
    assert client.cookies[COOKIE] != before
    thief = browser(site.app)
    thief.cookies.set(COOKIE, before)
    assert thief.get("/api/v1/counts").status_code == 401


def test_a_cookie_kept_after_sign_out_is_worthless(site: Site) -> None:
    client = signed_in(site.app)
    kept = client.cookies[COOKIE]
    assert client.post("/sign-out").headers["location"] == "/sign-in"
    thief = browser(site.app)
    thief.cookies.set(COOKIE, kept)
    assert thief.get("/api/v1/counts").status_code == 401


@pytest.mark.parametrize(
    ("pauses_s", "is_live"),
    [
        pytest.param([1700], True, id="within-idle-time"),
        pytest.param([1801], False, id="idle-too-long"),
        pytest.param([1700] * 25, True, id="slides"),
        pytest.param([1700] * 26, False, id="twelve-hours-are-the-end"),
    ],
)
def test_sessions_end(site: Site, pauses_s: list[float], is_live: bool) -> None:
    client = signed_in(site.app)
    status = 200
    for pause_s in pauses_s:
        site.time.pass_s(pause_s)
        status = client.get("/api/v1/counts").status_code
    assert (status == 200) is is_live


def test_a_new_password_closes_the_other_sessions(site: Site) -> None:
    here, elsewhere = signed_in(site.app), signed_in(site.app)
    assert change_password(here, PASSWORD, "a better one now") == 303
    assert here.get("/api/v1/counts").status_code == 200
    assert elsewhere.get("/api/v1/counts").status_code == 401
    assert sign_in(browser(site.app)).status_code == 401
    assert sign_in(browser(site.app), password="a better one now").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again"),
    [
        pytest.param(PASSWORD, "short", None, id="too-short"),
        pytest.param(PASSWORD, PASSWORD, None, id="the-old-one"),
        pytest.param(PASSWORD, "a better one now", "a bitter one now", id="typed-differently"),
        pytest.param("not the old one", "a better one now", None, id="old-one-is-wrong"),
        pytest.param(PASSWORD, "x" * 129, None, id="too-long"),
    ],
)
def test_refused_passwords(site: Site, old: str, new: str, again: str | None) -> None:
    assert change_password(signed_in(site.app), old, new, again) == 422
    assert sign_in(browser(site.app)).status_code == 303


def test_ten_guesses_and_no_more(site: Site) -> None:
    client = browser(site.app)
    statuses = [sign_in(client, "mei", f"guess {n}").status_code for n in range(PER_ACCOUNT + 3)]
    assert statuses == [401] * PER_ACCOUNT + [429] * 3
    refused = sign_in(client, "mei", PASSWORD)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, str(WINDOW_S))
    assert sign_in(browser(site.app), "otto").status_code == 303  # other people are not punished
    site.time.pass_s(WINDOW_S + 1)
    assert sign_in(browser(site.app)).status_code == 303


def test_parallel_guesses_are_counted_each(site: Site) -> None:
    def guess(number: int) -> int:
        return sign_in(browser(site.app), "mei", f"guess {number}").status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(guess, range(24)))
    assert statuses.count(401) == PER_ACCOUNT


def test_an_address_that_tries_many_names_has_to_wait(site: Site) -> None:
    client = browser(site.app)
    statuses = [sign_in(client, f"name{n}", "x").status_code for n in range(PER_ADDRESS + 2)]
    assert statuses == [401] * PER_ADDRESS + [429] * 2


def test_unknown_names_take_as_long_as_known_ones(site: Site) -> None:
    def seconds(name: str) -> float:
        began = perf_counter()
        quick_passwords().matches("guess", site.store.password_hash(name))
        return perf_counter() - began

    known, unknown = ([seconds(name) for _ in range(31)] for name in ("mei", "nobody"))
    assert 0.5 < median(known) / median(unknown) < 2.0


@pytest.mark.parametrize(
    ("wanted", "location"),
    [
        pytest.param("/cases?state=deferred", "/cases?state=deferred", id="own-page"),
        pytest.param("https://evil.example/", "/", id="other-site"),
        pytest.param("//evil.example/", "/", id="scheme-relative"),
        pytest.param("/\\evil.example", "/", id="backslash"),
        pytest.param("/\t/evil.example", "/", id="tab"),
        pytest.param("javascript:alert(1)", "/", id="script"),
        pytest.param("/\r\nSet-Cookie: a=b", "/", id="header-splitting"),
    ],
)
def test_after_sign_in_the_visitor_stays_here(site: Site, wanted: str, location: str) -> None:
    answer = sign_in(browser(site.app), next=wanted)
    assert answer.headers["location"] == location
    assert "a" not in answer.cookies


def test_the_first_password_is_new_until_somebody_made_it_their_own(tmp_path: Path) -> None:
    time = FakeTime()
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite3", clock=time.clock) as store:
        evidence = EvidenceFolder(tmp_path)
        app = create_app(store, evidence, config=config(tmp_path), clock=time.clock, passwords=quick_passwords())
        lost, password = first_password(app.state.parts), first_password(app.state.parts)
        assert lost
        assert password
        assert lost != password
        assert sign_in(browser(app), "admin", lost).status_code == 401
        client = browser(app)
        sign_in(client, "admin", password)
        assert client.get("/queue").headers["location"] == "/account/password"
        client.headers["X-CSRF-Token"] = form_token(client.get("/account/password").text)
        assert change_password(client, password, "my own long one") == 303
        assert client.get("/queue").status_code == 200
        assert first_password(app.state.parts) is None


def test_an_administrator_adds_and_resets_accounts(site: Site) -> None:
    root = signed_in(site.app, "root")
    added = root.post("/accounts", data={"name": "李梅", "role": "reviewer"})
    password = added.text.split("<code>")[1].split("</code>")[0]
    client = browser(site.app)
    assert sign_in(client, "李梅", password).status_code == 303
    again = root.post("/accounts/reset", data={"name": "李梅"}).text.split("<code>")[1].split("</code>")[0]
    assert client.get("/account/password").status_code == 303  # the reset ended the session
    assert sign_in(browser(site.app), "李梅", password).status_code == 401
    assert sign_in(browser(site.app), "李梅", again).status_code == 303
    assert root.post("/accounts", data={"name": "李梅", "role": "admin"}).status_code == 409
    assert root.post("/accounts", data={"name": "<b>", "role": "admin"}).status_code == 422
    assert root.post("/accounts", data={"name": "x", "role": "owner"}).status_code == 422
    assert root.post("/accounts/reset", data={"name": "nobody"}).status_code == 404


def test_what_happened_is_in_the_audit_trail(site: Site) -> None:
    client = browser(site.app)
    sign_in(client, "mei", "wrong")
    sign_in(client)
    before = site.store.verify_audit()
    client.headers["X-CSRF-Token"] = form_token(client.get("/account/password").text)
    client.post("/sign-out")
    assert before >= 2
    assert site.store.verify_audit() == before + 1


def test_one_time_passwords_are_long_and_readable() -> None:
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    assert all(len(password) == 19 and not set(password) & set("0O1lIi") for password in made)
    assert is_acceptable(next(iter(made)), name="admin")
