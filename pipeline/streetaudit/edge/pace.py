"""When a camera's next picture is to be looked at: seldom while nothing moves, often while something may happen."""

from __future__ import annotations

from dataclasses import dataclass

#: Less of the picture changes by noise, leaves and a fly.
_MOTION = 0.002
#: After the last motion a scene is watched closely for so long: what has come to a halt is known to stand by then.
_AFTER_S = 6.0


@dataclass(slots=True)
class Pace:
    """Decides for one camera which pictures are worth a look.

    Attributes:
        slow_s: Distance of looks while nothing moves: the guaranteed minimum.
    """

    slow_s: float
    _looked_s: float = float("-inf")
    _moved_s: float = float("-inf")
    _soon_s: float | None = None

    def due(self, time_s: float, changed: float) -> bool:
        """True if this picture is to be looked at.

        Args:
            time_s: Of the picture.
            changed: Share of it that differs from the one before.
        """
        if changed > _MOTION:
            self._moved_s = time_s
        soon = self._soon_s is not None and time_s >= self._soon_s
        return soon or time_s - self._moved_s <= _AFTER_S or time_s - self._looked_s >= self.slow_s

    def looked(self, time_s: float, *, soon_s: float | None) -> None:
        """Note a look, and from when on a rule may fire, None for not before something moves."""
        self._looked_s, self._soon_s = time_s, soon_s
