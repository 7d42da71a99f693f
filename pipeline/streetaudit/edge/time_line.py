"""The gateway's own time: seconds that only grow, over restarts and over clocks that are set."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from streetaudit.io.clock import Clock
from streetaudit.io.wall_clock import boot_id, is_plausible, kernel_says_synced
from streetaudit.structures.live import ClockQuality

#: A box that was away for longer does not know what happened meanwhile: everything before its cameras begins anew.
LONGEST_AWAY_S = 600.0
#: After a cold start without a clock nobody knows how long it was away: at least so long.
_UNKNOWN_AWAY_S = 30.0
#: A server's answer is believed to within its way here.
_WORST_DELAY_S = 5.0


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the time line of this run begins.

    Attributes:
        line_s: On the line.
        monotonic_s: On the clock of this boot.
    """

    line_s: float
    monotonic_s: float


class TimeLine:
    """Turns the monotonic clock into seconds of the gateway's life, and those into time of day.

    Args:
        clock: Wall and monotonic time.
        before: `state()` of the run before, None where there was none.
        boot: Names this boot of the machine.
        synced: Whether the wall clock has been set by a time service.
    """

    def __init__(
        self,
        clock: Clock,
        before: Mapping[str, Any] | None = None,
        *,
        boot: str | None = None,
        synced: Callable[[], bool] = kernel_says_synced,
    ) -> None:
        self._clock = clock
        self._synced = synced
        self.boot = boot_id() if boot is None else boot
        self._server_offset_s: float | None = None
        self.away_s = 0.0
        now_s = clock.monotonic_s()
        self._origin = Origin(0.0, now_s)
        if before is not None:
            self.away_s = self._away_s(before, now_s)
            self._origin = Origin(float(before["line_s"]) + self.away_s, now_s)

    @property
    def goes_on(self) -> bool:
        """True if what was followed before the restart may still be there."""
        return self._origin.line_s > 0.0 and self.away_s <= LONGEST_AWAY_S

    def now_s(self) -> float:
        """Seconds of the gateway's life."""
        return self.at_s(self._clock.monotonic_s())

    def at_s(self, monotonic_s: float) -> float:
        """The same for a reading of this boot's monotonic clock."""
        return self._origin.line_s + monotonic_s - self._origin.monotonic_s

    @property
    def quality(self) -> ClockQuality:
        """How far the time of day can be believed."""
        if is_plausible(self._clock) and self._synced():
            return "synced"
        return "unsynced" if self._server_offset_s is None else "server"

    def wall(self) -> datetime | None:
        """The time of day, None where the clock says something that cannot be."""
        match self.quality:
            case "synced":
                return self._clock.now()
            case "server":
                return self._clock.now() + timedelta(seconds=self._server_offset_s or 0.0)
            case _:  # nobody has set it, but it may well be right
                return self._clock.now() if is_plausible(self._clock) else None

    def zero_at(self) -> datetime | None:
        """The time of day at which the line was 0; later answers may differ by what a clock was set."""
        wall = self.wall()
        return None if wall is None else wall - timedelta(seconds=self.now_s())

    def hear(self, server_time: datetime, took_s: float) -> float | None:
        """Learn from a server's answer that came after `took_s`; how far off the own clock is, None if it came late."""
        if took_s > _WORST_DELAY_S:
            return None
        offset_s = (server_time - self._clock.now()).total_seconds() + took_s / 2.0
        self._server_offset_s = offset_s
        return offset_s

    def state(self) -> dict[str, Any]:
        """What the next run has to know."""
        wall = self.wall()
        return {
            "line_s": self.now_s(),
            "monotonic_s": self._clock.monotonic_s(),
            "boot": self.boot,
            "wall": None if wall is None else wall.isoformat(),
        }

    def _away_s(self, before: Mapping[str, Any], now_s: float) -> float:
        if self.boot and before["boot"] == self.boot:
            return max(0.0, now_s - float(before["monotonic_s"]))
        wall = self.wall()
        if wall is None or before["wall"] is None:
            return _UNKNOWN_AWAY_S
        return max(0.0, (wall - datetime.fromisoformat(before["wall"])).total_seconds())
