from uuid import UUID

import pytest

from store.builders import FakeTime, fill
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case, CaseState, Decision


def claim(store: Store, reviewer: str, **options: object) -> UUID | None:
    case: Case | None = store.claim(reviewer, **options)  # type: ignore[arg-type] # the tables below are typed loosely
    return None if case is None else case.id


def decide(store: Store, case: UUID, decision: Decision) -> None:
    current = store.case(case)
    assert current is not None
    reason = "other" if decision is Decision.DISMISS else None
    store.decide(case, reviewer="ann", decision=decision, reason=reason, note="", expected_version=current.version)


def test_everybody_gets_another_case_until_there_is_none(store: Store) -> None:
    first, second = fill(store, 2)
    assert [claim(store, name) for name in ("ann", "bob", "cid")] == [first, second, None]
    assert [store.holder(first), store.holder(second)] == ["ann", "bob"]


def test_asking_again_gives_ones_own_and_renews_it(store: Store, time: FakeTime) -> None:
    first, _ = fill(store, 2)
    claim(store, "ann")
    time.pass_s(100)
    assert claim(store, "ann") == first
    time.pass_s(100)
    assert store.holder(first) == "ann"


def test_a_lease_ends(store: Store, time: FakeTime) -> None:
    (id_,) = fill(store, 1)
    claim(store, "ann", lease_s=120)
    time.pass_s(119.9)
    assert (store.holder(id_), claim(store, "bob")) == ("ann", None)
    time.pass_s(0.2)
    assert (store.holder(id_), claim(store, "bob")) == (None, id_)
    assert claim(store, "ann") is None


def test_release_gives_it_to_the_next_but_only_the_holder_can(store: Store) -> None:
    (id_,) = fill(store, 1)
    claim(store, "ann")
    store.release(id_, "bob")
    assert claim(store, "bob") is None
    store.release(id_, "ann")
    assert claim(store, "bob") == id_


def test_skip_goes_on_to_the_next_and_keeps_the_one_at_hand(store: Store) -> None:
    first, second, third = fill(store, 3)
    claim(store, "ann")
    assert claim(store, "ann", skip=[first]) == second
    assert claim(store, "bob") == third


def test_a_decision_ends_the_claim(store: Store) -> None:
    first, second = fill(store, 2)
    claim(store, "ann")
    decide(store, first, Decision.CONFIRM)
    assert (store.holder(first), claim(store, "ann")) == (None, second)


def test_deferred_cases_come_last(store: Store) -> None:
    first, second = fill(store, 2)
    decide(store, first, Decision.DEFER)
    assert [claim(store, name) for name in ("ann", "bob", "cid")] == [second, first, None]


@pytest.mark.parametrize("decision", [Decision.CONFIRM, Decision.DISMISS])
def test_settled_cases_are_not_handed_out(store: Store, decision: Decision) -> None:
    (id_,) = fill(store, 1)
    decide(store, id_, decision)
    assert claim(store, "ann") is None
    assert claim(store, "ann", filter=CaseFilter(states=frozenset(CaseState))) is None


def test_a_filter_narrows_also_what_one_holds(store: Store) -> None:
    fill(store, 1)
    (ad,) = fill(store, 1, problem="illegal_ad", clip="b")
    claim(store, "ann")
    assert claim(store, "ann", filter=CaseFilter(problems=frozenset({"illegal_ad"}))) == ad


def test_hold_renews_ones_own_takes_what_is_free_and_leaves_anothers(store: Store, time: FakeTime) -> None:
    (id_,) = fill(store, 1)
    assert store.hold(id_, "ann", lease_s=100)
    time.pass_s(60)
    assert (store.hold(id_, "bob"), store.hold(id_, "ann", lease_s=100)) == (False, True)
    time.pass_s(60)
    assert store.holder(id_) == "ann"
    time.pass_s(60)
    assert (store.hold(id_, "bob"), store.holder(id_)) == (True, "bob")


def test_what_is_not_there_cannot_be_held(store: Store) -> None:
    assert not store.hold(UUID(int=1), "ann")
