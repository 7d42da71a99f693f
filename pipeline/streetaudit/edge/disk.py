"""How much may still be kept: the ladder from everything to nothing, and the alarm at its end."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from streetaudit.io.wire.heartbeat import Stage

#: Shares of the quota from which each step holds.
_STEPS: tuple[tuple[float, Stage], ...] = ((1.0, "stopped"), (0.9, "stills"), (0.75, "short"), (0.5, "no_raw"))
#: A step is left again once there is so much more room: else it would be taken and left with every picture.
_SLACK = 0.05


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """How full it is.

    Attributes:
        free_bytes: Of the file system.
        used_bytes: By what waits.
        quota_bytes: That it may use.
        stage: What is still kept.
    """

    free_bytes: int
    used_bytes: int
    quota_bytes: int
    stage: Stage


class Disk:
    """Watches the room for what waits.

    Stages: "all"; "no_raw" (what is told again brings no new pictures); "short" (smaller files); "stills" (the crop
    alone, without the whole frame); "stopped" (nothing is looked at, and that is an alarm). A case is never given up
    for room.

    Args:
        folder: Where it waits.
        quota_bytes: What it may use.
        floor_bytes: What must stay free on the file system, whoever uses it.
        free: Free bytes of a folder's file system.
    """

    def __init__(
        self,
        folder: Path,
        *,
        quota_bytes: int,
        floor_bytes: int,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._folder = folder
        self._quota_bytes = quota_bytes
        self._floor_bytes = floor_bytes
        self._free = free
        self.facts = DiskFacts(0, 0, quota_bytes, "all")

    def look(self, used_bytes: int) -> DiskFacts:
        """The facts as they are now."""
        free = self._free(self._folder)
        room = min(self._quota_bytes, used_bytes + max(0, free - self._floor_bytes))
        share = used_bytes / room if room > 0 else 1.0
        share = 1.0 if free <= self._floor_bytes else share
        stage = _stage(share)
        if _rank(stage) < _rank(self.facts.stage) and _rank(_stage(share + _SLACK)) >= _rank(self.facts.stage):
            stage = self.facts.stage
        self.facts = DiskFacts(free, used_bytes, self._quota_bytes, stage)
        return self.facts


def _stage(share: float) -> Stage:
    return next((stage for step, stage in _STEPS if share >= step), "all")


def _rank(stage: Stage) -> int:
    return ("all", "no_raw", "short", "stills", "stopped").index(stage)
