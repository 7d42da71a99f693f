import sqlite3
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from store.builders import NOON, FakeTime, commit, dump, fill, run, sighting
from streetaudit.io.store.errors import NoSuchCaseError, VersionConflict
from streetaudit.io.store.store import Store
from streetaudit.structures.case import DISMISS_REASONS, Case, CaseState, Decision


def decide(
    store: Store, case: UUID, reviewer: str, decision: Decision = Decision.CONFIRM, *, version: int | None = None
) -> Case:
    current = store.case(case)
    assert current is not None
    return store.decide(
        case,
        reviewer=reviewer,
        decision=decision,
        reason="other" if decision is Decision.DISMISS else None,
        note=f"by {reviewer}",
        expected_version=current.version if version is None else version,
    )


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        pytest.param(Decision.CONFIRM, CaseState.CONFIRMED, id="confirm"),
        pytest.param(Decision.DISMISS, CaseState.DISMISSED, id="dismiss"),
        pytest.param(Decision.DEFER, CaseState.DEFERRED, id="defer"),
    ],
)
def test_a_decision_is_kept_whole_and_the_state_follows(
    store: Store, time: FakeTime, decision: Decision, state: CaseState
) -> None:
    (id_,) = fill(store, 1)
    time.pass_s(60)
    case = decide(store, id_, "ann", decision)
    (review,) = store.reviews(id_)
    assert (case.state, case.version, store.case(id_)) == (state, 2, case)
    assert (review.case_id, review.reviewer, review.decision, review.note) == (id_, "ann", decision, "by ann")
    assert (review.at, review.undoes) == (time.at, None)
    assert review.reason == ("other" if decision is Decision.DISMISS else None)


@pytest.mark.parametrize("reason", DISMISS_REASONS)
def test_every_reason_is_taken(store: Store, reason: str) -> None:
    (id_,) = fill(store, 1)
    store.decide(id_, reviewer="a", decision=Decision.DISMISS, reason=reason, note="", expected_version=1)
    assert store.reviews(id_)[0].reason == reason


@pytest.mark.parametrize(
    ("decision", "reason"),
    [
        pytest.param(Decision.DISMISS, None, id="dismissal-without-a-reason"),
        pytest.param(Decision.DISMISS, "because", id="unknown-reason"),
        pytest.param(Decision.CONFIRM, "other", id="reason-out-of-place"),
        pytest.param(Decision.UNDO, None, id="undo-has-its-own-way"),
    ],
)
def test_decisions_that_make_no_sense_are_refused(
    store: Store, path: Path, decision: Decision, reason: str | None
) -> None:
    (id_,) = fill(store, 1)
    before = dump(path)
    with pytest.raises(ValueError, match="want"):
        store.decide(id_, reviewer="ann", decision=decision, reason=reason, note="", expected_version=1)
    assert dump(path) == before


def test_a_decision_on_an_old_version_is_refused_with_the_case_as_it_is(store: Store, path: Path) -> None:
    (id_,) = fill(store, 1)
    decide(store, id_, "ann")
    before = dump(path)
    with pytest.raises(VersionConflict, match="look again") as caught:
        decide(store, id_, "bob", Decision.DISMISS, version=1)
    assert caught.value.current == store.case(id_)
    assert dump(path) == before


def test_a_new_sighting_makes_a_decision_look_again(store: Store) -> None:
    (id_,) = fill(store, 1)
    commit(store, [sighting(0, clip="b")], of=run("b"))
    with pytest.raises(VersionConflict):
        decide(store, id_, "ann", version=1)


def test_no_such_case(store: Store) -> None:
    with pytest.raises(NoSuchCaseError):
        store.decide(UUID(int=5), reviewer="a", decision=Decision.CONFIRM, reason=None, note="", expected_version=1)


class TestUndo:
    def test_restores_what_was_before(self, store: Store) -> None:
        (id_,) = fill(store, 1)
        decide(store, id_, "ann", Decision.DEFER)
        decide(store, id_, "ann", Decision.DISMISS)
        states = [(case.state, case.version) for case in (store.undo("ann"), store.undo("ann")) if case]
        assert states == [(CaseState.DEFERRED, 4), (CaseState.CANDIDATE, 5)]
        assert store.undo("ann") is None
        reviews = store.reviews(id_)
        assert [review.decision for review in reviews] == ["defer", "dismiss", "undo", "undo"]
        assert [review.undoes for review in reviews] == [None, None, reviews[1].id, reviews[0].id]

    def test_takes_the_newest_decision_first_over_all_cases(self, store: Store) -> None:
        first, second = fill(store, 2)
        decide(store, first, "ann")
        decide(store, second, "ann")
        assert [case.id for case in (store.undo("ann"), store.undo("ann")) if case] == [second, first]

    def test_is_ones_own(self, store: Store) -> None:
        (id_,) = fill(store, 1)
        decide(store, id_, "ann")
        assert store.undo("bob") is None
        assert store.counts()[CaseState.CONFIRMED] == 1

    def test_does_not_go_under_what_somebody_else_decided(self, store: Store) -> None:
        first, second = fill(store, 2)
        decide(store, first, "ann")
        decide(store, second, "ann")
        decide(store, second, "bob", Decision.DISMISS)
        undone = store.undo("ann")
        assert undone is not None
        assert undone.id == first
        assert store.undo("ann") is None

    def test_reaches_it_again_once_the_other_took_theirs_back(self, store: Store) -> None:
        (id_,) = fill(store, 1)
        decide(store, id_, "ann")
        decide(store, id_, "bob", Decision.DISMISS)
        back = [store.undo("bob"), store.undo("ann")]
        assert [case.state for case in back if case] == [CaseState.CONFIRMED, CaseState.CANDIDATE]

    def test_of_nothing(self, store: Store) -> None:
        assert store.undo("ann") is None


def test_decided_since_counts_cases_once_and_not_what_was_taken_back(store: Store, time: FakeTime) -> None:
    first, second, third = fill(store, 3)
    decide(store, first, "ann")
    time.pass_s(60)
    decide(store, second, "ann", Decision.DEFER)
    decide(store, second, "ann")
    decide(store, third, "ann")
    decide(store, third, "bob")
    store.undo("bob")
    store.undo("ann")
    assert [store.decided_since(name, NOON) for name in ("ann", "bob")] == [2, 0]
    assert store.decided_since("ann", time.at) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reviews SET reviewer = 'eve'",
        "DELETE FROM reviews",
        "UPDATE audit_trail SET who = 'eve'",
        "DELETE FROM audit_trail",
        "DELETE FROM cases",
    ],
)
def test_what_people_did_cannot_be_changed_even_in_sql(store: Store, path: Path, statement: str) -> None:
    (id_,) = fill(store, 1)
    decide(store, id_, "ann")
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(statement)
    connection.close()


def test_a_review_is_taken_back_once_at_most_even_in_sql(store: Store, path: Path) -> None:
    (id_,) = fill(store, 1)
    decide(store, id_, "ann")
    store.undo("ann")
    rows: Any = dump(path)["reviews"][1]
    marks = ", ?" * len(rows[2:])
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError, match="undoes"):
        connection.execute(f"INSERT INTO reviews VALUES (99, 'ff'{marks})", rows[2:])  # noqa: S608 - marks alone
    connection.close()
