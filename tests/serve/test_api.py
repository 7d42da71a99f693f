"""The API under strange requests: an answer of its own kind, never a 5xx."""

from __future__ import annotations

import base64
import json

import pytest

from serve.client import signed_in
from serve.conftest import Site

ANSWERS = frozenset({200, 204, 303, 404, 405, 413, 415, 422})
NASTY = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "%00",
    "%",
    "_%_",
    "'; DROP TABLE cases; --",
    "\\",
    "\N{GRINNING FACE}",
    "日本語",
    "e\u0301" * 20,
    "-1",
    "0",
    "9" * 40,
    "1e999",
    "nan",
    "true",
    "[]",
    "{}",
    "2026-13-45",
    "2026-11-24T00:00:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01",
    "9999-12-31",
    "-180,-90,180,90",
    "180,0,-180,1",
    "0,0,0,0",
    "../../etc/passwd",
    base64.urlsafe_b64encode(json.dumps(["candidate", "0001-01-01T00:00:00+00:00", 10**30]).encode()).decode(),
    base64.urlsafe_b64encode(json.dumps(["candidate", "2026-01-01T00:00:00+23:59", -1]).encode()).decode(),
    base64.urlsafe_b64encode(b"[1]").decode(),
    "x" * 90,
]
PARAMETERS = ("state", "problem", "bbox", "since", "q", "after", "limit", "next")
PATHS = ("/api/v1/cases", "/api/v1/map", "/cases", "/queue", "/sign-in")


@pytest.mark.parametrize("value", NASTY, ids=lambda value: repr(value)[:24])
def test_strange_values_are_answered(site: Site, value: str) -> None:
    client = signed_in(site.app)
    for path in PATHS:
        for name in PARAMETERS:
            answer = client.get(path, params={name: value})
            assert answer.status_code in ANSWERS, f"{path}?{name}={value!r}: {answer.status_code}"
    for path in ("/api/v1/cases/", "/cases/", "/evidence/", "/language/"):
        answer = client.get(path + value.replace("\x00", "%00"))
        assert answer.status_code in ANSWERS | {307}, f"{path}{value!r}: {answer.status_code}"


BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"null", id="null"),
    pytest.param(b"[]", id="list"),
    pytest.param(b"{", id="half"),
    pytest.param(b"\xff\xfe", id="no-utf8"),
    pytest.param(b'{"skip": ["x"]}', id="no-uuid"),
    pytest.param(b'{"skip": {}}', id="no-list"),
    pytest.param(b'{"states": ["gone"]}', id="unknown-state"),
    pytest.param(b'{"cases": 1}', id="number"),
    pytest.param(b'{"decision": "confirm", "expected_version": NaN}', id="nan"),
    pytest.param(b'{"decision": "confirm", "expected_version": 1, "note": "\\ud800"}', id="lone-surrogate"),
    pytest.param(b'{"decision": "confirm", "expected_version": 1, "note": "a\\u0000b"}', id="nul-in-note"),
    pytest.param(b'{"a":' * 5000 + b"1" + b"}" * 5000, id="deep"),
    pytest.param(b'{"expected_version": ' + b"9" * 5000 + b"}", id="huge-number"),
]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", "x"])
@pytest.mark.parametrize("body", BODIES)
def test_strange_bodies_are_answered(site: Site, body: bytes, kind: str) -> None:
    client = signed_in(site.app, "root")
    one = site.cases[0]
    for path in (
        "/api/v1/queue/claim",
        "/api/v1/queue/heartbeat",
        f"/api/v1/cases/{one}/decision",
        f"/cases/{one}/decision",
        "/accounts",
        "/accounts/reset",
        "/account/password",
        "/sign-in",
    ):
        answer = client.post(path, content=body, headers={"Content-Type": kind})
        assert answer.status_code in ANSWERS | {400, 401, 409}, f"{path}: {answer.status_code} {answer.text[:200]}"


def test_errors_of_the_api_are_problems(site: Site) -> None:
    client = signed_in(site.app)
    for method, path, status in (
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/cases", 405),
        ("GET", "/api/v1/cases?limit=0", 422),
        ("GET", "/api/v1/cases/x", 422),
        ("GET", "/evidence/ab/none.jpg", 404),
    ):
        answer = client.request(method, path)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert {"type", "title", "status", "detail"} <= set(problem)
        assert problem["status"] == status


def test_what_was_sent_is_not_echoed(site: Site) -> None:
    client = signed_in(site.app)
    answer = client.post("/api/v1/queue/claim", json={"password": "hunter2-hunter2"})
    assert answer.status_code == 422
    assert "hunter2" not in answer.text


def test_a_broken_store_says_so_and_hides_the_rest(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from streetaudit.errors import StoreError

    client = signed_in(site.app)

    def full(*_: object, **__: object) -> None:
        raise StoreError("/secret/path/cases.sqlite3: the disk is full")

    def bug(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(site.store), "counts", full)
    answer = client.get("/api/v1/counts")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "secret" not in answer.text
    assert client.get("/readyz").status_code == 503
    monkeypatch.setattr(type(site.store), "counts", bug)
    answer = client.get("/api/v1/counts")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    page = client.get("/queue")
    assert page.status_code == 500
    assert "Something went wrong" in page.text
