"""A clip's timestamps made into seconds that only grow."""

from __future__ import annotations

from dataclasses import dataclass

#: A step forward that counts as a jump; the time itself is kept, for recordings do pause.
_LONG_STEP_S = 10.0
#: Steps back that are larger, or so many in a row, mean that the clock was set anew (joined files).
_RESET_S = 1.0
_RESET_RUN = 3


@dataclass(slots=True)
class Timeline:
    """Turns the timestamps of frames in presentation order into clip time.

    The first frame is 0.0. A stray step backwards gets a time just after the frame before it; a clock that was
    set back (two recordings joined) goes on where it was. Frames without a timestamp follow at the usual distance.

    Attributes:
        usual_step_s: Frame distance by the declared rate.
        jumps: Steps backwards or of more than 10 s forward so far.
        untimed: Frames without a timestamp so far.
    """

    usual_step_s: float
    jumps: int = 0
    untimed: int = 0
    _offset_s: float | None = None
    _last_s: float | None = None
    _run: int = 0

    def place(self, stamp_s: float | None) -> float:
        """The clip time of the next frame, greater than that of the one before.

        >>> line = Timeline(usual_step_s=0.1)
        >>> [round(line.place(t), 2) for t in (7.0, 7.1, None, 7.3, 0.0, 0.1)]
        [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]
        >>> line.jumps, line.untimed
        (1, 1)
        """
        self.untimed += stamp_s is None
        self._last_s = self._next_s(stamp_s, self._last_s)
        return self._last_s

    def _next_s(self, stamp_s: float | None, last_s: float | None) -> float:
        usual_s = 0.0 if last_s is None else last_s + self.usual_step_s
        if stamp_s is None:
            return usual_s
        if last_s is None or self._offset_s is None:
            self._offset_s = usual_s - stamp_s
            return usual_s
        time_s = stamp_s + self._offset_s
        if time_s <= last_s:
            return self._after_step_back(stamp_s, last_s)
        self.jumps += time_s - last_s > _LONG_STEP_S
        self._run = 0
        return time_s

    def _after_step_back(self, stamp_s: float, last_s: float) -> float:
        self.jumps += 1
        self._run += 1
        step_back_s = last_s - (stamp_s + (self._offset_s or 0.0))
        if step_back_s <= _RESET_S and self._run < _RESET_RUN:
            return last_s + min(0.001, self.usual_step_s / 4.0)
        self._run = 0
        self._offset_s = last_s + self.usual_step_s - stamp_s
        return last_s + self.usual_step_s
