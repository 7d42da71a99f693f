"""Dwell over passes: a sighting waits until another pass of the night proves how long its thing stood."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from store.builders import NOON, FakeTime, commit, run, sighting
from store.children import url
from streetaudit.casework.merge import Merging
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Reason, Verdict
from streetaudit.structures.run import Committed
from streetaudit.structures.sighting import Sighting

SAID = Reason("anywhere", (("thing", "A vehicle"),))
WAITS = Verdict(
    None, "mis_parked_vehicle", "r1", "A vehicle stands there. One pass proves no time.",
    reason=Reason("one_pass", (("said", SAID), ("needed_min", 5.0))), unproven="mis_parked_vehicle", needs_s=300.0,
)  # fmt: skip

MERGING = Merging(radius_m=10.0)


@pytest.fixture
def store(path: Path, time: FakeTime) -> Iterator[Store]:
    with open_store(url(path), clock=time.clock) as opened:
        yield opened


def parked(minute: float, **values: Any) -> Sighting:
    """A parked vehicle that a pass saw so many minutes after noon."""
    clip = f"at{minute:g}"
    made = sighting(1, clip=clip, problem=None, seen_at=NOON + timedelta(minutes=minute), **values)
    return replace(made, class_name="vehicle", motion="stationary", verdict=WAITS)


def pass_by(store: Store, minute: float, *seen: Sighting) -> int:
    """How many cases one pass opens."""
    return len(again(store, minute, *seen).new_cases)


def again(store: Store, minute: float, *seen: Sighting, model: str = "m1") -> Committed:
    of = run(f"at{minute:g}", model=model)
    return commit(store, seen, of=of, assign=MERGING.assign, place_cases=MERGING.place_cases)


@pytest.mark.parametrize(
    ("minutes", "cases"),
    [
        pytest.param([2], 0, id="one-pass"),
        pytest.param([2, 6], 0, id="too-soon-after"),
        pytest.param([2, 31], 1, id="long-enough"),
        pytest.param([2, 6, 8], 1, id="the-third-proves-the-first"),
        pytest.param([2, 2 + 13 * 60], 0, id="another-night"),
    ],
)
def test_a_second_pass_proves_how_long_a_thing_stood(store: Store, minutes: list[float], cases: int) -> None:
    opened = [pass_by(store, minute, parked(minute)) for minute in minutes]
    assert sum(opened) == cases == store.count()


def test_the_verdict_names_both_passes(store: Store) -> None:
    pass_by(store, 2, parked(2))
    pass_by(store, 31, parked(31))
    [case] = store.cases().cases
    assert (case.problem, case.passes, case.sightings) == ("mis_parked_vehicle", 2, 2)
    assert (case.first_seen, case.last_seen) == (NOON + timedelta(minutes=2), NOON + timedelta(minutes=31))
    for seen in store.sightings(case.id):
        for word in ("12:02 UTC (at2.mp4)", "12:31 UTC (at31.mp4)", "29 min apart"):
            assert word in seen.verdict.why
        assert seen.verdict.reason is not None
        assert seen.verdict.reason.id == "proven"


def test_things_elsewhere_prove_nothing(store: Store) -> None:
    pass_by(store, 2, parked(2))
    assert pass_by(store, 31, parked(31, north_m=20.0)) == 0


def test_no_order_of_passes_matters(tmp_path: Path, empty_store: Path, time: FakeTime) -> None:
    wanted = None
    for number, order in enumerate(permutations((2.0, 6.0, 31.0))):
        file = tmp_path / f"{number}.sqlite3"
        file.write_bytes(empty_store.read_bytes())
        with open_store(url(file), clock=time.clock) as store:
            for minute in order:
                pass_by(store, minute, parked(minute))
            [case] = store.cases().cases
            found = case.passes, case.first_seen, case.last_seen
        wanted = wanted or found
        assert found == wanted
    assert wanted is not None
    assert wanted[0] == 3


def test_the_same_passes_again_change_nothing(store: Store) -> None:
    for _ in range(2):
        pass_by(store, 2, parked(2))
        pass_by(store, 31, parked(31))
    [case] = store.cases().cases
    assert (case.sightings, case.version) == (2, 1)


def test_a_pass_whose_new_audit_sees_nothing_takes_its_proof_along(store: Store) -> None:
    pass_by(store, 2, parked(2))
    pass_by(store, 31, parked(31))
    again(store, 31, model="m2")
    assert store.count() == 0
    [left] = store.clip_sightings(parked(2).clip_sha256)
    assert left.verdict == WAITS
    assert pass_by(store, 40, parked(40)) == 1


def test_a_case_that_stands_takes_what_is_proven_later(store: Store) -> None:
    pass_by(store, 2, parked(2))
    pass_by(store, 31, parked(31))
    assert pass_by(store, 60, parked(60)) == 0
    [case] = store.cases().cases
    assert case.sightings == 3
