"""What was told of the things before one camera: one thing, one sighting, told again as it is better known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from streetaudit.io.wire.heartbeat import Stage
from streetaudit.io.wire.sightings import SightingDocument, sighting_document
from streetaudit.structures.live import ClockQuality, LiveSighting
from streetaudit.structures.sighting import Sighting


class Reports:
    """The last report of each thing that a camera follows.

    Args:
        quality: Of the clock.
        stage: Of the disk: as it fills up, what is told again brings no new pictures.
        before: `state()` of the run before.
    """

    def __init__(
        self,
        quality: Callable[[], ClockQuality],
        stage: Callable[[], Stage],
        before: Mapping[str, Any] | None = None,
    ) -> None:
        self._quality = quality
        self._stage = stage
        self._told: dict[int, LiveSighting] = {}
        for body in (before or {}).get("told", ()):
            live = SightingDocument.model_validate(body).value()
            self._told[live.sighting.track_id] = live

    def report(self, sighting: Sighting, *, ongoing: bool, now_s: float) -> LiveSighting | None:
        """What is to be told of a thing now, None where there is nothing to tell.

        Args:
            sighting: As it is known now.
            ongoing: False if the thing is gone.
            now_s: Of the gateway's life: the revision follows it, so that none comes back after a restart.
        """
        known = self._told.get(sighting.track_id)
        if sighting.verdict.problem is None and (known is None or ongoing):
            return None
        live = LiveSighting(self._better(sighting, known), self._revision(known, now_s), ongoing, self._quality())
        if ongoing:
            self._told[sighting.track_id] = live
        else:
            self._told.pop(sighting.track_id, None)
        return live

    def is_told(self, track_id: int) -> bool:
        """True if a thing that is still there was reported."""
        return track_id in self._told

    @property
    def ongoing(self) -> tuple[LiveSighting, ...]:
        """The last reports of what still stands there."""
        return tuple(self._told.values())

    def state(self) -> dict[str, Any]:
        """What the next run has to know."""
        return {"told": [sighting_document(live).model_dump(mode="json") for live in self._told.values()]}

    def _better(self, sighting: Sighting, known: LiveSighting | None) -> Sighting:
        """A report with the identity of the first, and with pictures where there were some."""
        if known is None:
            return sighting
        first = known.sighting
        if sighting.verdict.problem != first.verdict.problem:  # outside its hours by now, say: it was one all the same
            return replace(first, last_s=sighting.last_s, stands_to=sighting.stands_to or first.stands_to)
        spare = self._stage() != "all" and first.evidence is not None
        return replace(sighting, evidence=first.evidence if spare else sighting.evidence or first.evidence)

    def _revision(self, known: LiveSighting | None, now_s: float) -> int:
        return max(int(now_s) + 1, known.revision + 1 if known else 1)
