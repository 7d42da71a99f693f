"""Why there is a case at a spot, or why there is none: what each stage made of each pass."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import numpy as np

from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.detections import Detections
from streetaudit.structures.geo import distance_m
from streetaudit.structures.ground import Ground, Sight, sight_of
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.taxonomy import CLASSES

#: A detection's foot so near to the spot, in metres, may be of what stands there: boxes are not exact.
_FOOT_M = 2.0


class Stage(StrEnum):
    """Where a pass ended for a spot."""

    NOT_IN_VIEW = "not in view"
    HIDDEN = "hidden or unfit"
    NOTHING = "nothing detected"
    TOO_WEAK = "too few or too weak"
    NOT_PLACED = "not placed"
    NO_PROBLEM = "no problem"
    SUPPRESSED = "suppressed"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Step:
    """What one pass made of a spot.

    Attributes:
        stage: Where it ended.
        why: One sentence for a person.
        time_s: Clip time of the moment that tells most, None where there is none.
        case_id: The case that it led to.
    """

    stage: Stage
    why: str
    time_s: float | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Pass:
    """What is stored of one clip.

    Attributes:
        ground: Its looks.
        seen: Its sightings, each with the case that holds it.
        detections: Clip time and what was seen in each frame, weak ones too; empty where none are kept.
    """

    ground: Ground
    seen: Sequence[tuple[Sighting, UUID | None]]
    detections: Iterable[tuple[float, Detections]] = ()


def explain_pass(
    one: Pass, spot: tuple[float, float], *, radius_m: float, cases: Mapping[UUID, Case], reasons: Mapping[UUID, str]
) -> list[Step]:
    """What a pass made of a (lat, lon) spot: one step for each thing seen there, else the one that says why none was.

    Args:
        one: The pass.
        spot: Latitude and longitude.
        radius_m: What was placed within it, or may be by its own error, is of the spot.
        cases: By id, those near the spot.
        reasons: Why a dismissed case was dismissed, by id, where that holds for whatever is seen there.
    """
    near = [(sighting, case) for sighting, case in one.seen if _is_near(sighting, spot, radius_m)]
    if near:
        return [explain_sighting(sighting, case, spot, cases, reasons) for sighting, case in near]
    sight = sight_of(one.ground, *spot)
    if len(sight.rows) == 0:
        return [Step(Stage.NOT_IN_VIEW, "The clip passed, but the spot was never in its image.")]
    if not sight.is_open.any():
        return [_hidden(one.ground, sight)]
    unplaced = list(_unplaced(one, sight))
    return unplaced or [_nothing(one, sight)]


def _is_near(sighting: Sighting, spot: tuple[float, float], radius_m: float) -> bool:
    place = sighting.place
    return isinstance(place, Place) and distance_m(*spot, place.lat, place.lon) <= max(radius_m, place.error_m)


def explain_sighting(
    sighting: Sighting,
    case_id: UUID | None,
    spot: tuple[float, float],
    cases: Mapping[UUID, Case],
    reasons: Mapping[UUID, str],
) -> Step:
    """What became of one sighting near a (lat, lon) spot; see `explain_pass`."""
    apart = ""
    if isinstance(sighting.place, Place):
        metres = distance_m(*spot, sighting.place.lat, sighting.place.lon)
        apart = f" {metres:.1f} m from here (placed to within {sighting.place.error_m:.1f} m)"
    what = f"{sighting.class_name} seen in {sighting.frames} frames with {sighting.confidence:.2f}{apart}: "
    if case_id is None:
        return Step(Stage.NO_PROBLEM, what + sighting.verdict.why, sighting.first_s)
    case = cases.get(case_id)
    if case is not None and case.state is CaseState.DISMISSED and case_id in reasons:
        why = f"{what}suppressed, for case {str(case_id)[:8]} was dismissed as {reasons[case_id]}."
        return Step(Stage.SUPPRESSED, why, sighting.first_s, case_id)
    state = case.state.value if case is not None else "of another spot"
    many = f", one of its {case.sightings} sightings" if case is not None and case.sightings > 1 else ""
    why = f"{what}it is case {str(case_id)[:8]} ({state}{many}). {sighting.verdict.why}"
    return Step(Stage.CASE, why, sighting.first_s, case_id)


def _hidden(ground: Ground, sight: Sight) -> Step:
    dark = int(ground.is_dark[sight.rows].sum())
    blurred = int((ground.is_blurred & ~ground.is_dark)[sight.rows].sum())
    hidden = len(sight.rows) - dark - blurred
    counts = [f"{n} {word}" for n, word in ((hidden, "hidden by something"), (dark, "dark"), (blurred, "blurred")) if n]
    why = f"In the image in {len(sight.rows)} looks, from {sight.distance_m.min():.0f} m, but {', '.join(counts)}."
    return Step(Stage.HIDDEN, why, float(ground.time_s[sight.rows[int(sight.distance_m.argmin())]]))


def _unplaced(one: Pass, sight: Sight) -> Iterator[Step]:
    times = one.ground.time_s[sight.rows[sight.is_open]]
    for sighting, case in one.seen:
        if isinstance(sighting.place, NotPlaced) and sighting.first_s <= times[-1] and sighting.last_s >= times[0]:
            why = (
                f"{sighting.class_name} seen in {sighting.frames} frames while the spot was in view, "
                f"but not placed: {sighting.place.reason}."
            )
            yield Step(Stage.NOT_PLACED, why, sighting.first_s, case)


def _nothing(one: Pass, sight: Sight) -> Step:
    rows = sight.rows[sight.is_open]
    nearest = int(sight.distance_m[sight.is_open].argmin())
    looked = (
        f"Looked at from {sight.distance_m[sight.is_open][nearest]:.1f} m, for {one.ground.seconds[rows].sum():.1f} s, "
        f"in {int(one.ground.frames[rows].sum())} frames"
    )
    weak = _detected_near(one, sight)
    if not weak:
        return Step(Stage.NOTHING, f"{looked}; nothing was detected.", float(one.ground.time_s[rows[nearest]]))
    frames = len({time_s for time_s, _, _ in weak})
    time_s, class_id, best = max(weak, key=lambda seen: seen[2])
    why = (
        f"{looked}; {CLASSES[class_id]} was detected near it in {frames} frames, with at most {best:.2f}: "
        "too few, too weak, or placed elsewhere."
    )
    return Step(Stage.TOO_WEAK, why, time_s)


def _detected_near(one: Pass, sight: Sight) -> list[tuple[float, int, float]]:
    """Clip time, class and confidence of every detection whose foot lies near the spot."""
    times = one.ground.time_s[sight.rows]
    found = []
    for time_s, seen in one.detections:
        row = int(np.searchsorted(times, time_s, side="right")) - 1
        if row < 0 or len(seen) == 0 or time_s - times[row] > 2.0:
            continue
        foot = np.stack([(seen.xyxy[:, 0] + seen.xyxy[:, 2]) / 2.0, seen.xyxy[:, 3]], axis=1)
        reach = _FOOT_M * float(sight.scale_px_m[row])
        near = np.hypot(*(foot - sight.pixel[row]).T) <= reach
        rows = zip(seen.class_id[near].tolist(), seen.confidence[near].tolist(), strict=True)
        found += [(time_s, class_id, confidence) for class_id, confidence in rows if CLASSES[class_id] != "person"]
    return found


def at(started_at: datetime | None, step: Step) -> datetime | None:
    """When a step happened, None where the clip's clock or the moment is unknown."""
    if started_at is None or step.time_s is None:
        return started_at
    return started_at + timedelta(seconds=step.time_s)
