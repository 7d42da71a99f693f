"""What gateways send: kept once, in pieces, from the right one, and judged sighting by sighting."""

from __future__ import annotations

import gzip
import hashlib
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from starlette.testclient import TestClient

from serve.client import bearing, signed_in
from serve.conftest import Site
from serve.pictures import jpeg, street
from serve.scene import NOW, add_token
from streetaudit.io.wire.sightings import sighting_document
from streetaudit.structures.city import Verdict
from streetaudit.structures.live import LiveSighting
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Evidence, Sighting

PICTURE = jpeg(street("litter", 5)[0])


def gateway(site: Site, name: str = "north-3") -> TestClient:
    return bearing(site.app, add_token(site.store, name, "ingest"))


def key_of(data: bytes) -> str:
    name = hashlib.sha256(data).hexdigest()
    return f"{name[:2]}/{name}.jpg"


def live(number: int = 1, *, revision: int = 1, frames: int = 9, ongoing: bool = True) -> LiveSighting:
    key = key_of(PICTURE)
    sighting = Sighting(
        id=UUID(int=number),
        clip_sha256="a" * 64,
        clip_name="live/north-3/corner/1",
        camera="corner",
        track_id=number,
        class_name="litter",
        confidence=0.8,
        frames=frames,
        first_s=1.0,
        last_s=9.0,
        seen_at=NOW,
        place=Place(36.82 + 0.001 * number, 118.05, 2.0),
        verdict=Verdict("litter", "litter", "r", "Litter counts anywhere."),
        evidence=Evidence(key, key, 640, 360, (1.0, 2.0, 30.0, 40.0), 4.0),
        model_sha256="b" * 64,
    )
    return LiveSighting(sighting, revision, ongoing, "synced")


def batch(*seen: LiveSighting, gateway: str = "north-3") -> dict[str, Any]:
    written = [sighting_document(one).model_dump(mode="json") for one in seen]
    return {"gateway": gateway, "batch": "b1", "sent_at": NOW.isoformat(), "sightings": written}


def send(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/v1/ingest/sightings", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_batch_twice_is_a_batch_once(site: Site) -> None:
    north, before = gateway(site), site.store.count()
    first = send(north, batch(live(1), live(2)))
    assert first["accepted"] == [str(UUID(int=1)), str(UUID(int=2))]
    assert first["wanted"] == [key_of(PICTURE)]
    again = send(north, batch(live(1), live(2)))
    assert (again["accepted"], again["duplicate"]) == ([], first["accepted"])
    assert site.store.count() == before + 2


def test_a_revision_grows_the_same_case(site: Site) -> None:
    north = gateway(site)
    send(north, batch(live(1)))
    before = site.store.count()
    assert send(north, batch(live(1, revision=2, frames=90)))["accepted"] == [str(UUID(int=1))]
    assert send(north, batch(live(1, revision=1, frames=1)))["duplicate"] == [str(UUID(int=1))]
    assert site.store.count() == before
    assert [one.frames for one in site.store.clip_sightings("a" * 64)] == [90]


def test_a_bad_sighting_does_not_hold_up_the_others(site: Site) -> None:
    body = batch(live(1), live(2))
    body["sightings"][0]["confidence"] = 7
    answer = send(gateway(site), body)
    assert answer["accepted"] == [str(UUID(int=2))]
    assert [(one["id"], "confidence" in one["reason"]) for one in answer["refused"]] == [(str(UUID(int=1)), True)]


def test_a_gzipped_batch_is_unpacked(site: Site) -> None:
    packed = gzip.compress(json.dumps(batch(live(1))).encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = gateway(site).post("/api/v1/ingest/sightings", content=packed, headers=headers)
    assert answer.json()["accepted"] == [str(UUID(int=1))]


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        pytest.param(b"<html>sign in to the wifi</html>", {}, 422, id="no-json"),
        pytest.param(b"[" * 200_000, {}, 422, id="deep"),
        pytest.param(b'{"gateway": "north-3", "batch": "b", "sightings": [{}]}', {}, 422, id="no-id"),
        pytest.param(b'{"gateway": "south-1", "batch": "b", "sightings": []}', {}, 403, id="another-gateways"),
        pytest.param(b"x" * (1 << 20) + b"x", {}, 413, id="too-large"),
        pytest.param(gzip.compress(b" " * (9 << 20)), {"Content-Encoding": "gzip"}, 413, id="gzip-bomb"),
        pytest.param(gzip.compress(b"{}")[:-4], {"Content-Encoding": "gzip"}, 422, id="half-a-gzip"),
        pytest.param(b"\x00", {"Content-Encoding": "gzip"}, 422, id="no-gzip"),
    ],
)
def test_what_cannot_be_meant_is_refused(site: Site, body: bytes, headers: dict[str, str], status: int) -> None:
    before = site.store.count()
    answer = gateway(site).post("/api/v1/ingest/sightings", content=body, headers=headers)
    assert answer.status_code == status, answer.text
    if len(body) <= 1 << 20:  # beyond it the server stops reading, before any of our own code
        assert answer.headers["content-type"].startswith("application/problem+json")
    assert site.store.count() == before


def put(client: TestClient, data: bytes, first: int, last: int, *, key: str | None = None) -> Any:
    headers = {"Content-Range": f"bytes {first}-{last - 1}/{len(data)}"}
    return client.put(f"/api/v1/ingest/evidence/{key or key_of(data)}", content=data[first:last], headers=headers)


def test_a_picture_comes_in_pieces_over_a_bad_line(site: Site) -> None:
    north, key = gateway(site), key_of(PICTURE)
    assert north.head(f"/api/v1/ingest/evidence/{key}").headers["upload-offset"] == "0"
    assert (put(north, PICTURE, 0, 1000).status_code, put(north, PICTURE, 1000, 2000).json()) == (202, {"next": 2000})
    assert north.head(f"/api/v1/ingest/evidence/{key}").headers["upload-offset"] == "2000"
    gap = put(north, PICTURE, 5000, 6000)
    assert (gap.status_code, gap.json()) == (409, {"next": 2000})
    assert site.evidence.get(key) is None
    assert put(north, PICTURE, 2000, len(PICTURE)).status_code == 201
    assert site.evidence.get(key) == PICTURE
    assert north.put(f"/api/v1/ingest/evidence/{key}", content=PICTURE).status_code == 200
    assert north.head(f"/api/v1/ingest/evidence/{key}").status_code == 200
    assert list((site.evidence.root / ".incoming").iterdir()) == []


def test_wrong_bytes_are_thrown_away(site: Site) -> None:
    north, key = gateway(site), key_of(PICTURE)
    assert put(north, b"\xff\xd8\xff" + PICTURE[3:-1] + b"!", 0, len(PICTURE), key=key).status_code == 422
    assert north.head(f"/api/v1/ingest/evidence/{key}").headers["upload-offset"] == "0"
    assert north.put(f"/api/v1/ingest/evidence/{key}", content=PICTURE).status_code == 201


@pytest.mark.parametrize(
    "key",
    [
        "../cases.sqlite3",
        "ab/short.jpg",
        "..%2f..%2fetc%2fpasswd",
        "ab/" + "ab" * 32 + ".html",
        "cd/" + "ab" * 32 + ".jpg",
        ".incoming/" + "ab" * 32,
        "ab/" + "AB" * 32 + ".jpg",
    ],
)
def test_only_the_hash_of_a_picture_is_a_key(site: Site, key: str) -> None:
    before = sorted(site.evidence.root.rglob("*"))
    answer = gateway(site).put(f"/api/v1/ingest/evidence/{key}", content=PICTURE)
    assert answer.status_code in (404, 405, 413, 422)
    assert sorted(site.evidence.root.rglob("*")) == before


def test_what_is_no_jpeg_is_none_even_with_the_right_hash(site: Site) -> None:
    page = b"<script>alert(1)</script>"
    assert gateway(site).put(f"/api/v1/ingest/evidence/{key_of(page)}", content=page).status_code == 422


HEARTBEAT: dict[str, Any] = {
    "gateway": "north-3",
    "sent_at": NOW.isoformat(),
    "boot": "b",
    "uptime_s": 86400.0,
    "versions": {"streetaudit": "0.1.0", "model": "0f" * 32, "rules": "5f2c9a1b", "bundle": 7},
    "clock": {"quality": "synced", "offset_s": 0.012},
    "disk": {"free_bytes": 9_000_000_000, "used_bytes": 1_000_000_000, "quota_bytes": 8_000_000_000, "stage": "no_raw"},
    "outbox": {"sightings": 3, "evidence": 5, "oldest_s": 120.0, "dropped": {"quota": 4}},
    "cameras": [
        {"name": "corner", "state": "live", "since_s": 3600.0, "why": "", "frames": 18000, "looked_at": 9000,
         "skipped": {"motion": 8000}, "fps": 5.0},
        {"name": "yard", "state": "blocked", "since_s": 60.0, "why": "<b>a bag</b>", "frames": 300, "looked_at": 0,
         "skipped": {}, "fps": 0.0},
    ],
}  # fmt: skip


def test_a_heartbeat_tells_the_time_and_shows_in_the_register(site: Site) -> None:
    north = gateway(site)
    answer = north.post("/api/v1/ingest/heartbeat", json=HEARTBEAT)
    assert (answer.status_code, answer.json()["bundle"]) == (200, None)
    assert answer.json()["server_time"].startswith("2026-11-24T14:30:00")
    assert north.post("/api/v1/ingest/heartbeat", json={**HEARTBEAT, "gateway": "south-1"}).status_code == 403
    otto = signed_in(site.app, "otto")
    html = otto.get("/gateways").text
    assert ("north-3" in html, "blocked" in html, "connected" in html) == (True, True, True)
    assert "<b>a bag</b>" not in html
    site.time.pass_s(181)
    assert [one["is_away"] for one in otto.get("/api/v1/gateways").json()] == [True]
    assert "away" in otto.get("/gateways").text


def test_two_gateways_do_not_touch_each_others_sightings(site: Site) -> None:
    site.store.add_account("south-1", role="gateway", password_hash="", must_change_password=False)
    send(gateway(site), batch(live(1)))
    other = replace(live(1, revision=5), sighting=replace(live(1).sighting, camera="theirs"))
    answer = send(gateway(site, "south-1"), batch(other, gateway="south-1"))
    assert [one["id"] for one in answer["refused"]] == [str(UUID(int=1))]
    assert [one.camera for one in site.store.clip_sightings("a" * 64)] == ["corner"]


def test_a_server_without_a_city_says_so(site: Site) -> None:
    parts = site.app.state.parts
    site.app.state.parts = replace(parts, intake=None)
    answer = gateway(site).post("/api/v1/ingest/sightings", json=batch(live(1)))
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "3600")
