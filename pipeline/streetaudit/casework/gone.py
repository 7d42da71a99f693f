"""Seen to be gone: when passes that would have seen a thing, and did not, are enough to say that it is gone.

A pass counts by the chance that it would have seen the thing: how often this thing was seen when it was looked at as
well as it was when it was seen, times how well this pass looked. "Not looked at" has no chance and says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

import numpy as np

from streetaudit.structures.ground import Ground, sight_of
from streetaudit.structures.miss import SCALES_PX_M, Appearance, Fate, Looked, Miss
from streetaudit.structures.place import Place

#: No pass is surer than this: what one look does not show, the next moment's does not either.
_SUREST = 0.9
#: What things are seen with before anything is known of this one, and for how many looks that counts.
_USUAL_RECALL, _USUAL_LOOKS = 0.9, 4.0
#: Each pass asked for leaves at most this doubt, on average.
_DOUBT = 0.2
_EPSILON = 1e-9
#: A pass that would hardly have seen it is no pass.
_LEAST_CHANCE = 0.3
#: Where nobody knows how large a thing was when it was first seen: a camera of 80 degrees from 19 m in 1280 pixels.
_USUAL_SCALE_PX_M = 40.0
#: Frames in which it would be seen that make a whole look; half of those that earlier passes had, within these.
_FEWEST_FRAMES, _MOST_FRAMES = 3.0, 8.0
#: A spot is not known better against the clip's own trace: so much to both sides has to be open, and more of a place
#: that is less sure: half its error, up to a car's length.
_MARGIN_M, _MOST_MARGIN_M = 1.5, 4.0
#: Looks of one camera within so short a time show the same, and miss the same.
_SAME_LOOK = timedelta(minutes=10)


def look_for(ground: Ground, place: Place) -> Looked | None:
    """How well a clip looked at a place, None where it did not."""
    margin_m = min(max(_MARGIN_M, place.error_m / 2.0), _MOST_MARGIN_M)
    sight = sight_of(ground, place.lat, place.lon, margin_m=margin_m)
    rows, scale = sight.rows[sight.is_open], sight.scale_px_m[sight.is_open]
    frames = tuple(int(ground.frames[rows[scale >= least]].sum()) for least in SCALES_PX_M)
    if frames[0] < _FEWEST_FRAMES:
        return None
    nearest = int(np.argmin(sight.distance_m[sight.is_open]))
    return Looked(
        time_s=float(ground.time_s[rows[nearest]]),
        nearest_m=float(sight.distance_m[sight.is_open][nearest]),
        seconds=float(ground.seconds[rows].sum()),
        frames=frames,
    )


def chance_seen(looked: Looked, seen: Sequence[Appearance], *, missed_before: int = 0) -> float:
    """The chance that a pass which looked like that would have seen the thing, had it been there.

    Args:
        looked: How the pass looked.
        seen: The passes that saw it before.
        missed_before: Passes between those, on which it was there and was missed.
    """
    scales = [each.scale_px_m for each in seen if each.scale_px_m is not None]
    needed = median(scales) if scales else _USUAL_SCALE_PX_M
    frames = next((n for least, n in zip(SCALES_PX_M, looked.frames, strict=True) if least >= needed), 0)
    usual = median([each.frames for each in seen]) if seen else _MOST_FRAMES
    wanted = min(max(usual / 2.0, _FEWEST_FRAMES), _MOST_FRAMES)
    recall = (len(seen) + _USUAL_RECALL * _USUAL_LOOKS) / (len(seen) + missed_before + _USUAL_LOOKS)
    return min(recall, _SUREST) * min(1.0, frames / wanted)


@dataclass(frozen=True, slots=True)
class Absence:
    """The rule that the store is handed.

    Attributes:
        after_passes: A thing is gone after no fewer passes that looked well and did not see it.
    """

    after_passes: int

    def look_for(self, ground: Ground, place: Place) -> Looked | None:
        """How well a clip looked at a place, None where it did not."""
        return look_for(ground, place)

    def fate(self, seen: Sequence[Appearance], missed: Sequence[Miss], *, since: datetime | None = None) -> Fate:
        """What all passes say; follows from them alone, in whatever order they were audited.

        Args:
            seen: Passes that saw the thing.
            missed: Passes that had its spot in view and did not.
            since: Only what was missed later counts: a person looked then, and said that it is there.
        """
        met: list[Appearance] = []
        row: list[tuple[Miss, float]] = []
        missed_before = 0
        events: list[Appearance | Miss] = [*seen, *missed]
        for event in sorted(events, key=lambda e: (e.at, isinstance(e, Miss))):
            if isinstance(event, Appearance):
                met.append(event)
                missed_before += len(row)
                row = []
            elif met and (since is None or event.at > since) and not _is_same_look(event, row):
                chance = chance_seen(event.looked, met, missed_before=missed_before)
                if chance >= _LEAST_CHANCE:
                    row.append((event, chance))
                    fate = Fate(event.at, tuple(row))
                    if len(row) >= self.after_passes and fate.doubt <= _DOUBT**self.after_passes + _EPSILON:
                        return fate
        return Fate(None, tuple(row))


def _is_same_look(miss: Miss, row: Sequence[tuple[Miss, float]]) -> bool:
    return any(known.camera == miss.camera and miss.at - known.at < _SAME_LOOK for known, _ in row)
