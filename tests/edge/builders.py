"""Parts for the tests of the gateway: rows, clocks and receivers of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from store.builders import sighting
from streetaudit.io.clock import Clock
from streetaudit.io.ingest_client import NotDeliveredError
from streetaudit.io.wire.sightings import ReceivedDocument, RefusedDocument
from streetaudit.structures.live import LiveSighting
from streetaudit.structures.sighting import Evidence

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Hands:
    """Two clocks that go when they are told to, each by itself."""

    wall: datetime = NOON
    monotonic_s: float = 1000.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(now=lambda: self.wall, monotonic_s=lambda: self.monotonic_s)

    def pass_s(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic_s += seconds


def live(track: int = 1, revision: int = 1, *, evidence: Evidence | None = None, **values: Any) -> LiveSighting:
    """A report of a thing; `track` names it."""
    seen = replace(sighting(track, clip="live", camera="corner"), model_sha256="c" * 64, evidence=evidence)
    ongoing, clock = values.pop("ongoing", True), values.pop("clock", "synced")
    return LiveSighting(replace(seen, **values), revision, ongoing, clock)


@dataclass
class Receiver:
    """A server as a gateway sees it, with what it holds; it fails when it is told to."""

    held: dict[str, int] = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    failures: list[NotDeliveredError] = field(default_factory=list)
    calls: int = 0

    def send_sightings(self, bodies: Sequence[str], *, sent_at: str | None) -> ReceivedDocument:
        self._fail()
        told = [json.loads(body) for body in bodies]
        refused = {one["id"]: self.refuses[one["id"]] for one in told if one["id"] in self.refuses}
        fine = [one for one in told if one["id"] not in refused]
        fresh = [one for one in fine if one["revision"] > self.held.get(one["id"], 0)]
        self.held |= {one["id"]: one["revision"] for one in fresh}
        self.order += [one["id"] for one in fresh]
        keys = {key for one in fine if one["evidence"] for key in (one["evidence"]["crop"], one["evidence"]["frame"])}
        return ReceivedDocument(
            batch="",
            accepted=tuple(one["id"] for one in fresh),
            duplicate=tuple(one["id"] for one in fine if one not in fresh),
            refused=tuple(RefusedDocument(id=name, reason=reason) for name, reason in refused.items()),
            wanted=tuple(keys - set(self.pictures)),
        )

    def send_evidence(self, key: str, data: bytes) -> None:
        self._fail()
        self.pictures[key] = data

    def _fail(self) -> None:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
