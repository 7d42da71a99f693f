"""What the city's map and calendar say of a new case: cell, responsible party, code, deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from streetaudit.city.cells import CellMatch, Grid
from streetaudit.city.deadlines import WorkingTime, due_at
from streetaudit.city.rules import OUTSIDE_HOURS
from streetaudit.structures.city import Problem, Verdict, Zone
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Describer:
    """Answers for new cases, from one city's catalogue, zones, grid and office hours.

    Attributes:
        catalogue: Its problems.
        zones: Its map.
        grid: Its unit grid.
        working: Its office hours.
        scheme: Which code scheme `code` comes from.
    """

    catalogue: Sequence[Problem]
    zones: Sequence[Zone]
    grid: Grid
    working: WorkingTime
    scheme: str

    def describe(self, sighting: Sighting) -> CityFacts:
        """The facts of a case that this sighting opens; empty for what is no problem."""
        verdict = sighting.verdict
        problem = next((p for p in self.catalogue if p.name == verdict.problem), None)
        if problem is None:
            return CityFacts()
        match = self.grid.match(sighting.place) if isinstance(sighting.place, Place) else None
        return CityFacts(
            cell=match.code if match else None,
            responsible=_responsible(verdict, self.zones, match),
            code=_code(problem, verdict, self.scheme),
            due_at=self._due_at(problem, sighting.seen_at),
            cell_at_border=bool(match and match.is_border),
        )

    def _due_at(self, problem: Problem, seen_at: datetime | None) -> datetime | None:
        if seen_at is None or problem.limit_h is None:
            return None
        return due_at(seen_at, problem.limit_h, clock=problem.clock, working=self.working)


def _responsible(verdict: Verdict, zones: Iterable[Zone], match: CellMatch | None) -> str | None:
    """The zone that decided knows best, then the cell."""
    named = (zone.responsible for zone in zones if zone.name == verdict.zone and zone.responsible)
    cell = match.cell.responsible if match and match.cell else None
    return next(named, cell)


def _code(problem: Problem, verdict: Verdict, scheme: str) -> str | None:
    if verdict.rule.endswith(OUTSIDE_HOURS):
        own = dict(problem.codes_outside_hours).get(scheme)
        if own is not None:
            return own
    return dict(problem.codes).get(scheme)
