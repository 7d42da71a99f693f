from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from store.builders import NOON, sighting
from streetaudit.io.wire.sightings import SightingDocument, evidence_keys, sighting_document
from streetaudit.structures.live import LiveSighting
from streetaudit.structures.place import NotPlaced, Place


@pytest.mark.parametrize(
    "seen",
    [
        pytest.param(sighting(), id="placed"),
        pytest.param(sighting(place=Place(1.0, 2.0, 3.0, "given", 4, (5.0, 0.5, 6.0))), id="with-covariance"),
        pytest.param(sighting(place=NotPlaced("no position", carrier_known=True)), id="unplaced"),
        pytest.param(replace(sighting(), evidence=None, seen_at=None), id="bare"),
        pytest.param(replace(sighting(), stands_from=NOON, stands_to=NOON + timedelta(seconds=9)), id="standing"),
        pytest.param(replace(sighting(), clip_sha256="a" * 64, model_sha256="b" * 64), id="full-hashes"),
        pytest.param(
            replace(sighting(), motion="stationary", signature=bytes(range(96)), beside=(3, 7)), id="what-it-looks-like"
        ),
    ],
)
def test_a_document_carries_the_whole_value(seen: Any) -> None:
    seen = replace(seen, model_sha256="c" * 64)
    sent = LiveSighting(seen, 3, ongoing=True, clock="unsynced")
    text = sighting_document(sent).model_dump_json()
    assert SightingDocument.model_validate_json(text).value() == sent


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(("evidence", "frame"), "../../etc/passwd", id="key-out-of-the-folder"),
        pytest.param(("class_name",), "person", id="nobody-is-recorded"),
        pytest.param(("place", "lat"), 91.0, id="no-latitude"),
        pytest.param(("first_s",), "NaN", id="no-number"),
        pytest.param(("revision",), 0, id="no-revision"),
        pytest.param(("seen_at",), "2026-11-24T10:00:00", id="naive-time"),
        pytest.param(("clip_sha256",), "short", id="no-hash"),
        pytest.param(("surprise",), 1, id="unknown-field"),
    ],
)
def test_what_cannot_be_meant_is_refused(path: tuple[str, ...], value: object) -> None:
    sent = LiveSighting(replace(sighting(), model_sha256="c" * 64), 1, ongoing=False, clock="synced")
    written = json.loads(sighting_document(sent).model_dump_json())
    inner = written
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    with pytest.raises(ValidationError):
        SightingDocument.model_validate(written)


def test_each_picture_is_named_once() -> None:
    seen = sighting()
    assert evidence_keys(seen) == ("ab/a1c.jpg", "ab/a1.jpg", "ab/otherc.jpg", "ab/other.jpg")
    assert evidence_keys(replace(seen, evidence=None)) == ()
