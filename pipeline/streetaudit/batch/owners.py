"""Who shares a night, and what becomes of the clips of those who are gone."""

from __future__ import annotations

from streetaudit.io.clock import Clock
from streetaudit.io.processes import is_gone, this_process
from streetaudit.io.store.store import Store

#: How often a process says that it lives.
BEAT_S = 10.0
#: One on another machine that has not said so for so long, by our own steady clock, is taken for gone. Should it live
#: after all, the fence keeps it from doing anything with its lease.
LEASE_S = 120.0
#: How often we look for others that are gone.
_LOOK_S = 1.0


class Owners:
    """This process among those that share a night.

    Attributes:
        me: This process's name.
    """

    def __init__(self, store: Store, night: str, clock: Clock) -> None:
        self.me = this_process()
        self._store, self._night, self._clock = store, night, clock
        self._beat_at_s = self._look_at_s = clock.monotonic_s()
        self._last: dict[str, tuple[int, float]] = {}

    def look_round(self) -> None:
        """Say that we live, and let the clips wait again of those who do not; cheap if called often."""
        now_s = self._clock.monotonic_s()
        if now_s >= self._beat_at_s:
            self._beat_at_s = now_s + BEAT_S
            self._store.beat(self.me)
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + _LOOK_S
        for owner, beat in self._store.beats(self._night).items():
            if owner != self.me and self._seems_gone(owner, beat, now_s):
                self._store.take_over(owner)
                self._last.pop(owner, None)

    def _seems_gone(self, owner: str, beat: int, now_s: float) -> bool:
        if is_gone(owner):
            return True
        heard, at_s = self._last.get(owner, (-1, now_s))
        if heard != beat:
            self._last[owner] = (beat, now_s)
            return False
        return now_s - at_s > LEASE_S
