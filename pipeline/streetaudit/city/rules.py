"""The rules: is what was seen a problem, at that place and time, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from streetaudit.city import why
from streetaudit.city.calendar import Calendar
from streetaudit.city.drawn import drawn_at
from streetaudit.city.seen import Seen
from streetaudit.city.zone_map import Force, ZoneAt, ZoneMap, union
from streetaudit.structures.city import Problem, Reason, Verdict, Zone
from streetaudit.structures.identity import content_hash
from streetaudit.structures.place import NotPlaced, Place

#: Ends the rule id of a thing at a spot that permits it at other hours.
OUTSIDE_HOURS = ".outside_hours"

#: Grows when the meaning of a rule changes in code, so that verdicts before and after can be told apart.
_REVISION = "3"
#: A place less sure than this makes no case: from farther away than that, one thing looks like two.
CASE_ERROR_M = 10.0
#: Whose area it is, is no accusation: more likely inside than not is enough.
_PATROL_PROBABILITY = 0.5

_MAY_HOLD = frozenset({Force.IN_FORCE, Force.UNKNOWN})


class Rules:
    """A catalogue on a city's map.

    An accusation needs the thing to stand in the forbidding zone with the problem's `min_probability`, given the
    error of its place; a permission is ignored only where the thing stands outside it with that probability. Where the
    footage's clock is unknown, a forbidding zone with hours does not hold and a permitting one does.
    What is on trial (a zone or a rule with `shadow`) never makes an open case: whatever it changes is marked shadow.
    """

    def __init__(
        self,
        catalogue: Sequence[Problem],
        zones: Iterable[Zone] = (),
        *,
        timezone: ZoneInfo,
        calendar: Calendar | None = None,
        case_error_m: float = CASE_ERROR_M,
    ) -> None:
        """Makes the rules of a city.

        Args:
            catalogue: What the city cares about; the first problem of a class that holds is the verdict.
            zones: Its map.
            timezone: In which hours are read.
            calendar: Its public holidays, none if not given.
            case_error_m: A thing whose place is less sure makes no case.

        Raises:
            MapError: If a zone's hours cannot be read.
        """
        calendar = calendar or Calendar()
        self._timezone, self._calendar = timezone, calendar
        self._image: ZoneMap | None = None
        self._draws_patrol_area = False
        self._catalogue = tuple(catalogue)
        self._case_error_m = case_error_m
        self._map = ZoneMap(zones, timezone=timezone, calendar=calendar)
        self._has_patrol_area = any(z.kind == "patrol_area" and not z.shadow for z in self._map.zones)
        self.version = content_hash(
            _REVISION, repr(self._catalogue), repr(self._map.zones), timezone.key, calendar.text(), repr(case_error_m)
        )

    def for_camera(self, zones: Iterable[Zone], spot: tuple[float, float] | None = None) -> Rules:
        """These rules with the zones drawn in one fixed camera's image, which need no place; themselves without any.

        Args:
            zones: With polygons of the image.
            spot: (lat, lon) of the camera, for sunrise and sunset.

        Raises:
            MapError: If a zone's hours cannot be read.
        """
        bound, drawn = copy(self), tuple(zones)
        if drawn:
            bound._draw(drawn, spot)  # noqa: SLF001 - it is one of us
        return bound

    def _draw(self, drawn: tuple[Zone, ...], spot: tuple[float, float] | None) -> None:
        self._image = ZoneMap(drawn, timezone=self._timezone, calendar=self._calendar, spot=spot)
        self._draws_patrol_area = any(zone.kind == "patrol_area" for zone in drawn)
        self.version = content_hash(self.version, repr(drawn))

    def judge(
        self,
        *,
        class_name: str,
        confidence: float,
        frames: int,
        place: Place | NotPlaced,
        motion: str,
        at: datetime | None,
        dwell_s: float | None = None,
        foot: tuple[float, float] | None = None,
    ) -> Verdict:
        """The verdict on one track, with its reason in one sentence.

        Args:
            class_name: Of the taxonomy.
            confidence: Of the track.
            frames: Number of observations.
            place: Where it stands, or why that is not known.
            motion: "stationary", "moving" or "unknown".
            at: Aware time, None where the footage's clock is unknown.
            dwell_s: Seconds it was seen to stand, None where the camera moves and cannot tell.
            foot: Where its box stands in the image, (x, y) in shares of width and height.

        Raises:
            ValueError: If the time is naive or the motion no such word.
        """
        if motion not in {"stationary", "moving", "unknown"} or (at is not None and at.tzinfo is None):
            raise ValueError(f"want motion stationary|moving|unknown and an aware time; got {motion!r}, {at!r}")
        seen = Seen(class_name, confidence, frames, place, motion, at, dwell_s, foot)
        watched = [problem for problem in self._catalogue if class_name in problem.classes]
        if not watched:
            return self._verdict(None, "not_watched", why.not_watched(class_name))
        verdicts = [_until_proven(problem, seen, self._judge(problem, seen)) for problem in watched]
        return next((verdict for verdict in verdicts if verdict.problem), verdicts[0])

    def zones_at(self, place: Place, at: datetime | None) -> tuple[ZoneAt, ...]:
        """Every zone that the place may lie in, whether it is in force, and how probable it is."""
        return self._map.at(place, at)

    def _verdict(
        self,
        problem: Problem | None,
        rule: str,
        reason: Reason,
        *,
        zone: Zone | None = None,
        probability: float = 1.0,
        shadow: bool = False,
    ) -> Verdict:
        name = problem.name if problem else None
        zone_name = zone.name if zone else None
        shadow = shadow or bool(problem and problem.shadow)
        said = why.say(reason)
        return Verdict(name, rule, self.version, said, shadow, probability, zone_name, reason)

    def _judge(self, problem: Problem, seen: Seen) -> Verdict:
        unfit = why.unfit(problem, seen.class_name, seen.confidence, seen.frames, seen.motion)
        unfit = unfit or why.too_short(problem, seen.class_name, seen.dwell_s)
        if unfit:
            return self._verdict(None, problem.name, unfit)
        drawn = drawn_at(self._image, problem, foot=seen.foot, at=seen.at)
        place = self._sure(seen.place)
        if place is None and drawn is None:
            return self._judge_unplaced(problem, seen.class_name, seen.place)
        here = (*(self._map.at(place, seen.at) if place else ()), *(drawn or ()))
        mask = union(zone for zone in here if zone.zone.kind == "privacy_mask" and zone.force in _MAY_HOLD)
        if mask.mean() > 1.0 - problem.min_probability:
            return self._verdict(None, "privacy_mask", why.private(seen.class_name))
        if problem.forbidden_in:
            return self._judge_forbidden(problem, seen, here)
        return self._judge_anywhere(problem, seen, here)

    def _sure(self, place: Place | NotPlaced) -> Place | None:
        """A place that is good enough for the map."""
        return place if isinstance(place, Place) and place.error_m <= self._case_error_m else None

    def _error_m(self, seen: Seen) -> float | None:
        """Of the place that decided, None where only the image did."""
        place = self._sure(seen.place)
        return None if place is None else place.error_m

    def _judge_unplaced(self, problem: Problem, class_name: str, place: Place | NotPlaced) -> Verdict:
        if isinstance(place, Place):
            return self._verdict(None, problem.name, why.too_unsure(class_name, place.error_m))
        if problem.forbidden_in or self._map.has(problem.permitted_in):
            kinds = problem.forbidden_in or problem.permitted_in
            return self._verdict(None, problem.name, why.needs_place(class_name, kinds, place.reason))
        if place.carrier_known:
            return self._verdict(None, problem.name, why.not_near_enough(class_name, place.reason))
        return self._verdict(problem, problem.name, why.without_place(class_name, place.reason))

    def _judge_forbidden(self, problem: Problem, seen: Seen, here: tuple[ZoneAt, ...]) -> Verdict:
        zones = [zone for zone in here if zone.zone.kind in problem.forbidden_in]
        holding = [zone for zone in zones if zone.force is Force.IN_FORCE]
        firm, trial = self._probabilities(
            problem,
            here,
            firm=union(zone for zone in holding if not zone.zone.shadow),
            trial=union(holding),
        )
        needed = problem.min_probability
        if max(firm, trial) < needed:
            reason = why.not_forbidden(problem, seen.class_name, zones, max(firm, trial), self._error_m(seen))
            return self._verdict(None, problem.name, reason, probability=max(firm, trial))
        shadow = firm < needed
        deciding = max((z for z in holding if shadow or not z.zone.shadow), key=lambda z: z.probability)
        probability = trial if shadow else firm
        reason = why.forbidden(seen.class_name, deciding.zone, probability, self._error_m(seen))
        return self._verdict(problem, problem.name, reason, zone=deciding.zone, probability=probability, shadow=shadow)

    def _judge_anywhere(self, problem: Problem, seen: Seen, here: tuple[ZoneAt, ...]) -> Verdict:
        patrol = [z for z in here if z.zone.kind == "patrol_area" and not z.zone.shadow and z.force in _MAY_HOLD]
        mapped = self._has_patrol_area and self._sure(seen.place) is not None
        if (mapped or self._draws_patrol_area) and union(patrol).mean() < _PATROL_PROBABILITY:
            return self._verdict(None, problem.name, why.outside_patrol(seen.class_name))
        everywhere = np.ones_like(union(()))
        firm, trial = self._probabilities(problem, here, firm=everywhere, trial=everywhere)
        permits = [zone for zone in here if zone.zone.kind in problem.permitted_in]
        needed = problem.min_probability
        if max(firm, trial) < needed:
            reason = why.permitted(problem, seen.class_name, permits, max(firm, trial), self._error_m(seen))
            best = max(permits, key=lambda z: z.probability)
            return self._verdict(None, problem.name, reason, zone=best.zone, probability=max(firm, trial))
        probability, shadow = (trial, True) if firm < needed else (firm, False)
        closed = [z for z in permits if z.force is Force.OUTSIDE_HOURS and z.probability >= _PATROL_PROBABILITY]
        deciding = max(closed or patrol, key=lambda z: z.probability, default=None)
        zone = deciding.zone if deciding else None
        if closed and zone:
            rule, reason = f"{problem.name}{OUTSIDE_HOURS}", why.outside_hours(seen.class_name, zone)
        else:
            rule, reason = problem.name, why.anywhere(problem, seen.class_name, zone)
        return self._verdict(problem, rule, reason, zone=zone, probability=probability, shadow=shadow)

    @staticmethod
    def _probabilities(
        problem: Problem, here: Collection[ZoneAt], *, firm: NDArray[np.bool_], trial: NDArray[np.bool_]
    ) -> tuple[float, float]:
        """That it is a problem whatever the trials say, and that it is one if they say so."""
        permits = [zone for zone in here if zone.zone.kind in problem.permitted_in and zone.force in _MAY_HOLD]
        by_any, by_firm = union(permits), union(zone for zone in permits if not zone.zone.shadow)
        return float((firm & ~by_any).mean()), float((trial & ~by_firm).mean())


def _until_proven(problem: Problem, seen: Seen, verdict: Verdict) -> Verdict:
    """What a passing camera alone cannot prove is no problem yet."""
    if not problem.pass_dwell_s or verdict.problem is None or seen.dwell_s is not None or verdict.reason is None:
        return verdict
    reason = why.one_pass(problem, verdict.reason)
    waits = replace(verdict, problem=None, why=why.say(reason), reason=reason)
    return replace(waits, unproven=problem.name, needs_s=problem.pass_dwell_s)
