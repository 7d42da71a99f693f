"""The spots of a fixed camera's image at which something stands: what shows, hides and ends them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.boxes import Floats, edges_inside, share_of_smaller, shared, shifts, sizes
from streetaudit.structures.taxonomy import GROUPS
from streetaudit.structures.track import Observation
from streetaudit.track.fitting import distances
from streetaudit.track.stay import LITTER, STALL, Drive, Stay, boxes_of

#: So long a spot may lie open and empty before its stay is over; less where its track was seen to leave.
_OPEN_S, _OPEN_DEPARTED_S = 60.0, 8.0
#: Nobody knows what stands behind what has hidden a spot for so long.
HIDDEN_S = 600.0
#: What hides a spot came to stand before it about when what stands there was seen last.
_CAME_SINCE_S = 5.0
#: So much of a spot must be covered for it to be hidden.
_COVERED = 0.3
#: A followed thing whose box has been another one for so long is not there any more.
_DISTURBED_S = 2.5
#: Who came farther than this share of its size is gone.
_DROVE = 0.5
#: So much of a first box lies in the spot at which a track came to life.
_BORN_HERE = 0.6
#: Between the goods on the ground and the stall that is seen as one.
_SET_UP_S = 15.0


class Spots:
    """The stays of one camera.

    Args:
        image_size: (width, height) in pixels.

    Attributes:
        stays: In the order in which they began.
    """

    def __init__(self, image_size: tuple[int, int]) -> None:
        self._image_size = image_size
        self.stays: list[Stay] = []

    def shown_by(self, seen: Mapping[int, Observation], drives: Mapping[int, Drive]) -> dict[int, int]:
        """Row of a stay to the inner track that shows it now.

        Args:
            seen: What is seen now by inner track; below 0 at a glance, where nothing was followed.
            drives: What is followed and has not been seen to stand.
        """
        names = list(seen)
        boxes = boxes_of([seen[name] for name in names])
        spots = np.array([stay.box for stay in self.stays], np.float64)
        apart = distances(boxes, spots, [stay.group for stay in self.stays], self._image_size)
        may = self._may_show(names, spots, drives, classes=[seen[name].class_id for name in names])
        return {row: names[column] for row, column in _pairs(np.where(may, apart, np.inf)).items()}

    def wait(
        self, unseen: Sequence[Stay], seen: Mapping[int, Observation], *, matched: Collection[int], step_s: float
    ) -> None:
        """Count for how long spots lie open and empty; what covers one stops its clock."""
        others = boxes_of([observation for name, observation in seen.items() if name not in matched])
        for stay in unseen:
            own = seen.get(stay.follows) if stay.follows is not None else None
            if own is not None:
                self._let_go(stay, own, step_s)
                if stay.follows is not None:
                    continue
            if self._covered(stay, others) < _COVERED or stay.departed:
                stay.unseen_s += step_s

    def _covered(self, stay: Stay, others: Floats) -> float:
        """The share of a spot that lies under what passes, or under what has come to stand there since."""
        came = [one.box for one in self.stays if one is not stay and one.came_s >= stay.last_s - _CAME_SINCE_S]
        boxes = np.concatenate([others, np.array(came, np.float64).reshape(-1, 4)])
        box = np.array([stay.box])
        return float((shared(boxes, box)[:, 0] / sizes(box)[0] ** 2).max(initial=0.0))

    def _let_go(self, stay: Stay, own: Observation, step_s: float) -> None:
        """Its inner track shows another box: for a moment that means nothing, then it has left."""
        box = boxes_of([own])
        shift = float(shifts(box, np.array([stay.box]), edges_inside(box, self._image_size))[0, 0])
        stay.unfit_s += step_s
        if shift > _DROVE or stay.unfit_s > _DISTURBED_S:
            stay.departed, stay.follows = True, None

    def grown(self, stay: Stay) -> Stay:
        """A stall with the goods that lay there before it stood: until then they looked like litter."""
        for goods in [goods for goods in self.stays if stay.group == STALL and goods.group == LITTER]:
            inside = float(share_of_smaller(np.array([goods.box]), np.array([stay.box]))[0, 0])
            fresh = [seen for seen in goods.observations if seen.time_s < stay.observations[0].time_s]
            if fresh and inside >= _BORN_HERE and stay.observations[0].time_s - fresh[-1].time_s <= _SET_UP_S:
                stay.observations[:0] = fresh
                self.stays.remove(goods)
        return stay

    def unseen_at(self, box: tuple[float, float, float, float], group: int) -> Stay | None:
        """The stay that is not seen now at a spot."""
        for stay in self.stays:
            if stay.group == group and stay.follows is None:
                there = distances(np.array([box]), np.array([stay.box]), [group], self._image_size)
                if np.isfinite(there[0, 0]):
                    return stay
        return None

    def expired(self, now_s: float) -> list[Stay]:
        """The stays that are over; they are forgotten here."""
        over = [
            stay
            for stay in self.stays
            if stay.unseen_s > (_OPEN_DEPARTED_S if stay.departed else _OPEN_S) or now_s - stay.last_s > HIDDEN_S
        ]
        self.stays = [stay for stay in self.stays if stay not in over]
        return over

    def _may_show(
        self, names: Sequence[int], spots: Floats, drives: Mapping[int, Drive], *, classes: Sequence[int]
    ) -> NDArray[np.bool_]:
        """(N, M) which inner tracks may show which stays: its own, those born there; at a glance whatever is there."""
        owner = {stay.follows: row for row, stay in enumerate(self.stays) if stay.follows is not None}
        may = np.zeros((len(names), len(self.stays)), bool)
        group = np.array([stay.group for stay in self.stays])
        for row, name in enumerate(names):
            drive = drives.get(name)
            if name < 0:
                may[row] = group == GROUPS[classes[row]]
            elif name in owner:
                may[row, owner[name]] = True
            elif drive is not None and drive.observations:
                born = share_of_smaller(boxes_of(drive.observations[:1]), spots)[0]
                may[row] = (born >= _BORN_HERE) & (group == drive.group)
        return may


def _pairs(apart: Floats) -> dict[int, int]:
    """Stay (column) to inner track (row), nearest first, each once."""
    pairs: dict[int, int] = {}
    for flat in np.argsort(apart, axis=None).tolist():
        row, column = divmod(flat, apart.shape[1])
        if not np.isfinite(apart[row, column]):
            break
        if column not in pairs and row not in pairs.values():
            pairs[column] = row
    return pairs
