"""One thing in the world is one case: which case each sighting of a pass belongs to, and where the cases then are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from streetaudit.casework.adjust import adjust
from streetaudit.casework.assign import Cases, Looks, match, newcomers, pieces
from streetaudit.casework.wander import Floats, own_spreads, points_of, shared_variance, spreads_of
from streetaudit.structures.case import Case
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.identity import case_id
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting

#: Two boxes of one unplaced thing before a fixed camera overlap at least so much.
_SAME_BOX_IOU = 0.5

SameClip = Mapping[UUID, Sequence[Sighting]]
Assign = Callable[[Sequence[Sighting], Sequence[Case], SameClip], Mapping[UUID, UUID]]
PlaceCases = Callable[[Sequence[Glimpse]], Mapping[UUID, Place]]


@dataclass(frozen=True, slots=True)
class Merging:
    """How sightings become cases; `assign` and `place_cases` are what the store is handed.

    Attributes:
        radius_m: Two sightings farther apart, once their passes are laid on each other, are never one thing.
        fixed_cameras: Names of cameras that do not move: there an unplaced thing is known by its box.
    """

    radius_m: float
    fixed_cameras: frozenset[str] = frozenset()

    def assign(self, sightings: Sequence[Sighting], cases: Sequence[Case], same_clip: SameClip) -> Mapping[UUID, UUID]:
        """The case of each sighting: one of those that are known, or the new one that its first sighting names.

        All sightings of a pass are decided together: the pass is laid on what is known there, then every case gets
        the sightings that make the whole likeliest. What was seen side by side in one frame is two things.

        Args:
            sightings: Of one clip, with a problem each.
            cases: Live cases around them.
            same_clip: Case id to the sightings of this same clip that the case already holds.
        """
        ordered = sorted(sightings, key=lambda s: (s.first_s + s.last_s, s.track_id, s.id))
        placed = [sighting for sighting in ordered if isinstance(sighting.place, Place)]
        unplaced = [sighting for sighting in ordered if not isinstance(sighting.place, Place)]
        chosen = self._placed(placed, [case for case in cases if case.place is not None], same_clip)
        return chosen | self._unplaced(unplaced, [case for case in cases if case.place is None], same_clip)

    def place_cases(self, glimpses: Sequence[Glimpse]) -> Mapping[UUID, Place]:
        """The place of each case from all placed sightings of it and of its neighbours; see `adjust`."""
        return adjust(glimpses, fixed_cameras=self.fixed_cameras)

    def _placed(self, sightings: Sequence[Sighting], cases: Sequence[Case], same_clip: SameClip) -> dict[UUID, UUID]:
        if not sightings:
            return {}
        kinds = {name: i for i, name in enumerate(sorted({str(s.verdict.problem) for s in sightings}))}
        places = [sighting.place for sighting in sightings if isinstance(sighting.place, Place)]
        frame = LocalFrame(places[0].lat, places[0].lon)
        looks = _looks(sightings, places, frame, kinds)
        things, groups = _joined(looks, pieces(looks, newcomers(looks)))
        forbidden = np.array(
            [
                [_clash([sightings[row] for row in rows], same_clip.get(case.id, ())) for case in cases]
                for rows in groups
            ],
            np.bool_,
        ).reshape(len(groups), len(cases))
        column, _ = match(things, _cases(cases, frame, kinds), forbidden=forbidden, radius_m=self.radius_m)
        chosen: dict[UUID, UUID] = {}
        for rows, number in zip(groups, column.tolist(), strict=True):
            members = [sightings[row] for row in rows]
            case = _founded(members) if number < 0 else cases[number].id
            chosen.update((member.id, case) for member in members)
        return chosen

    def _unplaced(self, sightings: Sequence[Sighting], cases: Sequence[Case], same_clip: SameClip) -> dict[UUID, UUID]:
        """Before a fixed camera the box tells; a moving camera shows other ground at the same pixels."""
        held = {case.id: list(same_clip.get(case.id, ())) for case in cases}
        chosen: dict[UUID, UUID] = {}
        for sighting in sightings:
            found = self._by_box(sighting, held) if sighting.camera in self.fixed_cameras else None
            case = _founded([sighting]) if found is None else found
            held.setdefault(case, []).append(sighting)
            chosen[sighting.id] = case
        return chosen

    def _by_box(self, sighting: Sighting, held: SameClip) -> UUID | None:
        best = (_SAME_BOX_IOU, UUID(int=0))
        for case, own in held.items():
            alike = [other for other in own if other.verdict.problem == sighting.verdict.problem]
            if alike and not _clash([sighting], own):
                best = max(best, (max(_iou(sighting, other) for other in alike), case))
        return best[1] if best[1].int else None


def merging(*, radius_m: float, fixed_cameras: Collection[str] = ()) -> tuple[Assign, PlaceCases]:
    """The two callables that `Store.commit_clip` takes: assign and place_cases."""
    made = Merging(radius_m, frozenset(fixed_cameras))
    return made.assign, made.place_cases


def _founded(sightings: Sequence[Sighting]) -> UUID:
    """The id of the case that these sightings open."""
    return case_id(min(sightings, key=lambda s: (s.first_s, s.track_id, s.id)).id)


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
        kind=np.array([kinds[str(sighting.verdict.problem)] for sighting in sightings], np.intp),
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
    return Looks(place, spread, first[order], last[order], kind, looks.shared_var), ordered


def _cases(cases: Sequence[Case], frame: LocalFrame, kinds: Mapping[str, int]) -> Cases:
    places = [case.place for case in cases if case.place is not None]
    spreads: Floats = spreads_of(places)
    shared = shared_variance(spreads)
    kind = np.array([kinds.get(case.problem, -1) for case in cases], np.intp)
    return Cases(points_of(frame, places), own_spreads(spreads, shared), kind, shared)


def _clash(sightings: Sequence[Sighting], others: Sequence[Sighting]) -> bool:
    """True if some of both were seen at one moment of one clip, so that they are two things."""
    return any(one.first_s <= other.last_s and other.first_s <= one.last_s for one in sightings for other in others)


def _iou(one: Sighting, other: Sighting) -> float:
    if one.evidence is None or other.evidence is None:
        return 0.0
    ax1, ay1, ax2, ay2 = one.evidence.xyxy
    bx1, by1, bx2, by2 = other.evidence.xyxy
    shared = max(0.0, min(ax2, bx2) - max(ax1, bx1)) * max(0.0, min(ay2, by2) - max(ay1, by1))
    both = (ax2 - ax1) * (ay2 - ay1) + (bx2 - bx1) * (by2 - by1) - shared
    return shared / both if both > 0.0 else 0.0
