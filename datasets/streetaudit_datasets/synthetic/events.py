"""What moves: traffic, people, and what happens before the fixed camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streetaudit_datasets.synthetic.crew import Case, Crew
from streetaudit_datasets.synthetic.layout import BAY_M
from streetaudit_datasets.synthetic.people import person
from streetaudit_datasets.synthetic.route import Route
from streetaudit_datasets.synthetic.stalls import stall
from streetaudit_datasets.synthetic.vehicles import vehicle
from streetaudit_datasets.synthetic.world import motion

MOVING = Case("vehicle", None, "moves with the traffic")
WALKING = Case("person", None, "walks")
RIGHT_LANE_M, LEFT_LANE_M = 1.75, -1.75


@dataclass(frozen=True, slots=True)
class Corner:
    """What the fixed camera watches.

    Attributes:
        parks_m: where along the street a car comes to stand.
        stall_m: where along the street a stall is set up.
        from_s: world time of the clip's first frame.
        duration_s: its length.
    """

    parks_m: float
    stall_m: float
    from_s: float
    duration_s: float


def traffic_of_drive(crew: Crew, route: Route) -> None:
    """Oncoming cars, one that crosses at the junction, people on both pavements."""
    rng, plan = crew.rng, crew.plan
    for meets in np.linspace(6, route.duration_s - 5, 6) + rng.uniform(-2.5, 2.5, 6):
        speed, along = float(rng.uniform(7, 11)), route.at(float(meets))[0]
        knots = [(0.0, along + 14 * speed, LEFT_LANE_M), (20.0, along - 6 * speed, LEFT_LANE_M)]
        crew.move(vehicle(rng), motion(plan, first_s=float(meets) - 14, knots=knots), case=MOVING)
    crossing = plan.crossings[0]
    arrives = route.reaches(crossing.along_m - crossing.half_m - 16)
    for shift, way in ((-3.0, 1), (1.5, -1)):
        along = crossing.along_m - way * 1.7
        knots = [(0.0, along, -way * 42.0), (11.0, along, way * 42.0)]
        crew.move(vehicle(rng), motion(plan, first_s=arrives - 6 + shift, knots=knots), case=MOVING)
    for meets in np.linspace(4, route.duration_s - 4, 7) + rng.uniform(-2, 2, 7):
        _walk(crew, from_s=float(meets) - 14, along=route.at(float(meets))[0] + 9, duration_s=26.0)


def _walk(crew: Crew, *, from_s: float, along: float, duration_s: float) -> None:
    """A person who walks along a pavement, past a point half-way."""
    rng, plan = crew.rng, crew.plan
    side, way = (1 if rng.random() < 0.65 else -1), int(rng.choice([-1, 1]))
    right = side * (plan.half_m + float(rng.uniform(2.8, plan.pavement_m - 0.7)))
    speed = float(rng.uniform(1.0, 1.5))
    half = speed * duration_s / 2
    knots = [(0.0, along - way * half, right), (duration_s, along + way * half, right)]
    seed = int(rng.integers(1 << 30))
    crew.move(person(seed, 0), motion(plan, first_s=from_s, knots=knots), case=WALKING, walker=seed)


def events_at_corner(crew: Crew, corner: Corner) -> None:
    """A car that parks where it may not, a stall that is set up, traffic and people in between."""
    _parking_car(crew, corner)
    _stall_set_up(crew, corner)
    rng, plan = crew.rng, crew.plan
    for k, start in enumerate(np.arange(1.5, corner.duration_s - 4, 5.5)):
        begin = corner.from_s + float(start + rng.uniform(-1, 1))
        speed = float(rng.uniform(7, 10.5))
        first, last = corner.parks_m - 75, corner.parks_m + 110
        knots = [(0.0, first, RIGHT_LANE_M - 0.2), ((last - first) / speed, last, RIGHT_LANE_M - 0.2)]
        if k % 2:
            knots = [(0.0, last, LEFT_LANE_M), ((last - first) / speed, first, LEFT_LANE_M)]
        if k % 2 == 0 and 5 < start < 17:
            continue  # the parking car has the lane to itself
        crew.move(vehicle(rng), motion(plan, first_s=begin - 7, knots=knots), case=MOVING)
    for start in (0.0, 9.0, 21.0, 30.0, 38.0):
        _walk(
            crew, from_s=corner.from_s + start - 4, along=corner.parks_m + float(rng.uniform(-4, 12)), duration_s=28.0
        )


def _parking_car(crew: Crew, corner: Corner) -> None:
    kerb = crew.plan.half_m - BAY_M / 2 + 0.12
    at = corner.parks_m
    knots = [
        (0.0, at - 62, RIGHT_LANE_M), (5.5, at - 14, RIGHT_LANE_M), (8.5, at - 2.5, kerb - 0.1), (10.0, at, kerb),
        (corner.duration_s + 30, at, kerb),
    ]  # fmt: skip
    case = Case("vehicle", "mis_parked_vehicle", "drives in, then stands in a no-parking zone to the end")
    crew.move(vehicle(crew.rng, kind="saloon"), motion(crew.plan, first_s=corner.from_s + 4, knots=knots), case=case)
    crew.take(at, kerb, radius_m=3.0)


def _stall_set_up(crew: Crew, corner: Corner) -> None:
    """Somebody walks up, puts goods down, then a table, then the roof."""
    rng, plan = crew.rng, crew.plan
    kind, seed = str(rng.choice(["parasol", "awning"])), int(rng.integers(1 << 30))
    right = plan.half_m + 2.6
    steps = (16.0, 22.0, 28.0)
    stages = tuple(
        (corner.from_s + s, stall(np.random.default_rng(seed), kind=kind, stage=k + 1)) for k, s in enumerate(steps)
    )
    case = Case("street_stall", "street_stall", "is set up on the pavement outside any vending zone")
    crew.stage(stages, corner.stall_m, right, turn_deg=-90.0, case=case)
    walker = int(rng.integers(1 << 30))
    knots = [
        (0.0, corner.stall_m + 16, right + 0.9), (13.0, corner.stall_m + 0.8, right + 0.9),
        (18.0, corner.stall_m - 0.8, right + 1.0),
        (23.0, corner.stall_m + 0.5, right + 1.0), (corner.duration_s + 20, corner.stall_m + 0.5, right + 1.0),
    ]  # fmt: skip
    seller = Case("person", None, "sets up the stall")
    crew.move(person(walker, 0), motion(plan, first_s=corner.from_s + 3, knots=knots), case=seller, walker=walker)
