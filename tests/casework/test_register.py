"""Rows of things seen night after night, each night shifted by its own wandering bias: one case a thing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import numpy as np
import pytest
from numpy.typing import NDArray

from casework.builders import HOME, place, sighting, spot
from streetaudit.casework.adjust import adjust
from streetaudit.casework.merge import Merging
from streetaudit.structures.geo import distance_m
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.place import Place
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.spot import Around, Spot

SPEED_MPS, OWN_M, BIAS_M, WANDER_S = 5.0, 0.3, 1.5, 90.0


@dataclass
class Memory:
    """A store that holds what the merging needs."""

    merging: Merging = field(default_factory=lambda: Merging(6.0))
    glimpses: list[Glimpse] = field(default_factory=list)
    things: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))

    def spots(self) -> list[Spot]:
        return [spot(id_.int, where) for id_, where in self.merging.place_cases(self.glimpses).items()]

    def commit(self, seen: Sequence[tuple[int, Sighting]]) -> set[UUID]:
        chosen = self.merging.assign([one for _, one in seen], Around(self.spots()))
        for thing, one in seen:
            assert isinstance(one.place, Place)
            middle_s = (one.first_s + one.last_s) / 2.0
            self.glimpses.append(Glimpse(one.id, chosen[one.id], one.clip_sha256, one.camera, middle_s, one.place))
            self.things[chosen[one.id]].add(thing)
        return set(chosen.values())


def night(
    random: np.random.Generator, number: int, east_m: Sequence[float], *, seen: float = 1.0
) -> list[tuple[int, Sighting]]:
    """What one drive along some things places, with a bias that wanders from thing to thing."""
    bias: NDArray[np.float64] = random.normal(0.0, BIAS_M, 2)
    spread = (BIAS_M**2 + OWN_M**2, 0.0, BIAS_M**2 + OWN_M**2)
    made, last_s = [], 0.0
    for i, east in enumerate(east_m):
        now = east / SPEED_MPS
        keep = np.exp(-(now - last_s) / WANDER_S)
        bias, last_s = bias * keep + random.normal(0.0, BIAS_M * np.sqrt(1.0 - keep**2), 2), now
        at = bias + random.normal(0.0, OWN_M, 2) + (east, 0.0)
        where = place(float(at[0]), float(at[1]), 3.8, covariance_m2=spread)
        one = sighting(
            where,
            id=UUID(int=1000 * number + i),
            clip_sha256=f"{number:064x}",
            track_id=i,
            first_s=now - 2.0,
            last_s=now,
        )
        if random.random() < seen:
            made.append((i, one))
    return made


def test_a_row_of_bins_five_metres_apart_stays_a_row_of_bins() -> None:
    """Every second of which goes unseen now and then, and whose bias exceeds half the gap."""
    row = [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 42.0, 60.0, 65.0, 70.0, 75.0, 90.0, 97.0]
    wrong = 0
    for seed in range(5):
        random, memory = np.random.default_rng(seed), Memory()
        for number in range(3):
            memory.commit(night(random, number, row, seen=0.9))
        wrong += sum(len(things) > 1 for things in memory.things.values()) + abs(len(memory.things) - len(row))
    assert wrong <= 2


def test_fourteen_nights_of_one_pile_are_one_case() -> None:
    random, memory = np.random.default_rng(3), Memory()
    for number in range(14):
        memory.commit(night(random, number, [10.0]))
    assert len(memory.things) == 1
    assert len(memory.glimpses) == 14


def test_many_nights_converge_on_the_truth_for_no_night_is_the_reference() -> None:
    row = [0.0, 12.0, 20.0, 33.0, 47.0, 60.0]
    metres = []
    for seed in range(4):
        random, memory = np.random.default_rng(seed), Memory()
        for number in range(12):
            memory.commit(night(random, number, row))
        for id_, where in memory.merging.place_cases(memory.glimpses).items():
            (thing,) = memory.things[id_]
            metres.append(distance_m(where.lat, where.lon, *HOME.to_degrees(row[thing], 0.0)))
    assert float(np.median(metres)) < 0.9  # one night alone is off by 1.8


def test_a_thing_that_comes_later_is_placed_by_what_its_neighbours_tell_of_that_night() -> None:
    random, memory = np.random.default_rng(1), Memory()
    row = [0.0, 8.0, 16.0, 24.0, 32.0]
    for number in range(8):
        memory.commit(night(random, number, row if number == 7 else [x for x in row if x != 16.0]))
    (late,) = [id_ for id_, things in memory.things.items() if things == {2}]
    raw = next(glimpse.place for glimpse in memory.glimpses if glimpse.spot_id == late)
    found = memory.merging.place_cases(memory.glimpses)[late]
    truth = HOME.to_degrees(16.0, 0.0)
    assert found.error_m < raw.error_m
    assert distance_m(found.lat, found.lon, *truth) < found.error_m


def test_the_places_follow_from_the_sightings_alone() -> None:
    random, memory = np.random.default_rng(2), Memory()
    for number in range(3):
        memory.commit(night(random, number, [0.0, 6.0, 30.0]))
    ways = [adjust(memory.glimpses), adjust(memory.glimpses[::-1])]
    assert ways[0] == ways[1]


@pytest.mark.parametrize(
    ("second_first_s", "cases"),
    [pytest.param(5.0, 1, id="lost-and-found-again"), pytest.param(1.0, 2, id="side-by-side")],
)
def test_pieces_of_one_pass(second_first_s: float, cases: int) -> None:
    spread = (2.4, 0.0, 2.4)
    first = sighting(place(0.0, covariance_m2=spread), id=UUID(int=1), first_s=0.0, last_s=2.0)
    second = sighting(
        place(0.5, covariance_m2=spread),
        id=UUID(int=2),
        track_id=2,
        first_s=second_first_s,
        last_s=second_first_s + 2.0,
    )
    assert len(set(Merging(6.0).assign([first, second], Around()).values())) == cases


@pytest.mark.parametrize(
    ("one", "other", "things"),
    [
        pytest.param("street_stall", "vehicle", 2, id="a-stall-is-no-vehicle"),
        pytest.param("bin", "overflowing_bin", 1, id="one-bin-in-two-states"),
        pytest.param("illegal_ad", "illegal_ad", 1, id="one-poster"),
    ],
)
def test_what_is_one_thing_by_its_kind(one: str, other: str, things: int) -> None:
    seen = [
        sighting(place(0.0), id=UUID(int=1), class_name=one),
        sighting(place(0.0), id=UUID(int=2), class_name=other, first_s=9.0, last_s=10.0),
    ]
    assert len(set(Merging(6.0).assign(seen, Around()).values())) == things
