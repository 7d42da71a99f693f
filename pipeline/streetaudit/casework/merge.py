"""One thing in the world is one case: which thing each sighting of a pass shows, and where the things then are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.adjust import adjust
from streetaudit.casework.alike import likenesses, replaced
from streetaudit.casework.assign import Hints, Known, Looks, match, newcomers, pieces
from streetaudit.casework.wander import Floats, own_spreads, points_of, shared_variance, spreads_of
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import spot_id
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Around, Spot, is_landmark, kind_of

#: Two boxes of one unplaced thing before a fixed camera overlap at least so much.
_SAME_BOX_IOU = 0.5
#: What is no problem is remembered where it was seen so often and placed so well.
_LANDMARK_FRAMES, _LANDMARK_ERROR_M = 6, 8.0
#: Kinds that count as landmarks only where they were seen to stand.
_MAY_MOVE = frozenset({"vehicle"})

SameClip = Mapping[UUID, Sequence[Sighting]]
Assign = Callable[[Sequence[Sighting], Around], Mapping[UUID, UUID]]
PlaceCases = Callable[[Sequence[Glimpse]], Mapping[UUID, Place]]


@dataclass(frozen=True, slots=True)
class Merging:
    """How sightings become things and so cases; `assign` and `place_cases` are what the store is handed.

    Attributes:
        radius_m: Two sightings farther apart, once their passes are laid on each other, are never one thing.
        fixed_cameras: Names of cameras that do not move: there an unplaced thing is known by its box.
    """

    radius_m: float
    fixed_cameras: frozenset[str] = frozenset()

    def assign(self, sightings: Sequence[Sighting], around: Around) -> Mapping[UUID, UUID]:
        """The thing that each sighting shows: one of those that are known, or the new one that it is the first of.

        All sightings of a pass are decided together: the pass is laid on what is known there, then every thing gets
        the sightings that make the whole likeliest. What was seen side by side in one frame is two things. What is no
        problem but stands there, a bin or a parked car, is laid on and remembered too.

        Args:
            sightings: Of one clip.
            around: What is known around them.
        """
        told = [sighting for sighting in sightings if sighting.verdict.problem is not None or _is_landmark(sighting)]
        ordered = sorted(told, key=lambda s: (s.first_s + s.last_s, s.track_id, s.id))
        placed = [sighting for sighting in ordered if isinstance(sighting.place, Place)]
        unplaced = [sighting for sighting in ordered if not isinstance(sighting.place, Place)]
        return self._placed(placed, around) | self._unplaced(unplaced, around)

    def place_cases(self, glimpses: Sequence[Glimpse]) -> Mapping[UUID, Place]:
        """The place of each thing from all placed sightings of it and of its neighbours; see `adjust`."""
        return adjust(glimpses, fixed_cameras=self.fixed_cameras)

    def _placed(self, sightings: Sequence[Sighting], around: Around) -> dict[UUID, UUID]:
        if not sightings:
            return {}
        spots = [spot for spot in around.spots if spot.place is not None]
        kinds = {name: i for i, name in enumerate(sorted({kind_of(sighting.class_name) for sighting in sightings}))}
        places = [sighting.place for sighting in sightings if isinstance(sighting.place, Place)]
        frame = LocalFrame(places[0].lat, places[0].lon)
        looks = _looks(sightings, places, frame, kinds)
        said = np.array([_row_of(around.decided.get(sighting.id), spots) for sighting in sightings], np.intp)
        things, groups = _joined(looks, pieces(looks, newcomers(looks), said))
        forbidden = np.array([_forbidden([sightings[row] for row in rows], spots, around) for rows in groups], np.bool_)
        forbidden = forbidden.reshape(len(groups), len(spots))
        hints = _hints([[sightings[row] for row in rows] for rows in groups], spots)
        known = _known(spots, frame, kinds)
        column, _ = match(things, known, forbidden=forbidden, hints=hints, radius_m=self.radius_m)
        chosen: dict[UUID, UUID] = {}
        for rows, number in zip(groups, column.tolist(), strict=True):
            members = [sightings[row] for row in rows]
            decided = next((around.decided[one.id] for one in members if one.id in around.decided), None)
            spot = decided or (_founded(members) if number < 0 else spots[number].id)
            chosen.update((member.id, spot) for member in members)
        return chosen

    def _unplaced(self, sightings: Sequence[Sighting], around: Around) -> dict[UUID, UUID]:
        """Before a fixed camera the box tells; a moving camera shows other ground at the same pixels."""
        held = {spot.id: list(around.same_clip.get(spot.id, ())) for spot in around.spots if spot.place is None}
        chosen: dict[UUID, UUID] = {}
        for sighting in sightings:
            found = around.decided.get(sighting.id)
            if found is None and sighting.camera in self.fixed_cameras:
                found = self._by_box(sighting, held)
            spot = _founded([sighting]) if found is None else found
            held.setdefault(spot, []).append(sighting)
            chosen[sighting.id] = spot
        return chosen

    def _by_box(self, sighting: Sighting, held: SameClip) -> UUID | None:
        best = (_SAME_BOX_IOU, UUID(int=0))
        for spot, own in held.items():
            alike = [other for other in own if kind_of(other.class_name) == kind_of(sighting.class_name)]
            if alike and not _clash([sighting], own):
                best = max(best, (max(_iou(sighting, other) for other in alike), spot))
        return best[1] if best[1].int else None


def merging(*, radius_m: float, fixed_cameras: Collection[str] = ()) -> tuple[Assign, PlaceCases]:
    """The two callables that `Store.commit_clip` takes: assign and place_cases."""
    made = Merging(radius_m, frozenset(fixed_cameras))
    return made.assign, made.place_cases


def _is_landmark(sighting: Sighting) -> bool:
    """True for what is no problem but stands there, well seen: the next pass is laid on it too."""
    kind, place = kind_of(sighting.class_name), sighting.place
    stands = kind not in _MAY_MOVE or sighting.motion == "stationary"
    sure = isinstance(place, Place) and place.error_m <= _LANDMARK_ERROR_M
    return is_landmark(kind) and stands and sure and sighting.frames >= _LANDMARK_FRAMES


def _hints(groups: Sequence[Sequence[Sighting]], spots: Sequence[Spot]) -> Hints:
    kinds = [kind_of(members[0].class_name) for members in groups]
    looks = [[one.signature for one in members if one.signature is not None] for members in groups]
    seen_at = [next((one.seen_at for one in members if one.seen_at is not None), None) for members in groups]
    return Hints(likenesses(looks, kinds, spots), replaced(seen_at, kinds, spots))


def _row_of(spot: UUID | None, spots: Sequence[Spot]) -> int:
    return next((row for row, one in enumerate(spots) if one.id == spot), -1)


def _forbidden(sightings: Sequence[Sighting], spots: Sequence[Spot], around: Around) -> list[bool]:
    """Of each spot, whether some sightings of one thing cannot be it: seen beside it, or said to be another."""
    said = {around.decided[one.id] for one in sightings if one.id in around.decided}
    return [
        bool(said and spot.id not in said) or _clash(sightings, around.same_clip.get(spot.id, ())) for spot in spots
    ]


def _founded(sightings: Sequence[Sighting]) -> UUID:
    """The id of the thing that these sightings are the first of."""
    return spot_id(min(sightings, key=lambda s: (s.first_s, s.track_id, s.id)).id)


def _looks(
    sightings: Sequence[Sighting], places: Sequence[Place], frame: LocalFrame, kinds: Mapping[str, int]
) -> Looks:
    spreads = spreads_of(places)
    shared = shared_variance(spreads)
    return Looks(
        place_m=points_of(frame, places),
        spread=own_spreads(spreads, shared),
        first_s=np.array([sighting.first_s for sighting in sightings]),
        last_s=np.array([sighting.last_s for sighting in sightings]),
        kind=np.array([kinds[kind_of(sighting.class_name)] for sighting in sightings], np.intp),
        apart=_side_by_side(sightings),
        shared_var=shared,
    )


def _joined(looks: Looks, groups: Sequence[Sequence[int]]) -> tuple[Looks, list[Sequence[int]]]:
    """One row for each group, in order of time, and the groups in that order."""
    first = np.array([looks.first_s[list(rows)].min() for rows in groups])
    last = np.array([looks.last_s[list(rows)].max() for rows in groups])
    order = np.argsort(first + last, kind="stable")
    ordered = [groups[i] for i in order]
    weights = [np.linalg.inv(looks.spread[list(rows)]) for rows in ordered]
    spread = np.array([np.linalg.inv(weight.sum(axis=0)) for weight in weights])
    pulls = [np.einsum("nij,nj->i", w, looks.place_m[list(rows)]) for w, rows in zip(weights, ordered, strict=True)]
    place = np.einsum("nij,nj->ni", spread, np.array(pulls))
    kind: NDArray[np.intp] = looks.kind[[rows[0] for rows in ordered]]
    apart = np.array([[looks.apart[np.ix_(one, other)].any() for other in ordered] for one in ordered], np.bool_)
    return Looks(place, spread, first[order], last[order], kind, apart, looks.shared_var), ordered


def _known(spots: Sequence[Spot], frame: LocalFrame, kinds: Mapping[str, int]) -> Known:
    places = [spot.place for spot in spots if spot.place is not None]
    spreads: Floats = spreads_of(places)
    shared = shared_variance(spreads)
    kind = np.array([kinds.get(spot.kind, -1) for spot in spots], np.intp)
    return Known(points_of(frame, places), own_spreads(spreads, shared), kind, shared)


def _side_by_side(sightings: Sequence[Sighting]) -> NDArray[np.bool_]:
    """(N, N) True where two sightings of one clip are two things, for one frame shows both."""
    first, last = (np.array([getattr(one, name) for one in sightings]) for name in ("first_s", "last_s"))
    meet = (first[:, None] <= last[None]) & (first[None] <= last[:, None]) & ~np.eye(len(sightings), dtype=np.bool_)
    for i, j in zip(*np.nonzero(meet), strict=True):
        meet[i, j] = _share_a_frame(sightings[i], sightings[j])
    return np.asarray(meet, np.bool_)


def _clash(sightings: Sequence[Sighting], others: Sequence[Sighting]) -> bool:
    """True if one frame of one clip shows some of both, so that they are two things."""
    return any(
        one.first_s <= other.last_s and other.first_s <= one.last_s and _share_a_frame(one, other)
        for one in sightings
        for other in others
    )


def _share_a_frame(one: Sighting, other: Sighting) -> bool:
    """True for sightings at one time, unless both say that no frame shows them together: then one is a piece."""
    if one.beside is None or other.beside is None or one.model_sha256 != other.model_sha256:
        return True
    return one.track_id in other.beside or other.track_id in one.beside


def _iou(one: Sighting, other: Sighting) -> float:
    if one.evidence is None or other.evidence is None:
        return 0.0
    ax1, ay1, ax2, ay2 = one.evidence.xyxy
    bx1, by1, bx2, by2 = other.evidence.xyxy
    shared = max(0.0, min(ax2, bx2) - max(ax1, bx1)) * max(0.0, min(ay2, by2) - max(ay1, by1))
    both = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / both if both > 0.0 else 0.0
