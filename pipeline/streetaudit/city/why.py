"""One sentence for a person: why something is a problem, and why not.

A sentence is a message and its values (`Reason`), so that it can be said in the reader's language; `say` does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce

from streetaudit.city.zone_map import Force, ZoneAt
from streetaudit.structures.city import Problem, Reason, Zone


def _(message: str) -> str:
    """Marks a message for the translators."""
    return message


#: Message id to its English words; values that are reasons themselves are said first.
MESSAGES = {
    "thing.litter": _("Litter"),
    "thing.street_stall": _("A street stall"),
    "thing.illegal_ad": _("An illegal ad"),
    "thing.vehicle": _("A vehicle"),
    "thing.bin": _("A bin"),
    "thing.overflowing_bin": _("An overflowing bin"),
    "thing.person": _("A person"),
    "kind.no_parking": _("no parking"),
    "kind.parking_permitted": _("parking permitted"),
    "kind.vending_permitted": _("vending permitted"),
    "kind.ad_permitted": _("ad permitted"),
    "kind.patrol_area": _("patrol area"),
    "kind.privacy_mask": _("privacy mask"),
    "zone": _("the %(kind)s zone"),
    "zone.named": _("the %(kind)s zone '%(name)s'"),
    "or": _("%(one)s or %(other)s"),
    "sure": _("%(percent)d %% sure with an error of %(error_m).1f m"),
    "sure.drawn": _("by the zones drawn in the camera's image"),
    "not_watched": _("%(thing)s is no problem of the catalogue."),
    "unsure": _("%(thing)s seen with confidence %(confidence).2f only; %(needed).2f is needed."),
    "few_frames": _("%(thing)s seen in %(frames)d frames only; %(needed)d are needed."),
    "moves": _("%(thing)s that moves is not parked."),
    "may_move": _("%(thing)s was not seen well enough to say that it stands still."),
    "too_short": _("%(thing)s stood for %(dwell_s).0f s only; %(needed_s).0f s are needed."),
    "one_pass": _("%(said)s One pass proves no time: another one at least %(needed_min).0f min apart is needed."),
    "proven": _(
        "%(said)s The same thing was seen at %(first)s (%(first_clip)s) and at %(last)s (%(last_clip)s), "
        "%(apart_min).0f min apart."
    ),
    "too_unsure": _(
        "%(thing)s is watched, but its place is known to within %(error_m).0f m only; a nearer look decides."
    ),
    "not_near_enough": _("%(thing)s is watched, but could not be placed (%(reason)s); a nearer look decides."),
    "private": _("%(thing)s stands in a privacy mask, where nothing is raised."),
    "needs_place": _("%(thing)s without a place cannot be held against zones of kind %(kinds)s (%(reason)s)."),
    "without_place": _("%(thing)s counts wherever it is; its place is not known (%(reason)s)."),
    "forbidden": _("%(thing)s stands in %(zone)s, in force (%(hours)s), %(sure)s."),
    "no_zone": _("%(thing)s stands in no zone of kind %(kinds)s."),
    "may_be_forbidden": _("%(thing)s may stand in %(zone)s, %(sure)s; %(needed)d%% is needed."),
    "not_holding": _("%(thing)s stands in %(zone)s, %(why)s."),
    "why.no_clock": _("whether it is in force (%(hours)s) is not known without the footage's clock"),
    "why.dates": _("which holds from %(first)s to %(last)s only"),
    "why.hours": _("which is not in force at that time (%(hours)s)"),
    "why.permitted": _("where another zone permits it"),
    "ever": _("ever"),
    "in": _("%(thing)s stands in %(zone)s"),
    "may_be_in": _("%(thing)s may stand in %(zone)s"),
    "may_be_permitted": _("%(inside)s, which may be in force: %(why)s."),
    "permitted": _(
        "%(inside)s, which permits it (%(hours)s; outside any permission %(sure)s, %(needed)d%% is needed)."
    ),
    "outside_hours": _("%(thing)s stands in %(zone)s outside its hours (%(hours)s)."),
    "outside_patrol": _("%(thing)s lies outside the patrol area."),
    "not_permitted": _("%(thing)s stands in no zone that permits it (%(kinds)s)."),
    "not_permitted.in": _("%(thing)s in %(zone)s stands in no zone that permits it (%(kinds)s)."),
    "anywhere": _("%(thing)s counts anywhere."),
    "anywhere.in": _("%(thing)s counts anywhere in %(zone)s."),
}


def say(reason: Reason, translate: Callable[[str], str] = str) -> str:
    """The sentence of a reason.

    Args:
        reason: What to say.
        translate: From the English words to the reader's, placeholders kept.

    Raises:
        KeyError: If there is no such message, or a value is missing.
    """
    values = {name: say(part, translate) if isinstance(part, Reason) else part for name, part in reason.values}
    return translate(MESSAGES[reason.id]) % values


def thing(class_name: str) -> Reason | str:
    """A class as people say it, at the start of a sentence.

    >>> say(thing("street_stall")), thing("shopping_trolley")
    ('A street stall', 'A shopping trolley')
    """
    known = f"thing.{class_name}"
    if known in MESSAGES:
        return Reason(known)
    words = class_name.replace("_", " ")
    return f"{'An' if words[:1] in 'aeiou' else 'A'} {words}"


def not_watched(class_name: str) -> Reason:
    """Why a class is no problem of the catalogue."""
    return _reason("not_watched", thing=thing(class_name))


def unfit(problem: Problem, class_name: str, confidence: float, frames: int, motion: str) -> Reason | None:
    """Why a track is not good enough to accuse, None if it is."""
    it = thing(class_name)
    if confidence < problem.min_confidence:
        return _reason("unsure", thing=it, confidence=confidence, needed=problem.min_confidence)
    if frames < problem.min_frames:
        return _reason("few_frames", thing=it, frames=frames, needed=problem.min_frames)
    if problem.stationary and motion == "moving":
        return _reason("moves", thing=it)
    if problem.stationary and motion != "stationary":
        return _reason("may_move", thing=it)
    return None


def too_short(problem: Problem, class_name: str, dwell_s: float | None) -> Reason | None:
    """Why a thing did not stand long enough, None if it did or nobody can tell."""
    if dwell_s is None or dwell_s >= problem.dwell_s:
        return None
    return _reason("too_short", thing=thing(class_name), dwell_s=dwell_s, needed_s=problem.dwell_s)


def one_pass(problem: Problem, said: Reason) -> Reason:
    """Why what stands in the wrong place is no case yet."""
    return _reason("one_pass", said=said, needed_min=problem.pass_dwell_s / 60.0)


def too_unsure(class_name: str, error_m: float) -> Reason:
    """Why a thing with a very unsure place makes no case."""
    return _reason("too_unsure", thing=thing(class_name), error_m=error_m)


def not_near_enough(class_name: str, reason: str) -> Reason:
    """Why an unplaced thing of a clip with positions makes no case."""
    return _reason("not_near_enough", thing=thing(class_name), reason=reason)


def private(class_name: str) -> Reason:
    """Why nothing is raised inside a privacy mask."""
    return _reason("private", thing=thing(class_name))


def needs_place(class_name: str, kinds: Sequence[str], reason: str) -> Reason:
    """Why an unplaced thing is not judged by a zone."""
    return _reason("needs_place", thing=thing(class_name), kinds=_either(kinds), reason=reason)


def without_place(class_name: str, reason: str) -> Reason:
    """Why an unplaced thing is a problem all the same."""
    return _reason("without_place", thing=thing(class_name), reason=reason)


def forbidden(class_name: str, zone: Zone, probability: float, error_m: float | None) -> Reason:
    """Why a thing inside a forbidding zone is a problem."""
    sure = _sure(probability, error_m)
    return _reason("forbidden", thing=thing(class_name), zone=_named(zone), hours=zone.hours, sure=sure)


def not_forbidden(
    problem: Problem, class_name: str, zones: Sequence[ZoneAt], probability: float, error_m: float | None
) -> Reason:
    """Why a thing that only a zone forbids is no problem here."""
    it = thing(class_name)
    if not zones:
        return _reason("no_zone", thing=it, kinds=_either(problem.forbidden_in))
    best = max(zones, key=lambda zone: zone.probability)
    if probability > 0.0:
        sure, needed = _sure(probability, error_m), _percent(problem.min_probability)
        return _reason("may_be_forbidden", thing=it, zone=_named(best.zone), sure=sure, needed=needed)
    return _reason("not_holding", thing=it, zone=_named(best.zone), why=_not_holding(best))


def permitted(
    problem: Problem, class_name: str, zones: Sequence[ZoneAt], probability: float, error_m: float | None
) -> Reason:
    """Why a permission counts."""
    best = max(zones, key=lambda zone: zone.probability)
    inside = _reason("in" if probability < 0.5 else "may_be_in", thing=thing(class_name), zone=_named(best.zone))
    if best.force is Force.UNKNOWN:
        return _reason("may_be_permitted", inside=inside, why=_not_holding(best))
    sure, needed = _sure(probability, error_m), _percent(problem.min_probability)
    return _reason("permitted", inside=inside, hours=best.zone.hours, sure=sure, needed=needed)


def outside_hours(class_name: str, zone: Zone) -> Reason:
    """Why a permission does not count at this hour."""
    return _reason("outside_hours", thing=thing(class_name), zone=_named(zone), hours=zone.hours)


def outside_patrol(class_name: str) -> Reason:
    """Why something outside the patrol area is not raised."""
    return _reason("outside_patrol", thing=thing(class_name))


def anywhere(problem: Problem, class_name: str, patrol_area: Zone | None) -> Reason:
    """Why something is a problem without a forbidding zone."""
    where = {} if patrol_area is None else {"zone": _named(patrol_area)}
    kinds = {"kinds": _either(problem.permitted_in)} if problem.permitted_in else {}
    message = ("not_permitted" if kinds else "anywhere") + (".in" if where else "")
    return _reason(message, thing=thing(class_name), **where, **kinds)


def _reason(message: str, **values: Reason | str | float) -> Reason:
    return Reason(message, tuple(values.items()))


def _not_holding(zone: ZoneAt) -> Reason:
    if zone.force is Force.UNKNOWN:
        return _reason("why.no_clock", hours=zone.zone.hours)
    if zone.force is Force.OUTSIDE_DATES:
        first, last = (str(day) if day else Reason("ever") for day in (zone.zone.valid_from, zone.zone.valid_to))
        return _reason("why.dates", first=first, last=last)
    if zone.force is Force.OUTSIDE_HOURS:
        return _reason("why.hours", hours=zone.zone.hours)
    return _reason("why.permitted")


def _named(zone: Zone) -> Reason:
    kind = Reason(f"kind.{zone.kind}")
    return _reason("zone.named", kind=kind, name=zone.name) if zone.name else _reason("zone", kind=kind)


def _either(kinds: Sequence[str]) -> Reason:
    return reduce(lambda one, other: _reason("or", one=one, other=other), (Reason(f"kind.{kind}") for kind in kinds))


def _percent(share: float) -> int:
    return int(100.0 * share + 0.5)


def _sure(probability: float, error_m: float | None) -> Reason:
    if error_m is None:
        return Reason("sure.drawn")
    percent = min(99, _percent(probability)) if probability < 1.0 else 100
    return _reason("sure", percent=percent, error_m=error_m)
