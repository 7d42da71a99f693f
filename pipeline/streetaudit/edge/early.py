"""What stands before a live camera is told while it stands: when a rule may fire, and ever more seldom after that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from streetaudit.structures.track import Track, View

#: What stays is looked through so often.
_EVERY_S = 0.5
#: Pauses before what was no problem is judged again: hours begin, confidence grows.
_AGAIN_S, _LONGEST_AGAIN_S = 1.0, 60.0
_GROWTH = 2.0
_LONGEST_UPDATE_S = 3600.0


class Standing(Protocol):
    """Knows what stands."""

    def ongoing(self) -> list[Track]:
        """The tracks so far of what stands there now."""
        ...


class Kept(Protocol):
    """Knows the best views of what goes on."""

    def best(self, track_id: int) -> tuple[View, ...]:
        """The best views, best first."""
        ...


@dataclass(slots=True)
class _Turn:
    next_s: float
    pause_s: float
    told: bool = False


class Early:
    """Names the tracks whose turn it is.

    Args:
        standing: The tracker.
        kept: The keeper of views.
        dwell_s: How long a thing of a class must stand before a rule may fire, by class id; None where none ever does.
        update_s: Pause before a thing that was told is told again, doubled each time.
    """

    def __init__(
        self, standing: Standing, kept: Kept, *, dwell_s: Callable[[int], float | None], update_s: float
    ) -> None:
        self._standing = standing
        self._kept = kept
        self._dwell_s = dwell_s
        self._update_s = update_s
        self._turns: dict[int, _Turn] = {}
        self._looked_s = float("-inf")

    def due(self, time_s: float) -> Iterator[tuple[Track, tuple[View, ...]]]:
        """Yield what is to be told now, with its best views."""
        if time_s - self._looked_s < _EVERY_S:
            return
        self._looked_s = time_s
        tracks = {track.track_id: track for track in self._standing.ongoing()}
        self._turns = {name: turn for name, turn in self._turns.items() if name in tracks}
        for name, track in tracks.items():
            turn = self._turn(track)
            if turn is not None and track.last_s >= turn.next_s:
                turn.next_s = track.last_s + turn.pause_s
                turn.pause_s = min(_GROWTH * turn.pause_s, _LONGEST_UPDATE_S if turn.told else _LONGEST_AGAIN_S)
                yield track, self._kept.best(name)

    def told(self, track_id: int, time_s: float) -> None:
        """A problem was reported: from now on it is only kept up to date."""
        turn = self._turns.get(track_id)
        if turn is not None and not turn.told:
            self._turns[track_id] = _Turn(time_s + self._update_s, _GROWTH * self._update_s, told=True)

    def soon_s(self) -> float | None:
        """From when on a rule may fire for something that was not told yet; None while nothing like that stands."""
        return min((turn.next_s for turn in self._turns.values() if not turn.told), default=None)

    def _turn(self, track: Track) -> _Turn | None:
        known = self._turns.get(track.track_id)
        if known is None:
            wanted_s = self._dwell_s(track.class_id)
            if wanted_s is None:
                return None
            known = self._turns[track.track_id] = _Turn(track.first_s + wanted_s, _AGAIN_S)
        return known
