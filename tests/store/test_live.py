"""Sightings of live cameras: one object, one case, updated."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from store.builders import NOON, PARTS, commit, sighting
from streetaudit.io.store.store import Store
from streetaudit.structures.case import CaseState, Decision
from streetaudit.structures.city import Verdict
from streetaudit.structures.identity import case_id
from streetaudit.structures.live import LiveSighting, Received
from streetaudit.structures.sighting import Sighting


def live(seen: Sighting, revision: int = 1, *, ongoing: bool = True) -> LiveSighting:
    return LiveSighting(seen, revision, ongoing, "synced")


def parked(track: int = 1, *, until: datetime = NOON, confidence: float = 0.8) -> Sighting:
    seen = sighting(track, clip="live", camera="corner", confidence=confidence)
    return replace(seen, stands_from=NOON - timedelta(seconds=30), stands_to=until)


def send(store: Store, *seen: LiveSighting) -> Received:
    return store.commit_live("box", seen, **PARTS)


def test_a_sighting_that_grows_stays_one_case(store: Store) -> None:
    first, later = parked(), parked(until=NOON + timedelta(minutes=5), confidence=0.9)
    assert send(store, live(first)) == Received((str(first.id),), ())
    assert send(store, live(later, 2)) == Received((str(first.id),), ())
    case = store.case(case_id(first.id))
    assert case is not None
    assert (store.count(), case.sightings, case.passes, case.confidence) == (1, 1, 1, 0.9)
    assert (case.first_seen, case.last_seen) == (NOON - timedelta(seconds=30), NOON + timedelta(minutes=5))


@pytest.mark.parametrize("revision", [pytest.param(2, id="again"), pytest.param(1, id="late")])
def test_what_is_known_changes_nothing(store: Store, revision: int) -> None:
    send(store, live(parked(), 2))
    before = store.case(case_id(parked().id))
    assert send(store, live(parked(confidence=0.1), revision)) == Received((), (str(parked().id),))
    assert store.case(case_id(parked().id)) == before


def test_of_two_revisions_in_one_batch_the_later_holds(store: Store) -> None:
    answer = send(store, live(parked(confidence=0.9), 2), live(parked(confidence=0.5), 1))
    assert answer == Received((str(parked().id),), ())
    assert [seen.confidence for seen in store.sightings(case_id(parked().id))] == [0.9]


def test_other_objects_of_the_stream_are_left_alone(store: Store) -> None:
    send(store, live(parked(1)))
    send(store, live(replace(parked(2), place=sighting(9, north_m=50.0).place)))
    assert store.count() == 2
    assert len(store.clip_sightings(parked().clip_sha256)) == 2


def test_a_file_and_a_live_camera_meet_in_one_store(store: Store) -> None:
    commit(store, [sighting(1, north_m=200.0)])
    send(store, live(parked()))
    assert store.count() == 2


def test_what_turned_out_to_be_none_takes_its_case_with_it(store: Store) -> None:
    send(store, live(parked()))
    nothing = replace(parked(), verdict=Verdict(None, "litter", "r1", "is permitted after all"))
    send(store, live(nothing, 2))
    assert store.count() == 0
    assert [seen.verdict.problem for seen in store.clip_sightings(parked().clip_sha256)] == [None]


def test_a_decision_outlives_later_revisions(store: Store) -> None:
    send(store, live(parked()))
    case = store.case(case_id(parked().id))
    assert case is not None
    store.decide(case.id, reviewer="r", decision=Decision.CONFIRM, reason=None, note="", expected_version=case.version)
    send(store, live(parked(until=NOON + timedelta(hours=1)), 2, ongoing=False))
    after = store.case(case.id)
    assert after is not None
    assert (after.state, after.last_seen) == (CaseState.CONFIRMED, NOON + timedelta(hours=1))
