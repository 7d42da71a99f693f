"""One thing in the world is one case: which case a sighting belongs to, and where that case is."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from streetaudit.casework.normal import Covariance, inverse, plus, quadratic, radius_95, times
from streetaudit.structures.case import Case
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import CIRCLE_95, NotPlaced, Place
from streetaudit.structures.sighting import Sighting

#: 99 % of the differences between two sightings of one thing lie within this squared normalised distance
#: (chi-squared, two degrees of freedom: -2 ln 0.01).
_GATE = -2.0 * math.log(0.01)
#: 95 % radius of what two nights' GPS differ by, whatever their errors claim.
_BETWEEN_PASSES_M = 1.0
#: Share of the variance that two sightings of one pass do not have in common: most of it is that moment's GPS.
_WITHIN_PASS_SHARE = 0.5
#: 95 % radius of what is wrong in the same way every night: the camera's mount, the map.
_COMMON_M = 0.3
#: Share of a sighting's variance that other sightings repeat: same camera, same side, same sky.
_COMMON_SHARE = 0.03
#: Two boxes of one unplaced thing before a fixed camera overlap at least so much.
_SAME_BOX_IOU = 0.5

Choose = Callable[[Sighting, Sequence[Case], Mapping[UUID, Sequence[Sighting]]], Case | None]
MergePlaces = Callable[[Sequence[Place]], Place]


@dataclass(frozen=True, slots=True)
class Merging:
    """How sightings become cases; `choose` and `merge_places` are what the store is handed.

    Attributes:
        radius_m: Two sightings farther apart are never one thing, however unsure their places are.
        fixed_cameras: Names of cameras that do not move: there an unplaced thing is known by its box.
    """

    radius_m: float
    fixed_cameras: frozenset[str] = frozenset()

    def choose(
        self, sighting: Sighting, nearby: Sequence[Case], same_clip: Mapping[UUID, Sequence[Sighting]]
    ) -> Case | None:
        """The case that this sighting belongs to, None for a new one.

        The nearest, measured in both errors, of those that the errors and `radius_m` allow. What was seen side by
        side in one frame is two things, so a case that holds a sighting of this clip from the same moment is out.

        Args:
            sighting: With a problem.
            nearby: Live cases around it.
            same_clip: Case id to the sightings of this same clip that the case already holds.
        """
        best: tuple[float, str] | None = None
        chosen: Case | None = None
        for case in nearby:
            own = same_clip.get(case.id, ())
            if case.problem != sighting.verdict.problem or any(_side_by_side(sighting, other) for other in own):
                continue
            distance = self._distance(sighting, case, own)
            if distance is not None and (best is None or (distance, str(case.id)) < best):
                best, chosen = (distance, str(case.id)), case
        return chosen

    def merge_places(self, places: Sequence[Place]) -> Place:
        """The place of a case from the places of its sightings.

        Weighted by their errors. What sightings have in common does not shrink with their number, so many nights
        do not pretend centimetres; sightings that disagree more than they claim make the error larger.

        Args:
            places: At least one.

        Raises:
            ValueError: If there is none.
        """
        return merge_places(places)

    def _distance(self, sighting: Sighting, case: Case, own: Sequence[Sighting]) -> float | None:
        """The less, the likelier they are one thing (twice the negative log likelihood); None where they cannot be."""
        if isinstance(sighting.place, NotPlaced) or case.place is None:
            return self._box_distance(sighting, case, own)
        offset = _offset_m(sighting.place, case.place)
        if math.hypot(*offset) > self.radius_m:
            return None
        both = plus(_spread(sighting.place), _spread(case.place))
        # Within one pass both places share the GPS error of that moment; between passes they do not.
        both = times(both, _WITHIN_PASS_SHARE) if own else plus(both, _circle(_BETWEEN_PASSES_M))
        distance = quadratic(inverse(both), offset)
        # The logarithm keeps a case that may be anywhere from beating one that is exactly here.
        return distance + math.log(both[0] * both[2] - both[1] ** 2) if distance <= _GATE else None

    def _box_distance(self, sighting: Sighting, case: Case, own: Sequence[Sighting]) -> float | None:
        """Unplaced things before a fixed camera: one minus the overlap with what the case showed in this clip.

        A moving camera shows other ground at the same pixels, so there an unplaced thing is always new.
        """
        is_unplaced = isinstance(sighting.place, NotPlaced) and case.place is None
        if not is_unplaced or sighting.camera not in self.fixed_cameras:
            return None
        overlap = max((_iou(sighting, other) for other in own), default=0.0)
        return 1.0 - overlap if overlap >= _SAME_BOX_IOU else None


def merging(*, radius_m: float, fixed_cameras: Collection[str] = ()) -> tuple[Choose, MergePlaces]:
    """The two callables that `Store.commit_clip` takes: choose and merge_places."""
    made = Merging(radius_m, frozenset(fixed_cameras))
    return made.choose, made.merge_places


def merge_places(places: Sequence[Place]) -> Place:
    """The place of one thing from several; see `Merging.merge_places`."""
    if not places:
        raise ValueError("want at least one place; got none")
    if len(places) == 1:
        return places[0]
    # In a fixed order, so that the same sightings give the same place whichever came first.
    ordered = sorted(places, key=lambda place: (place.error_m, place.lat, place.lon))
    frame = LocalFrame(ordered[0].lat, ordered[0].lon)
    points = [frame.to_metres(place.lat, place.lon) for place in ordered]
    weights = [inverse(_spread(place)) for place in ordered]
    alone = inverse(_sum(weights))
    east, north = _weighted_mean(points, weights, alone)
    misfit = sum(quadratic(w, (x - east, y - north)) for w, (x, y) in zip(weights, points, strict=True))
    # Birge's ratio: a spread beyond the claimed errors shows that they were too small.
    alone = times(alone, max(1.0, misfit / (2.0 * (len(places) - 1))))
    common = plus(times(_spread(ordered[0]), _COMMON_SHARE), _circle(_COMMON_M))
    spread = plus(times(alone, 1.0 - _COMMON_SHARE), common)
    lat, lon = frame.to_degrees(east, north)
    views = sum(place.views for place in places)
    return replace(ordered[0], lat=lat, lon=lon, error_m=radius_95(spread), views=views, covariance_m2=spread)


def _weighted_mean(
    points: Sequence[tuple[float, float]], weights: Sequence[Covariance], spread: Covariance
) -> tuple[float, float]:
    pull_x = sum(w[0] * x + w[1] * y for w, (x, y) in zip(weights, points, strict=True))
    pull_y = sum(w[1] * x + w[2] * y for w, (x, y) in zip(weights, points, strict=True))
    return spread[0] * pull_x + spread[1] * pull_y, spread[1] * pull_x + spread[2] * pull_y


def _sum(weights: Sequence[Covariance]) -> Covariance:
    total: Covariance = (0.0, 0.0, 0.0)
    for weight in weights:
        total = plus(total, weight)
    return total


def _circle(radius_m: float) -> Covariance:
    variance = (radius_m / CIRCLE_95) ** 2
    return variance, 0.0, variance


def _spread(place: Place) -> Covariance:
    """A place's covariance, never so small that its inverse explodes: nothing is known to a centimetre."""
    return plus(place.spread_m2, (1e-4, 0.0, 1e-4))


def _offset_m(one: Place, other: Place) -> tuple[float, float]:
    return LocalFrame(other.lat, other.lon).to_metres(one.lat, one.lon)


def _side_by_side(one: Sighting, other: Sighting) -> bool:
    """True if both were seen at one moment of one clip, so that they are two things."""
    return one.first_s <= other.last_s and other.first_s <= one.last_s


def _iou(one: Sighting, other: Sighting) -> float:
    if one.evidence is None or other.evidence is None:
        return 0.0
    ax1, ay1, ax2, ay2 = one.evidence.xyxy
    bx1, by1, bx2, by2 = other.evidence.xyxy
    shared = max(0.0, min(ax2, bx2) - max(ax1, bx1)) * max(0.0, min(ay2, by2) - max(ay1, by1))
    both = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / both if both > 0.0 else 0.0
