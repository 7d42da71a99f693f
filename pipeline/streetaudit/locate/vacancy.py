"""The best look at spots whose things may be gone: the picture of afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np

from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.ground import Ground, Sight, sight_of
from streetaudit.structures.miss import DoubtfulSpot
from streetaudit.structures.track import Observation, View

#: The box drawn at an empty spot reaches so far to the sides, up and down, in metres.
_SIDE_M, _UP_M, _DOWN_M = 0.8, 1.2, 0.2
#: Farther away a picture shows nothing of a spot.
_FARTHEST_M = 25.0
#: A better look must be better by this factor: else frames would be swapped for nothing.
_HYSTERESIS = 1.15


@dataclass(slots=True)
class Vacancy:
    """Keeps the frame that shows each of some spots best; told of every look at the ground.

    Attributes:
        spots: At most as many as frames may be held.
    """

    spots: Sequence[DoubtfulSpot]
    _best: dict[UUID, tuple[float, View]] = field(default_factory=dict)

    def on_look(self, ground: Ground, frame: Frame, detections: Detections) -> None:
        """Keep the frame for the spots that it shows better than what is kept.

        Args:
            ground: Of this one look.
            frame: That was looked at.
            detections: Everything seen in it: it is blurred in a picture.
        """
        for spot in self.spots:
            sight = sight_of(ground, spot.lat, spot.lon)
            if len(sight.rows) == 0 or not sight.is_open[0] or sight.distance_m[0] > _FARTHEST_M:
                continue
            score = _score(sight, frame.size)
            if score > self._best.get(spot.case_id, (0.0,))[0] * _HYSTERESIS:
                self._best[spot.case_id] = score, View(frame, detections, _observation(sight, frame))

    @property
    def views(self) -> Mapping[UUID, View]:
        """The best view of each spot that was shown at all."""
        return {case: view for case, (_, view) in self._best.items()}


def _score(sight: Sight, size: tuple[int, int]) -> float:
    """Large, and not at the border."""
    width, height = size
    x, y = sight.pixel[0].tolist()
    off = max(abs(2.0 * x / width - 1.0), 2.0 * y / height - 1.0)
    return float(sight.scale_px_m[0]) * max(1.0 - float(off) ** 4, 0.01)


def _observation(sight: Sight, frame: Frame) -> Observation:
    width, height = frame.size
    x, y = sight.pixel[0].tolist()
    scale = float(sight.scale_px_m[0])
    box = (x - _SIDE_M * scale, y - _UP_M * scale, x + _SIDE_M * scale, y + _DOWN_M * scale)
    x1, y1, x2, y2 = np.clip(box, 0.0, [width, height, width, height]).tolist()
    return Observation(frame.index, frame.time_s, (x1, y1, x2, y2), 0.0, -1)
