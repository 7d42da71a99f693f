"""A street filled at random, for training stills: everything close together and nothing twice."""

from __future__ import annotations

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.adverts import free_advert, notice_board, wall_advert
from streetaudit_datasets.synthetic.assembly import assemble
from streetaudit_datasets.synthetic.bins import bin_
from streetaudit_datasets.synthetic.crew import Case, Crew
from streetaudit_datasets.synthetic.furniture import bench, bollard, bush, cabinet, cone, hydrant, leaves, sign
from streetaudit_datasets.synthetic.layout import BAY_M, LANE_M, Crossing, Span, draw_plan
from streetaudit_datasets.synthetic.light import draw_light
from streetaudit_datasets.synthetic.litter import litter
from streetaudit_datasets.synthetic.path import bend
from streetaudit_datasets.synthetic.people import passer_by
from streetaudit_datasets.synthetic.stalls import stall
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.vehicles import vehicle
from streetaudit_datasets.synthetic.world import World

LENGTH_M = 90.0
NOWHERE = LocalFrame(0.0, 0.0)


def crowded(rng: Rng, *, light: str | None = None) -> World:
    """A short street crowded with all the classes."""
    path = bend(rng, length_m=LENGTH_M, sharpest_per_m=1 / 120)
    crossings: tuple[Crossing, ...] = ()
    if rng.random() < 0.4:
        crossings = (Crossing(float(rng.uniform(35, 60)), float(rng.uniform(3.5, 6))),)
    spans = (Span(str(rng.choice(["bays", "no_parking", "plain"])), 0, LENGTH_M, int(rng.choice([-1, 1]))),)
    plan = draw_plan(rng, path, crossings=crossings, spans=spans)
    crew = Crew(rng, plan, draw_light(rng, kind=light))
    density = float(rng.uniform(0.5, 1.3))
    _parked(crew, density)
    _pavement(crew, density)
    _walls(crew, density)
    crew.trees_and_lamps(first_m=0, last_m=LENGTH_M, every_m=float(rng.uniform(7, 16)))
    return assemble(rng, seed=0, origin=NOWHERE, plan=plan, light=crew.light, crew=crew, first_m=0, last_m=LENGTH_M)


def _case(label: str) -> Case:
    return Case(label, None, "training")


def _parked(crew: Crew, density: float) -> None:
    plan, rng = crew.plan, crew.rng
    for side in (-1, 1):
        along = float(rng.uniform(2, 8))
        while along < LENGTH_M:
            if plan.clear_of_crossings(along, by_m=7) and rng.random() < 0.55 * density:
                astray = rng.random() < 0.15
                right = side * (plan.half_m + (1.6 if astray else -BAY_M / 2 + rng.normal(0, 0.12)))
                turn = (0.0 if side > 0 else 180.0) + float(rng.normal(0, 18 if astray else 2))
                turn += 180.0 if rng.random() < 0.15 else 0.0
                crew.put(vehicle(rng), along, right, turn_deg=turn, case=_case("vehicle"))
                crew.take(along, right, radius_m=2.0)
            along += float(rng.uniform(5.4, 9))
        for _ in range(int(rng.poisson(1.2))):
            along = float(rng.uniform(4, LENGTH_M))
            right = side * float(rng.uniform(1.4, LANE_M - 1.2))
            if crew.free(along, right, radius_m=2.6):
                crew.put(vehicle(rng), along, right, turn_deg=0.0 if side > 0 else 180.0, case=_case("vehicle"))
                crew.take(along, right, radius_m=2.4)


def _spot(crew: Crew, *, radius_m: float) -> tuple[float, float] | None:
    """A free place on a pavement."""
    plan, rng = crew.plan, crew.rng
    for _ in range(12):
        along = float(rng.uniform(2, LENGTH_M))
        right = float(rng.choice([-1, 1]) * rng.uniform(plan.half_m + 0.5, plan.wall_m - 0.45))
        if plan.clear_of_crossings(along, by_m=plan.pavement_m) and crew.free(along, right, radius_m=radius_m):
            return along, right
    return None


def _pavement(crew: Crew, density: float) -> None:
    rng = crew.rng
    counts = {
        "litter": 14, "street_stall": 6, "illegal_ad": 6, "bin": 8, "overflowing_bin": 9, "person": 6, "scenery": 9,
    }  # fmt: skip
    order = [label for label, n in counts.items() for _ in range(int(rng.poisson(n * density)))]
    rng.shuffle(order)
    for label in order:
        radius = {"street_stall": 1.7, "litter": 0.8, "person": 0.4}.get(label, 0.7)
        spot = _spot(crew, radius_m=radius)
        if spot is not None:
            _stand(crew, label, *spot)


def _stand(crew: Crew, label: str, along: float, right: float) -> None:
    rng = crew.rng
    road = crew.facing_road(right) + float(rng.normal(0, 14))
    match label:
        case "litter":
            crew.put(litter(rng), along, right, turn_deg=float(rng.uniform(0, 360)), case=_case(label))
        case "street_stall":
            crew.put(stall(rng), along, right, turn_deg=road, case=_case(label))
            if rng.random() < 0.7:
                back = 0.95 if right > 0 else -0.95
                crew.put(
                    passer_by(rng),
                    along + float(rng.uniform(-0.6, 0.6)),
                    right + back,
                    turn_deg=road,
                    case=_case("person"),
                )
        case "illegal_ad":
            turn = road if rng.random() < 0.4 else float(rng.choice([0, 180])) + float(rng.normal(0, 20))
            crew.put(free_advert(rng), along, right, turn_deg=turn, case=_case(label))
        case "bin" | "overflowing_bin":
            crew.put(bin_(rng, overflowing=label != "bin"), along, right, turn_deg=road, case=_case(label))
        case "person":
            crew.put(passer_by(rng), along, right, turn_deg=0.0, case=_case(label))
        case _:
            made = (bush, cabinet, bollard, cone, hydrant, bench, leaves, sign)[int(rng.integers(8))](rng)
            turn = 0.0 if made.size_m[2] > 2 else road
            crew.put(made, along, right, turn_deg=turn + (180.0 if right < 0 and made.size_m[2] > 2 else 0.0))


def _walls(crew: Crew, density: float) -> None:
    plan, rng = crew.plan, crew.rng
    for _ in range(int(rng.poisson(9 * density))):
        along, side = float(rng.uniform(2, LENGTH_M)), int(rng.choice([-1, 1]))
        if not plan.clear_of_crossings(along, by_m=plan.pavement_m + 1.5):
            continue
        if crew.free(along, side * plan.wall_m, radius_m=1.5):
            crew.hang(wall_advert(rng), along, side, case=_case("illegal_ad"))
    if rng.random() < 0.3:
        along, right = 20.0, plan.wall_m - 0.6
        if crew.free(along, right, radius_m=1.4):
            crew.put(notice_board(rng), along, right, turn_deg=crew.facing_road(right))
    if rng.random() < 0.5:
        _lane_litter(crew)


def _lane_litter(crew: Crew) -> None:
    """Rubbish in the gutter."""
    rng, plan = crew.rng, crew.plan
    along, right = float(rng.uniform(5, 60)), float(rng.choice([-1, 1])) * (plan.half_m - 0.5)
    if crew.free(along, right, radius_m=0.8):
        crew.put(litter(rng), along, right, turn_deg=0.0, case=_case("litter"))
