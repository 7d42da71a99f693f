"""Pauses between attempts: longer each time, and never the same for two boxes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Backoff:
    """Pauses that double up to a longest one; each is drawn from its upper half, so that a crowd spreads out.

    Attributes:
        first_s: The first pause, at most.
        longest_s: Every later one, at most.
        draw: Uniform from 0 to 1.
    """

    first_s: float
    longest_s: float
    draw: Callable[[], float] = random.random
    _tries: int = 0

    def next_s(self) -> float:
        """The next pause."""
        whole = min(self.longest_s, self.first_s * 2.0 ** min(self._tries, 30))
        self._tries += 1
        return whole * (0.5 + 0.5 * self.draw())

    def reset(self) -> None:
        """It worked: begin with the shortest pause again."""
        self._tries = 0
