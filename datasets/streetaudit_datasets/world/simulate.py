"""Many nights in one seeded strip of a city, with a truth that covers all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.world.drive import Drive, Vehicle, drive
from streetaudit_datasets.world.files import write_drive, write_signatures
from streetaudit_datasets.world.looks import light_of, signature
from streetaudit_datasets.world.seeing import Eye
from streetaudit_datasets.world.sensors import EXACT_GPS, Detecting, Gps
from streetaudit_datasets.world.street import Street, bending_street
from streetaudit_datasets.world.things import Thing, place_things
from streetaudit_datasets.world.zones import Stretch, as_geojson, draw_stretches, problem_of

_ORIGIN = LocalFrame(36.8, 118.05)
_FIRST_DAY = datetime(2026, 11, 2, tzinfo=UTC)
#: Views of each thing on a drive that have a signature: pieces of a broken track look different.
_VIEWS = 3
#: Shanghai keeps one offset all the year.
_UTC_OFFSET_H = 8.0

#: The late drive along the street and the early one against it, each with a camera of its own.
VEHICLES: tuple[tuple[Vehicle, float], ...] = (
    (Vehicle(Eye("patrol", 1280, 720, 80.0, 1.8, -4.0, 12.0)), 22.0),
    (Vehicle(Eye("sweeper", 960, 540, 95.0, 2.4, -8.0, 0.0), is_forward=False, speed_mps=4.5), 20.5),
)


@dataclass(frozen=True, slots=True)
class WorldPlan:
    """What kind of world to make.

    Attributes:
        seed: The same seed gives the same files.
        nights: How many, one drive of each vehicle in each.
        length_m: Of the street.
        per_km: Things a kilometre.
        gps: How the receivers err.
        detecting: How the detector errs.
        mount_sd_deg: How far the cameras hang from what the configuration says.
        vehicles: With the local hour at which each starts.
        video: False leaves the videos out.
    """

    seed: int = 0
    nights: int = 3
    length_m: float = 1500.0
    per_km: float = 95.0
    gps: Gps = field(default_factory=Gps)
    detecting: Detecting = field(default_factory=Detecting)
    mount_sd_deg: float = 0.25
    vehicles: tuple[tuple[Vehicle, float], ...] = VEHICLES
    video: bool = True


def simulate(out: Path, *, seed: int = 0, nights: int = 3, exact_gps: bool = False, **plan: Any) -> Path:
    """The folder with all drives, streetaudit.toml, zones.geojson and truth.json; see `WorldPlan` for the options."""
    gps = EXACT_GPS if exact_gps else plan.pop("gps", Gps())
    return make_world(out, WorldPlan(seed=seed, nights=nights, gps=gps, **plan))


def make_world(out: Path, plan: WorldPlan, *, things: Sequence[Thing] | None = None) -> Path:
    """The folder of a planned world; `things` replaces what the seed would put there."""
    out.mkdir(parents=True, exist_ok=True)
    world, *drives = np.random.SeedSequence(plan.seed).spawn(1 + plan.nights * len(plan.vehicles))
    rng = np.random.default_rng(world)
    street = bending_street(rng, length_m=plan.length_m)
    stretches = draw_stretches(rng, street)
    placed = place_things(rng, street, nights=plan.nights, per_km=plan.per_km)
    placed = placed if things is None else list(things)
    vehicles = [(_mounted(rng, vehicle, plan.mount_sd_deg), hour) for vehicle, hour in plan.vehicles]
    passes: dict[str, list[dict[str, Any]]] = {thing.id: [] for thing in placed}
    empty: dict[str, list[dict[str, Any]]] = {thing.id: [] for thing in placed}
    for index, drive_seed in enumerate(drives):
        night, (vehicle, hour) = 1 + index // len(vehicles), vehicles[index % len(vehicles)]
        there = [thing for thing in placed if night in thing.nights]
        absent = [thing for thing in placed if night not in thing.nights]
        made = drive(
            np.random.default_rng(drive_seed),
            street,
            vehicle=vehicle,
            things=there,
            gps=plan.gps,
            detecting=plan.detecting,
            absent=absent,
        )
        name = f"{vehicle.eye.name}-night{night:02d}"
        start = _FIRST_DAY + timedelta(days=night - 1, hours=hour - _UTC_OFFSET_H)
        write_drive(out, name, made=made, vehicle=vehicle, start=start, frame=_ORIGIN, video=plan.video)
        write_signatures(out, name, _signatures(drive_seed, there, seed=plan.seed))
        _note(passes, there, made, clip=name, night=night, stretches=stretches, hour=hour)
        for thing in absent:
            empty[thing.id].append({"night": night, "clip": name, "frames": made.well_seen.get(thing.id, 0)})
    _write_map(out, vehicles, stretches, street)
    objects = [_truth(thing, street, passes[thing.id], empty[thing.id]) for thing in placed]
    truth = {"seed": plan.seed, "nights": plan.nights, "objects": objects}
    (out / "truth.json").write_text(json.dumps(truth, indent=1), encoding="utf-8")
    return out


def _signatures(drive_seed: np.random.SeedSequence, there: Sequence[Thing], *, seed: int) -> list[tuple[str, bytes]]:
    """Thing id and signature of some views of each thing on one drive; a seed of its own leaves the drive as it was."""
    rng = np.random.default_rng([drive_seed.generate_state(1)[0], 1])
    light = light_of(rng)
    return [(thing.id, signature(rng, thing, light, seed=seed)) for thing in there for _ in range(_VIEWS)]


def _mounted(rng: np.random.Generator, vehicle: Vehicle, sd_deg: float) -> Vehicle:
    yaw, pitch = (float(v) for v in rng.normal(0.0, 1.0, 2) * sd_deg)
    return replace(vehicle, mount_deg=(yaw, pitch))


def _note(
    passes: dict[str, list[dict[str, Any]]],
    there: Sequence[Thing],
    made: Drive,
    *,
    clip: str,
    night: int,
    stretches: list[Stretch],
    hour: float,
) -> None:
    for thing in there:
        problem, border_m = problem_of(thing, stretches, local_hour=hour)
        row: dict[str, Any] = {"night": night, "clip": clip, "frames": made.well_seen.get(thing.id, 0)}
        passes[thing.id].append({**row, "problem": problem, "border_m": round(min(border_m, 1e3), 2)})


def _truth(thing: Thing, street: Street, passes: list[dict[str, Any]], empty: list[dict[str, Any]]) -> dict[str, Any]:
    lat, lon = _ORIGIN.to_degrees(*street.beside(thing.way_m, thing.right_m).tolist())
    return {
        "id": thing.id,
        "spot": thing.spot,
        "class": thing.class_name,
        "lat": round(lat, 9),
        "lon": round(lon, 9),
        "nights": sorted(thing.nights),
        "passes": passes,
        "empty_passes": empty,
    }


def _write_map(out: Path, vehicles: Sequence[tuple[Vehicle, float]], stretches: list[Stretch], street: Street) -> None:
    (out / "zones.geojson").write_text(json.dumps(as_geojson(stretches, street, _ORIGIN)), encoding="utf-8")
    cameras = "".join(_camera(vehicle.eye) for vehicle, _ in vehicles)
    text = (
        '[store]\nurl = "sqlite:///cases.sqlite3"\nevidence = "evidence/"\n'
        f'[city]\ntimezone = "Asia/Shanghai"\nzones = ["zones.geojson"]\n{cameras}'
    )
    (out / "streetaudit.toml").write_text(text, encoding="utf-8")


def _camera(eye: Eye) -> str:
    return (
        f'[[camera]]\nname = "{eye.name}"\nmatch = "{eye.name}-*"\nkind = "vehicle"\nhfov_deg = {eye.hfov_deg}\n'
        f"height_m = {eye.height_m}\npitch_deg = {eye.pitch_deg}\nyaw_deg = {eye.yaw_deg}\n"
    )
