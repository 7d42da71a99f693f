"""What a reviewer sets right stands, through new sightings and until it is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.builders import LAT, LON, METRE, NOON, commit, dump, fill, run, sighting
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case, Decision
from streetaudit.structures.correction import Correction
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts

GATE = Place(LAT + 20 * METRE, LON, 3.0, method="given", covariance_m2=(1.0, 0.0, 1.0))
FACTS = CityFacts(cell="370303002", responsible="market office", code="0202", due_at=NOON + timedelta(hours=1))


def correct(store: Store, case: UUID, correction: Correction | None, *, reviewer: str = "ann") -> Case:
    now = store.case(case)
    assert now is not None
    return store.decide(
        case,
        reviewer=reviewer,
        decision=Decision.CONFIRM,
        reason=None,
        note="",
        expected_version=now.version,
        correction=correction,
    )


def first_sighting(store: Store, case: UUID) -> UUID:
    return store.sightings(case)[0].id


@pytest.mark.parametrize(
    "correction",
    [
        pytest.param(Correction(problem="illegal_ad"), id="problem"),
        pytest.param(Correction(corrected_place=GATE, facts=FACTS), id="place-and-what-follows"),
        pytest.param(Correction(class_name="bin"), id="class"),
        pytest.param(Correction(problem="street_stall", corrected_place=Place(1.0, 2.0, 3.0), facts=FACTS), id="all"),
    ],
)
def test_a_correction_is_kept_whole(store: Store, correction: Correction) -> None:
    (case,) = fill(store, 1)
    correct(store, case, correction)
    assert store.reviews(case)[0].correction == correction


def test_a_corrected_box_is_kept_with_the_picture_it_was_drawn_on(store: Store) -> None:
    (case,) = fill(store, 1)
    drawn = Correction(corrected_box=(10.0, 20.0, 30.5, 40.0), sighting=first_sighting(store, case))
    correct(store, case, drawn)
    assert store.reviews(case)[0].correction == drawn


def test_place_and_problem_stand_in_the_case_and_come_back_with_an_undo(store: Store) -> None:
    (case,) = fill(store, 1)
    before = store.case(case)
    assert before is not None
    after = correct(store, case, Correction(problem="illegal_ad", corrected_place=GATE, facts=FACTS))
    assert (after.problem, after.place, after.cell) == ("illegal_ad", GATE, "370303002")
    assert (after.code, after.responsible, after.due_at) == ("0202", "market office", FACTS.due_at)
    assert [c.id for c in store.cases(CaseFilter(problems=frozenset({"illegal_ad"}))).cases] == [case]
    assert store.undo("ann") == replace(before, version=before.version + 2)


def test_without_facts_a_changed_problem_has_no_code_and_keeps_the_rest(store: Store) -> None:
    (case,) = fill(store, 1)
    before = store.case(case)
    after = correct(store, case, Correction(problem="illegal_ad"))
    assert before is not None
    assert (after.code, after.cell, after.due_at) == (None, before.cell, before.due_at)


def test_an_undo_brings_back_the_correction_before(store: Store) -> None:
    (case,) = fill(store, 1)
    correct(store, case, Correction(corrected_place=GATE))
    there = replace(GATE, lat=GATE.lat + METRE)
    correct(store, case, Correction(corrected_place=there, problem="illegal_ad"))
    correct(store, case, None)
    store.undo("ann")
    back = store.undo("ann")
    assert back is not None
    assert (back.place, back.problem) == (GATE, "litter")


def test_what_is_seen_again_joins_its_corrected_case_and_moves_it_no_more(store: Store) -> None:
    (case,) = fill(store, 1)
    correct(store, case, Correction(problem="illegal_ad", corrected_place=GATE))
    again = commit(store, [sighting(7, clip="b", north_m=2.0)], of=run("b"))
    now = store.case(case)
    assert again.again == (case,)
    assert now is not None
    assert (now.problem, now.place, now.sightings) == ("illegal_ad", GATE, 2)
    undone = store.undo("ann")
    assert undone is not None
    assert undone.place is not None
    assert undone.place.lat == pytest.approx(LAT + METRE)  # the middle of both sightings
    assert undone.problem == "litter"


def test_an_unplaced_case_that_a_person_placed_is_still_found_by_its_camera(store: Store) -> None:
    (case,) = commit(store, [sighting(1, north_m=None)]).new_cases
    assert correct(store, case, Correction(corrected_place=GATE)).place == GATE
    assert commit(store, [sighting(2, clip="b", north_m=None)], of=run("b")).again == (case,)
    undone = store.undo("ann")
    assert undone is not None
    assert undone.place is None


@pytest.mark.parametrize(
    ("decision", "reason", "wrong"),
    [
        pytest.param(Decision.DEFER, None, {"problem": "illegal_ad"}, id="deferral"),
        pytest.param(Decision.DISMISS, "permitted", {"class_name": "bin"}, id="dismissed-for-another-reason"),
        pytest.param(Decision.DISMISS, "wrong_class", {"problem": "illegal_ad"}, id="a-dismissed-case-has-no-problem"),
        pytest.param(Decision.DISMISS, "wrong_class", {"corrected_place": GATE}, id="nor-a-place"),
        pytest.param(
            Decision.CONFIRM, None, {"corrected_box": (0, 0, 9, 9), "sighting": UUID(int=9)}, id="strange-picture"
        ),
        pytest.param(Decision.CONFIRM, None, {"corrected_box": (600, 0, 641, 9), "sighting": True}, id="outside"),
    ],
)
def test_corrections_that_do_not_fit_are_refused(
    store: Store, path: Path, decision: Decision, reason: str | None, wrong: dict[str, Any]
) -> None:
    (case,) = fill(store, 1)
    if wrong.get("sighting") is True:
        wrong = {**wrong, "sighting": first_sighting(store, case)}
    before = dump(path)
    with pytest.raises(ValueError, match="want"):
        store.decide(
            case, reviewer="a", decision=decision, reason=reason, note="", expected_version=1,
            correction=Correction(**wrong),
        )  # fmt: skip
    assert dump(path) == before


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"corrected_box": (0, 0, 9, 9)}, id="box-without-a-picture"),
        pytest.param({"corrected_box": (9, 0, 9, 9), "sighting": UUID(int=1)}, id="flat"),
        pytest.param({"corrected_box": (0, 0, float("nan"), 9), "sighting": UUID(int=1)}, id="not-a-number"),
        pytest.param({"class_name": "unicorn"}, id="no-class-of-ours"),
        pytest.param({"facts": FACTS}, id="facts-of-nothing"),
    ],
)
def test_a_correction_that_cannot_be_meant_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="want"):
        Correction(**wrong)


def test_a_dismissal_may_say_what_it_is_instead(store: Store) -> None:
    (case,) = fill(store, 1)
    correction = Correction(class_name="bin")
    store.decide(
        case, reviewer="a", decision=Decision.DISMISS, reason="wrong_class", note="", expected_version=1,
        correction=correction,
    )  # fmt: skip
    assert store.reviews(case)[0].correction == correction
