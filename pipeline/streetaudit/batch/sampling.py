"""Which frames of a drive are looked at: one every few metres, more in turns and where something new is in view.

None while it stands and the scene has been seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streetaudit.locate.pose import PoseLine
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.geo import turn_deg
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.track import Observation

#: Vehicles on patrol are slower; a decoder that hands frames on so often misses no look of a faster one by much.
FASTEST_MPS = 25.0
#: A turn of so much shows other ground, however short the way.
_TURN_DEG = 6.0
#: While it stands the scene is looked at so often, then left until something may have changed.
_STANDING_LOOKS = 3
_STANDING_LOOK_S = 1.0
_STANDING_S = 30.0
_STANDING_MPS = 0.3
#: A frame that is nearly due is as good as the one after it.
_NEARLY = 0.95
#: Something seen fewer times is looked at so many times more often.
_ENOUGH_VIEWS = 10
_NEARER = 8.0
_SURE = 0.5
#: In turns looks come so many times more often.
_TURNING = 4.0
#: Without a position nothing is known of the way: a look so often.
_BLIND_S = 0.2


@dataclass(slots=True)
class DistanceSampling:
    """Chooses the frames of one drive.

    Attributes:
        line: Where the carrier was.
        every_m: Between two looks.
        skipped: Reason to number of frames that were not chosen.
    """

    line: PoseLine
    every_m: float
    skipped: dict[str, int] = field(default_factory=dict)
    _views: dict[int, int] = field(default_factory=dict)
    _is_new: bool = False
    _last_s: float | None = None
    _last_heading: float | None = None
    _here: int = 0

    def chosen(self, frames: Iterator[Frame]) -> Iterator[Frame]:
        """The frames to look at; the others are counted with the reason."""
        for frame in frames:
            why_not = self._why_not(frame.time_s)
            if not why_not:
                yield frame
            else:
                self.skipped[why_not] = self.skipped.get(why_not, 0) + 1

    def saw(self, detections: Detections, current: Sequence[tuple[int, Observation]]) -> None:
        """Be told what the last look showed: what is not known well yet is looked at from nearer by."""
        for track_id, _ in current:
            self._views[track_id] = self._views.get(track_id, 0) + 1
        sure = int((detections.confidence >= _SURE).sum())
        self._is_new = sure > len(current) or any(self._views[track_id] < _ENOUGH_VIEWS for track_id, _ in current)

    def _why_not(self, time_s: float) -> str:
        """Why this frame need not be looked at, "" if it is."""
        pose = self.line.at(time_s)
        if self._last_s is None:
            return self._look(time_s, None if isinstance(pose, NotPlaced) else pose.heading_deg, moved=True)
        since_s = time_s - self._last_s
        if isinstance(pose, NotPlaced):
            return self._look(time_s, None, moved=True) if since_s >= _BLIND_S else "sampling"
        way_m = self.line.distance_m(self._last_s, time_s)
        turned = self._last_heading is not None and abs(turn_deg(self._last_heading, pose.heading_deg)) >= _TURN_DEG
        step_m = self.every_m / (_NEARER if self._is_new else _TURNING if turned else 1.0)
        if way_m >= step_m * _NEARLY:
            return self._look(time_s, pose.heading_deg, moved=True)
        if pose.speed_mps > _STANDING_MPS:
            return "sampling"
        if since_s >= (_STANDING_LOOK_S if self._here < _STANDING_LOOKS else _STANDING_S):
            return self._look(time_s, pose.heading_deg, moved=False)
        return "standing"

    def _look(self, time_s: float, heading_deg: float | None, *, moved: bool) -> str:
        self._last_s, self._last_heading = time_s, heading_deg
        self._here = 0 if moved else self._here + 1
        return ""
