"""Pages: what stands on them, in which language, and that no text becomes markup."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Protocol
from uuid import UUID

import pytest

from serve import scene
from serve.client import browser, decide, sign_in, signed_in
from serve.conftest import CASES, Site
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case
from streetaudit.structures.city import Verdict
from streetaudit.structures.run import CityFacts
from streetaudit_serve.headers import CONTENT_SECURITY_POLICY

PAYLOADS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "{{ 7*7 }}{% raw %}",
    "<!--<script>",
    "javascript:alert(1)",
    "</title><script>alert(1)</script>",
    "\u2028alert(1)\u2029",
]


class Tags(HTMLParser):
    """The elements and event handlers of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.handlers: list[str] = []
        self.styles: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))
        if tag == "style":
            self.styles.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.styles += [name for name, _ in attrs if name == "style"]


def assert_harmless(html: str) -> None:
    tags = Tags(html)
    assert tags.handlers == []
    assert tags.styles == []
    for script in tags.scripts:
        is_ours = script.get("type") == "module" and str(script.get("src")).startswith("/static/")
        assert is_ours or (script.get("type") == "application/json" and "src" not in script)


class Stored(Protocol):
    """What has a store and a folder of pictures."""

    store: Store
    evidence: EvidenceFolder


def poisoned(site: Stored, payload: str, number: int = 0) -> UUID:
    """A case all of whose texts are the payload."""
    sighting = scene._sighting(50 + number, 0, site.evidence, pictures=True)
    verdict = Verdict("litter", payload[:60], payload, payload, zone=payload)
    bad = replace(sighting, clip_name=payload, camera=payload, verdict=verdict, class_name=payload)
    facts = CityFacts(cell=payload, responsible=payload, code=payload)
    clip = f"{number:064x}"
    bad = replace(bad, clip_sha256=clip)
    run = replace(scene._run(0), work_key=f"bad {number}", clip_sha256=clip, clip_name=payload, camera=payload)
    return scene.fill_apart(site.store, run, [bad], facts)[0]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_becomes_markup(site: Site, payload: str) -> None:
    mei = signed_in(site.app)
    case_id = poisoned(site, payload)
    case = mei.get(f"/api/v1/cases/{case_id}").json()["case"]
    assert case["responsible"] == payload
    assert decide(mei, case, "defer", note=payload).status_code == 200
    for path in (f"/cases/{case_id}", "/cases", "/queue?state=deferred", "/queue"):
        answer = mei.get(path)
        assert answer.status_code == 200
        assert_harmless(answer.text)
    searched = mei.get("/cases", params={"q": payload})
    assert searched.status_code == 200
    assert_harmless(searched.text)
    assert_harmless(mei.get("/nowhere", params={"x": payload}).text)
    assert_harmless(sign_in(browser(site.app), payload, "x", next=payload).text)


@pytest.mark.parametrize(
    "path", ["/queue", "/cases", "/map", "/accounts", "/account/password", "/sign-in", "/nowhere", "/cases/x"]
)
def test_pages_keep_the_policy(site: Site, path: str) -> None:
    answer = (browser(site.app) if path == "/sign-in" else signed_in(site.app, "root")).get(path)
    assert_harmless(answer.text)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    for name, value in (
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("strict-transport-security", "max-age=31536000"),
    ):
        assert answer.headers[name] == value


def test_the_queue_starts_with_a_case_in_the_page(site: Site) -> None:
    html = signed_in(site.app).get("/queue").text
    start = json.loads(re.search(r'id="start">(.*?)</script>', html).group(1))  # type: ignore[union-attr]
    assert start["first"]["views"][0]["evidence"]["frame"].endswith(".jpg")
    assert site.store.holder(UUID(start["first"]["case"]["id"])) == "mei"
    digits = re.findall(r'data-reason="(\w+)"><kbd>(\d)</kbd>', html)
    assert digits[0] == ("not_there", "1")
    assert digits[6] == ("other", "7")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        pytest.param("", None, id="all"),
        pytest.param("?state=confirmed", 0, id="no-confirmed"),
        pytest.param("?problem=litter&state=&since=&q=", -1, id="empty-fields-ask-for-nothing"),
        pytest.param("?q=370303001002", None, id="cell"),
        pytest.param("?q=nothing-like-this", 0, id="no-match"),
        pytest.param("?since=2026-11-25", 0, id="tomorrow"),
    ],
)
def test_the_list_filters(site: Site, query: str, number: int | None) -> None:
    html = signed_in(site.app).get(f"/cases{query}").text
    rows = html.count('<td class="problem">')
    litter = CaseFilter(problems=frozenset({"litter"}))
    wanted = {None: site.store.count(), -1: site.store.count(litter)}.get(number, number)
    assert rows == wanted
    assert wanted != site.store.count() or number is None


@pytest.mark.parametrize("query", ["state=gone", "since=yesterday", "after=nonsense", "q=" + "x" * 101])
def test_the_list_refuses_nonsense(site: Site, query: str) -> None:
    assert signed_in(site.app).get(f"/cases?{query}").status_code == 422


def test_pages_of_the_list_follow_each_other(site: Site) -> None:
    more = [
        replace(scene._sighting(n, 0, site.evidence, pictures=False), clip_sha256="e" * 64) for n in range(100, 160)
    ]
    run = replace(scene._run(0), work_key="more", clip_sha256="e" * 64)
    scene.fill_apart(site.store, run, more, CityFacts())
    mei, path, seen = signed_in(site.app), "/cases", set[str]()
    while path:
        html = mei.get(path).text
        ids = set(re.findall(r'<td class="problem"><a href="/cases/([^"]+)">', html))
        assert not ids & seen
        seen |= ids
        following = re.search(r'rel="next" href="([^"]+)"', html)
        path = following.group(1).replace("&amp;", "&") if following else ""
    assert len(seen) == site.store.count() >= CASES + 60


def test_the_map_gives_points_zones_and_cameras(site: Site) -> None:
    mei = signed_in(site.app)
    found = mei.get("/api/v1/map").json()
    placed = [case for case in site.store.cases(limit=100).cases if case.place is not None]
    assert {feature["id"] for feature in found["features"]} == {str(case.id) for case in placed}
    assert found["truncated"] is False
    layers = [feature["properties"]["layer"] for feature in mei.get("/api/v1/layers").json()["features"]]
    assert layers.count("zone") == 4
    assert layers.count("camera") == layers.count("cone") == 1


def test_the_map_looks_into_a_box(site: Site) -> None:
    mei = signed_in(site.app)
    one: Case = next(case for case in site.store.cases(limit=100).cases if case.place)
    assert one.place
    d = 1e-6
    box = f"{one.place.lon - d},{one.place.lat - d},{one.place.lon + d},{one.place.lat + d}"
    assert str(one.id) in {f["id"] for f in mei.get("/api/v1/map", params={"bbox": box}).json()["features"]}
    for wrong in ("1,2,3", "a,b,c,d", "0,91,1,92", "0,2,1,1", "nan,0,1,1", "-500,0,1,1"):
        assert mei.get("/api/v1/map", params={"bbox": wrong}).status_code == 422


def test_health(site: Site) -> None:
    client = browser(site.app)
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ok"}
