"""What is gone: misses of passes, resolutions, what came back, and that no order of clips matters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from grounds import HOME, ground
from store.builders import NOON, FakeTime, commit, run, sighting
from store.children import url
from streetaudit.casework.gone import Absence
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Area
from streetaudit.structures.case import SYSTEM, Case, CaseState, Decision
from streetaudit.structures.identity import case_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Evidence, Sighting

RULE = Absence(2)
SPOT = Place(*HOME.to_degrees(3.0, 8.0), 2.0)


@pytest.fixture
def store(path: Path, time: FakeTime) -> Iterator[Store]:
    with open_store(url(path), clock=time.clock) as opened:
        yield opened


def night(number: float) -> datetime:
    return NOON + timedelta(days=number)


def drive(number: float, **looks: Any) -> ClipRun:
    """One pass by the spot in some night, its clip named after the night."""
    return replace(run(f"n{number}"), started_at=night(number), ground=ground(**looks))


def there(number: float, *, track: int = 1, **values: Any) -> Sighting:
    made = sighting(track, clip=f"n{number}", seen_at=night(number), place=values.pop("place", SPOT))
    return replace(made, frames=30, first_s=2.0, last_s=5.0, **values)


def look(store: Store, number: float, *seen: Sighting, **looks: Any) -> tuple[Case, ...]:
    """The cases that became gone with one pass."""
    done = commit(store, seen, of=drive(number, **looks), absence=RULE)
    return tuple(case for case in (store.case(one) for one in done.gone) if case)


def only(store: Store) -> Case:
    [case] = store.cases().cases
    return case


def test_two_passes_that_see_nothing_resolve_a_case(store: Store) -> None:
    look(store, 0, there(0))
    assert look(store, 1) == ()
    assert only(store).state is CaseState.CANDIDATE
    [gone] = look(store, 2)
    assert (gone.state, gone.id) == (CaseState.RESOLVED, only(store).id)
    assert gone.gone_at is not None
    assert night(2) < gone.gone_at < night(2) + timedelta(seconds=10)
    [review] = store.reviews(gone.id)
    assert (review.reviewer, review.decision) == (SYSTEM, Decision.RESOLVE)
    assert "n1.mp4" in review.note
    assert "n2.mp4" in review.note
    assert [miss.clip_name for miss in store.misses(gone.id)] == ["n1.mp4", "n2.mp4"]
    assert store.audit_rows(1)[0].what == "case.resolve"
    assert store.verify_audit() == 1


@pytest.mark.parametrize(
    "looks",
    [
        pytest.param({"hidden": range(32)}, id="hidden"),
        pytest.param({"light": 10}, id="dark"),
        pytest.param({"sharp": 10}, id="blurred"),
        pytest.param({"norths_m": range(100, 140, 2)}, id="elsewhere"),
        pytest.param({"norths_m": [-20.0, -18.0]}, id="from-afar-only"),
    ],
)
def test_what_was_not_looked_at_is_never_gone(store: Store, looks: dict[str, Any]) -> None:
    look(store, 0, there(0))
    for number in range(1, 6):
        assert look(store, number, **looks) == ()
    assert only(store).state is CaseState.CANDIDATE


def test_a_clip_without_a_clock_or_looks_says_nothing(store: Store) -> None:
    look(store, 0, there(0))
    for number in range(1, 4):
        commit(store, of=replace(drive(number), started_at=None), absence=RULE)
        commit(store, of=replace(drive(number + 10), ground=None), absence=RULE)
    assert only(store).state is CaseState.CANDIDATE
    assert store.misses(only(store).id) == []


def test_the_same_pass_again_changes_nothing(store: Store) -> None:
    look(store, 0, there(0))
    look(store, 1)
    for _ in range(3):
        assert look(store, 1) == ()
    assert len(store.misses(only(store).id)) == 1
    look(store, 2)
    before = only(store), store.reviews(only(store).id), store.misses(only(store).id)
    look(store, 2)
    look(store, 0, there(0))
    assert (only(store), store.reviews(only(store).id), store.misses(only(store).id)) == before


def test_another_audit_of_a_pass_takes_its_miss_back(store: Store) -> None:
    look(store, 0, there(0))
    look(store, 1)
    look(store, 2)
    again = replace(drive(2), work_key="another", model_sha256="m2")
    commit(store, [replace(there(2), model_sha256="m2")], of=again, absence=RULE)
    assert only(store).state is CaseState.CANDIDATE
    assert [miss.clip_name for miss in store.misses(only(store).id)] == ["n1.mp4"]
    assert [review.decision for review in store.reviews(only(store).id)] == [Decision.RESOLVE, Decision.UNDO]


def test_what_comes_back_is_another_case_that_knows_the_first(store: Store) -> None:
    look(store, 0, there(0))
    look(store, 1)
    look(store, 2)
    look(store, 3, there(3))
    first, second = sorted(store.cases().cases, key=lambda case: case.first_seen or NOON)
    assert (first.state, second.state) == (CaseState.RESOLVED, CaseState.CANDIDATE)
    assert (first.recurs, second.recurs) == (None, first.id)
    assert second.id == case_id(there(3).id)


#: What each night saw of the spot.
_NIGHTS = {0: True, 1: True, 2: False, 3: False, 4: True}


def stand(store: Store) -> list[tuple[Any, ...]]:
    """What must not depend on the order of clips: names of cases follow from the first clip that came in."""
    number_of = {case.id: i for i, case in enumerate(_in_time(store))}
    return [
        (
            case.state,
            case.first_seen,
            case.last_seen,
            case.sightings,
            case.gone_at,
            None if case.recurs is None else number_of[case.recurs],
            [miss.clip_name for miss in store.misses(case.id)],
        )
        for case in _in_time(store)
    ]


def _in_time(store: Store) -> list[Case]:
    return sorted(store.cases().cases, key=lambda case: case.first_seen or NOON)


@pytest.mark.parametrize("part", range(4))
def test_no_order_of_clips_matters(tmp_path: Path, empty_store: Path, time: FakeTime, part: int) -> None:
    wanted: list[tuple[Any, ...]] | None = None
    for number, order in enumerate([tuple(_NIGHTS), *list(permutations(_NIGHTS))[part::20]]):
        file = tmp_path / f"{number}.sqlite3"
        file.write_bytes(empty_store.read_bytes())
        with open_store(url(file), clock=time.clock) as store:
            for day in order:
                look(store, day, *([there(day)] if _NIGHTS[day] else []))
            found = stand(store)
        wanted = wanted or found
        assert found == wanted, order
    assert wanted is not None
    assert [row[0] for row in wanted] == [CaseState.RESOLVED, CaseState.CANDIDATE]


def test_a_late_clip_that_saw_it_after_all_takes_the_resolution_back(store: Store) -> None:
    look(store, 0, there(0))
    look(store, 1)
    look(store, 2)
    look(store, 1.5, there(1.5))
    assert only(store).state is CaseState.CANDIDATE
    assert only(store).gone_at is None
    assert only(store).sightings == 2
    look(store, 3)
    assert only(store).state is CaseState.RESOLVED


def test_a_reviewer_reopens_and_what_was_missed_before_no_longer_counts(store: Store, time: FakeTime) -> None:
    look(store, 0, there(0))
    look(store, 1)
    [gone] = look(store, 2)
    time.at = night(2.5)
    opened = store.decide(
        gone.id, reviewer="li", decision=Decision.REOPEN, reason=None, note="", expected_version=gone.version
    )
    assert opened.state is CaseState.REOPENED
    look(store, 3)
    assert only(store).state is CaseState.REOPENED
    look(store, 4)
    assert only(store).state is CaseState.RESOLVED


def test_only_what_is_resolved_is_reopened(store: Store) -> None:
    look(store, 0, there(0))
    with pytest.raises(ValueError, match="resolved"):
        store.decide(
            only(store).id, reviewer="li", decision=Decision.REOPEN, reason=None, note="",
            expected_version=only(store).version,
        )  # fmt: skip


def test_what_a_person_resolves_is_gone_from_then_on(store: Store, time: FakeTime) -> None:
    look(store, 0, there(0))
    time.at = night(0.5)
    store.decide(
        only(store).id, reviewer="li", decision=Decision.RESOLVE, reason=None, note="",
        expected_version=only(store).version,
    )  # fmt: skip
    look(store, 1, there(1))
    assert [case.state for case in _in_time(store)] == [CaseState.RESOLVED, CaseState.CANDIDATE]
    assert _in_time(store)[1].recurs == _in_time(store)[0].id


@pytest.mark.parametrize(
    ("decision", "reason", "state"),
    [
        pytest.param(Decision.CONFIRM, None, CaseState.RESOLVED, id="confirmed"),
        pytest.param(Decision.DEFER, None, CaseState.RESOLVED, id="deferred"),
        pytest.param(Decision.DISMISS, "permanent_fixture", CaseState.DISMISSED, id="a-fixture-is-remembered"),
    ],
)
def test_states_that_passes_can_resolve(store: Store, decision: Decision, reason: str | None, state: CaseState) -> None:
    look(store, 0, there(0))
    store.decide(
        only(store).id, reviewer="li", decision=decision, reason=reason, note="", expected_version=only(store).version
    )
    look(store, 1)
    look(store, 2)
    assert only(store).state is state
    assert store.verify_audit() == len(store.audit_rows())


def test_a_thing_that_is_no_problem_at_that_hour_is_there_all_the_same(store: Store) -> None:
    look(store, 0, there(0))
    permitted = replace(there(0).verdict, problem=None, why="permitted until 21:00")
    for number in range(1, 4):
        look(store, number, replace(there(number), verdict=permitted))
    assert only(store).state is CaseState.CANDIDATE


def test_the_neighbour_that_is_still_there_does_not_vouch_for_what_is_gone(store: Store) -> None:
    beside = Place(*HOME.to_degrees(3.0, 13.0), 2.0)
    look(store, 0, there(0), there(0, track=2, place=beside))
    for number in (1, 2):
        look(store, number, there(number, track=2, place=beside))
    assert sorted(case.state for case in store.cases().cases) == [CaseState.CANDIDATE, CaseState.RESOLVED]


def test_the_picture_of_the_empty_spot_is_kept_with_the_miss(store: Store) -> None:
    look(store, 0, there(0))
    after = Evidence("ab/after.jpg", "ab/crop.jpg", 1280, 720, (1.0, 2.0, 3.0, 4.0), 4.4)
    commit(store, of=replace(drive(1), vacant=((only(store).id, after),)), absence=RULE)
    assert [miss.evidence for miss in store.misses(only(store).id)] == [after]


@pytest.mark.parametrize(
    ("missed", "before", "expected"),
    [
        pytest.param(0, 5.0, 1, id="any"),
        pytest.param(1, 5.0, 1, id="missed-once"),
        pytest.param(2, 5.0, 0, id="not-missed-so-often"),
        pytest.param(0, -1.0, 0, id="not-seen-yet-by-then"),
    ],
)
def test_spots_in_doubt_are_those_that_were_missed_lately(
    store: Store, missed: int, before: float, expected: int
) -> None:
    look(store, 0, there(0))
    look(store, 1)
    way = [HOME.to_degrees(0.0, north) for north in (-20.0, 0.0, 20.0)]
    found = store.spots_in_doubt(way, before=night(before), missed=missed, most=9)
    assert [spot.case_id for spot in found] == [only(store).id][:expected]


def test_looks_are_stored_as_they_were(store: Store) -> None:
    looks: Sequence[Any] = [stored.ground for stored in _kept(store, drive(0, light=120, hidden=[3, 4]))]
    assert looks == [ground(light=120, hidden=[3, 4])]


def _kept(store: Store, of: ClipRun) -> list[Any]:
    commit(store, of=of, absence=RULE)
    return list(store.grounds(spot=(SPOT.lat, SPOT.lon)))


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        pytest.param(None, None, 1, id="ever"),
        pytest.param(-1.0, 1.0, 1, id="that-night"),
        pytest.param(1.0, None, 0, id="later"),
        pytest.param(None, -1.0, 0, id="earlier"),
    ],
)
def test_looks_are_found_by_time_and_spot(store: Store, since: float | None, until: float | None, found: int) -> None:
    commit(store, of=drive(0), absence=RULE)
    window = {"since": None if since is None else night(since), "until": None if until is None else night(until)}
    assert len(list(store.grounds(**window, spot=(SPOT.lat, SPOT.lon)))) == found
    assert list(store.grounds(**window, spot=(SPOT.lat + 0.1, SPOT.lon))) == []


def test_suppressed_passes_are_counted(store: Store, time: FakeTime) -> None:
    look(store, 0, there(0))
    look(store, 1, there(1))
    store.decide(
        only(store).id, reviewer="li", decision=Decision.DISMISS, reason="permanent_fixture", note="",
        expected_version=only(store).version,
    )  # fmt: skip
    time.pass_s(60)
    for number in (2, 3, 4):
        look(store, number, there(number))
    assert store.suppressed() == {"permanent_fixture": (1, 3)}


def test_who_may_not_see_a_case_sees_nothing_of_its_misses(store: Store) -> None:
    look(store, 0, there(0))
    look(store, 1)
    here, elsewhere = store.within(Area(cells=("370303",))), store.within(Area(cells=("4403",)))
    assert [len(part.misses(only(store).id)) for part in (here, elsewhere)] == [1, 0]
    assert [len(part.cases_near(SPOT.lat, SPOT.lon, radius_m=3.0)) for part in (here, elsewhere)] == [1, 0]
