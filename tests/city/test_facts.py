from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from city.builders import CATALOGUE, SHANGHAI, TUESDAY_10, judge, place, rectangle, rules, zone
from streetaudit.city.calendar import Calendar
from streetaudit.city.cells import Grid
from streetaudit.city.deadlines import WorkingTime
from streetaudit.city.facts import Describer
from streetaudit.structures.city import Cell, Verdict
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.run import CityFacts
from streetaudit.structures.sighting import Sighting

MARKET = zone(
    "vending_permitted", -50, -50, 50, 50, name="Night market", hours="17:00-23:00", responsible="Market office"
)
HERE = place(0, 0)
CELL = Cell("370304001001001", (rectangle(-50, -50, 50, 50),), responsible="Street office")


def sighting(verdict: Verdict, where: Place | NotPlaced = HERE, seen_at: datetime | None = TUESDAY_10) -> Sighting:
    return Sighting(
        id=UUID(int=1),
        clip_sha256="c" * 64,
        clip_name="a.mp4",
        camera="patrol",
        track_id=1,
        class_name="litter",
        confidence=0.8,
        frames=9,
        first_s=0.0,
        last_s=1.0,
        seen_at=seen_at,
        place=where,
        verdict=verdict,
        evidence=None,
        model_sha256="m" * 64,
    )


def describer(scheme: str = "gb47678", grid: Grid | None = None) -> Describer:
    working = WorkingTime(SHANGHAI, Calendar())
    return Describer(CATALOGUE, (MARKET,), grid if grid else Grid([CELL]), working, scheme)


def verdict(class_name: str, where: Place | NotPlaced = HERE) -> Verdict:
    return judge(rules(MARKET), class_name, where)


def test_litter_gets_cell_code_party_and_deadline() -> None:
    facts = describer().describe(sighting(verdict("litter")))
    due = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # 10:00 + 4 working hours = 16:00 in Shanghai
    assert facts == CityFacts(CELL.code, "Street office", "06010", due, cell_at_border=False)


@pytest.mark.parametrize(
    ("scheme", "code"),
    [("gb47678", "09002"), ("gb30428", "0402"), ("cjt214", "0501"), ("nowhere", None)],
)
def test_a_stall_outside_the_markets_hours_has_its_own_code_where_the_scheme_has_one(
    scheme: str, code: str | None
) -> None:
    facts = describer(scheme).describe(sighting(verdict("street_stall")))
    assert facts.code == code
    assert facts.responsible == "Market office"  # the zone beats the cell


def test_an_unplaced_case_has_no_cell_but_code_and_deadline() -> None:
    lost = NotPlaced("no trace")
    facts = describer().describe(sighting(verdict("litter", lost), lost))
    assert (facts.cell, facts.responsible, facts.code) == (None, None, "06010")
    assert facts.due_at is not None


def test_without_a_clock_or_a_limit_there_is_no_deadline() -> None:
    assert describer().describe(sighting(verdict("litter"), seen_at=None)).due_at is None
    parked = replace(verdict("litter"), problem="mis_parked_vehicle")
    assert describer().describe(sighting(parked)).due_at is None


def test_the_border_is_flagged_and_a_place_off_the_grid_has_no_cell() -> None:
    at_edge, off = place(50, 0, 3.0), place(500, 0, 3.0)
    assert describer().describe(sighting(verdict("litter", at_edge), at_edge)).cell_at_border
    assert describer().describe(sighting(verdict("litter", off), off)).cell is None


def test_without_a_grid_the_code_is_provisional() -> None:
    cell = describer(grid=Grid()).describe(sighting(verdict("litter"))).cell
    assert cell is not None
    assert cell.startswith("P-")


def test_what_is_no_problem_has_no_facts() -> None:
    assert describer().describe(sighting(verdict("person"))) == CityFacts()
