"""One sentence for a person: why something is a problem, and why not."""

from __future__ import annotations

from collections.abc import Sequence

from streetaudit.city.zone_map import Force, ZoneAt
from streetaudit.structures.city import Problem, Zone

_NEARER = "a nearer look decides"


def thing(class_name: str) -> str:
    """A class as people say it, at the start of a sentence.

    >>> thing("street_stall"), thing("litter"), thing("overflowing_bin")
    ('A street stall', 'Litter', 'An overflowing bin')
    """
    words = class_name.replace("_", " ")
    if words == "litter":
        return "Litter"
    return f"{'An' if words[0] in 'aeiou' else 'A'} {words}"


def not_watched(class_name: str) -> str:
    """Why a class is no problem of the catalogue."""
    return f"{thing(class_name)} is no problem of the catalogue."


def unfit(problem: Problem, class_name: str, confidence: float, frames: int, motion: str) -> str | None:
    """Why a track is not good enough to accuse, None if it is."""
    if confidence < problem.min_confidence:
        return (
            f"{thing(class_name)} seen with confidence {confidence:.2f} only; {problem.min_confidence:.2f} is needed."
        )
    if frames < problem.min_frames:
        return f"{thing(class_name)} seen in {frames} frames only; {problem.min_frames} are needed."
    if problem.stationary and motion == "moving":
        return f"{thing(class_name)} that moves is not parked."
    if problem.stationary and motion != "stationary":
        return f"{thing(class_name)} was not seen well enough to say that it stands still."
    return None


def too_short(problem: Problem, class_name: str, dwell_s: float | None) -> str | None:
    """Why a thing did not stand long enough, None if it did or nobody can tell."""
    if dwell_s is None or dwell_s >= problem.dwell_s:
        return None
    return f"{thing(class_name)} stood for {dwell_s:.0f} s only; {problem.dwell_s:.0f} s are needed."


def too_unsure(class_name: str, error_m: float) -> str:
    """Why a thing with a very unsure place makes no case."""
    return f"{thing(class_name)} is watched, but its place is known to within {error_m:.0f} m only; {_NEARER}."


def not_near_enough(class_name: str, reason: str) -> str:
    """Why an unplaced thing of a clip with positions makes no case."""
    return f"{thing(class_name)} is watched, but could not be placed ({reason}); {_NEARER}."


def private(class_name: str) -> str:
    """Why nothing is raised inside a privacy mask."""
    return f"{thing(class_name)} stands in a privacy mask, where nothing is raised."


def needs_place(class_name: str, kinds: Sequence[str], reason: str) -> str:
    """Why an unplaced thing is not judged by a zone."""
    return f"{thing(class_name)} without a place cannot be held against zones of kind {' or '.join(kinds)} ({reason})."


def without_place(class_name: str, reason: str) -> str:
    """Why an unplaced thing is a problem all the same."""
    return f"{thing(class_name)} counts wherever it is; its place is not known ({reason})."


def forbidden(class_name: str, zone: Zone, probability: float, error_m: float | None) -> str:
    """Why a thing inside a forbidding zone is a problem."""
    return f"{thing(class_name)} stands in {_named(zone)}, in force ({zone.hours}), {_sure(probability, error_m)}."


def not_forbidden(
    problem: Problem, class_name: str, zones: Sequence[ZoneAt], probability: float, error_m: float | None
) -> str:
    """Why a thing that only a zone forbids is no problem here."""
    kinds = " or ".join(problem.forbidden_in)
    if not zones:
        return f"{thing(class_name)} stands in no zone of kind {kinds}."
    best = max(zones, key=lambda zone: zone.probability)
    if probability > 0.0:
        needed = f"{problem.min_probability:.0%} is needed"
        return f"{thing(class_name)} may stand in {_named(best.zone)}, {_sure(probability, error_m)}; {needed}."
    return f"{thing(class_name)} stands in {_named(best.zone)}, {_not_holding(best)}."


def permitted(
    problem: Problem, class_name: str, zones: Sequence[ZoneAt], probability: float, error_m: float | None
) -> str:
    """Why a permission counts."""
    best = max(zones, key=lambda zone: zone.probability)
    inside = f"{thing(class_name)} {'stands' if probability < 0.5 else 'may stand'} in {_named(best.zone)}"
    if best.force is Force.UNKNOWN:
        return f"{inside}, which may be in force: {_not_holding(best)}."
    outside = f"outside any permission {_sure(probability, error_m)}, {problem.min_probability:.0%} is needed"
    return f"{inside}, which permits it ({best.zone.hours}; {outside})."


def outside_hours(class_name: str, zone: Zone) -> str:
    """Why a permission does not count at this hour."""
    return f"{thing(class_name)} stands in {_named(zone)} outside its hours ({zone.hours})."


def outside_patrol(class_name: str) -> str:
    """Why something outside the patrol area is not raised."""
    return f"{thing(class_name)} lies outside the patrol area."


def anywhere(problem: Problem, class_name: str, patrol_area: Zone | None) -> str:
    """Why something is a problem without a forbidding zone."""
    where = f" in {_named(patrol_area)}" if patrol_area else ""
    if problem.permitted_in:
        return f"{thing(class_name)}{where} stands in no zone that permits it ({' or '.join(problem.permitted_in)})."
    return f"{thing(class_name)} counts anywhere{where}."


def _not_holding(zone: ZoneAt) -> str:
    if zone.force is Force.UNKNOWN:
        return f"whether it is in force ({zone.zone.hours}) is not known without the footage's clock"
    if zone.force is Force.OUTSIDE_DATES:
        return f"which holds from {zone.zone.valid_from or 'ever'} to {zone.zone.valid_to or 'ever'} only"
    if zone.force is Force.OUTSIDE_HOURS:
        return f"which is not in force at that time ({zone.zone.hours})"
    return "where another zone permits it"


def _named(zone: Zone) -> str:
    kind = zone.kind.replace("_", " ")
    return f"the {kind} zone" if not zone.name else f"the {kind} zone {zone.name!r}"


def _sure(probability: float, error_m: float | None) -> str:
    if error_m is None:
        return "by the zones drawn in the camera's image"
    percent = min(99, int(100.0 * probability + 0.5)) if probability < 1.0 else 100
    return f"{percent} % sure with an error of {error_m:.1f} m"
