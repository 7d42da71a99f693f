"""One vehicle through the street in one night: what its files will say, and what was really there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.world.seeing import Eye, look, solids_of
from streetaudit_datasets.world.sensors import Detecting, Gps, detected, fixes, label_seen, shaken, wander
from streetaudit_datasets.world.street import Floats, Street
from streetaudit_datasets.world.things import Thing

Rng = np.random.Generator

#: A thing is well in view in a frame where so much of it is seen, at least so large.
WELL_SHARE, WELL_PX = 0.5, 12.0
_LEAST_PX = 5.0
_STOP_EVERY_S, _STOP_S = 70.0, (4.0, 15.0)
_SPEED_UP_MPS2 = 1.2
#: What the vehicle's axis and its springs do, one standard deviation and correlation time.
_SWAY_DEG, _NOD_DEG, _SHAKE_S = 0.4, 0.2, 2.0
#: Traffic on the other lane hides that side for a moment.
_PASSING_EVERY_S, _PASSING_S = 45.0, (0.7, 2.0)


@dataclass(frozen=True, slots=True)
class Vehicle:
    """A vehicle with its camera.

    Attributes:
        eye: The camera as the configuration says it is.
        is_forward: Along the street, not against it.
        lane_m: Of the camera to the right of the centre line, as driven.
        speed_mps: When it rolls.
        fps: Of the video.
        mount_deg: How far the real (yaw, pitch) is from what the configuration says.
    """

    eye: Eye
    is_forward: bool = True
    lane_m: float = 1.6
    speed_mps: float = 5.5
    fps: int = 12
    mount_deg: tuple[float, float] = (0.0, 0.0)


@dataclass(slots=True)
class Drive:
    """What one drive leaves behind.

    Attributes:
        frames: Of the video.
        fix_s, fix_m: Times since the first frame and measured places.
        true_s, true_m: Where the camera really was, once a second.
        rows: Detections: frame from 1, box, score, label.
        origins: The thing behind each row, "" for a false one.
        well_seen: Thing id to the number of frames in which it was well in view; of what was not there that night,
            in which it would have been.
    """

    frames: int
    fix_s: Floats
    fix_m: Floats
    true_s: Floats
    true_m: Floats
    rows: list[tuple[int, tuple[float, float, float, float], float, str]] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)
    well_seen: dict[str, int] = field(default_factory=dict)


def drive(
    rng: Rng,
    street: Street,
    *,
    vehicle: Vehicle,
    things: Sequence[Thing],
    gps: Gps,
    detecting: Detecting,
    absent: Sequence[Thing] = (),
) -> Drive:
    """The drive from one end of the street to the other, past some things and the empty spots of absent ones."""
    way = _ways(rng, street.length_m - 20.0, vehicle)
    time_s = np.arange(len(way)) / vehicle.fps
    along = way + 10.0 if vehicle.is_forward else street.length_m - 10.0 - way
    lane = vehicle.lane_m if vehicle.is_forward else -vehicle.lane_m
    place = street.beside(along, lane)
    course = street.heading(along) + (0.0 if vehicle.is_forward else math.pi)
    at_s = np.arange(0.0, time_s[-1], 1.0)
    truth = np.stack([np.interp(at_s, time_s, axis) for axis in place.T], axis=1)
    made = Drive(len(time_s), *fixes(rng, at_s, truth, gps), at_s, truth)
    solids = solids_of([*things, *absent], street)
    solids.is_solid[len(things) :] = False
    ease = np.where(rng.random(len(things)) < 0.06, 0.6, 1.0)
    sway = np.radians(wander(rng, time_s, sd=_SWAY_DEG, correlation_s=_SHAKE_S)[:, 0] + vehicle.mount_deg[0])
    nod = np.radians(wander(rng, time_s, sd=_NOD_DEG, correlation_s=_SHAKE_S)[:, 0] + vehicle.mount_deg[1])
    passing = _passing(rng, time_s)
    for i in range(len(time_s)):
        rows, boxes, share = look(
            vehicle.eye,
            solids,
            place_m=place[i],
            heading_rad=float(course[i] + sway[i]),
            pitch_rad=float(math.radians(vehicle.eye.pitch_deg) + nod[i]),
        )
        if passing[i]:
            share = np.where(boxes[:, 0] < vehicle.eye.width_px / 3.0, 0.0, share)
        there = rows < len(things)
        _note_well_seen(made, [[*things, *absent][r] for r in rows], boxes, share)
        seen = [things[r] for r in rows[there]]
        _record(rng, made, i, seen, boxes[there], share[there], ease[rows[there]], vehicle.eye, detecting)
    return made


def _note_well_seen(made: Drive, seen: Sequence[Thing], boxes: Floats, share: Floats) -> None:
    side = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    for thing, well in zip(seen, (share >= WELL_SHARE) & (side >= WELL_PX), strict=True):
        made.well_seen[thing.id] = made.well_seen.get(thing.id, 0) + int(well)


def _record(
    rng: Rng,
    made: Drive,
    index: int,
    seen: Sequence[Thing],
    boxes: Floats,
    share: Floats,
    ease: Floats,
    eye: Eye,
    detecting: Detecting,
) -> None:
    side = np.minimum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    scores = detected(rng, boxes, share, ease=ease, detecting=detecting) * (side >= _LEAST_PX)
    border = np.array([eye.width_px, eye.height_px] * 2, np.float64)
    noisy = np.clip(shaken(rng, boxes, detecting), 0.0, border)
    for thing, box, score in zip(seen, noisy, scores, strict=True):
        if score > 0.0 and box[2] - box[0] > 2.0 and box[3] - box[1] > 2.0:
            _add(made, index, box, float(score), label_seen(rng, thing.class_name, detecting), thing.id)
    for _ in range(int(rng.poisson(detecting.false_per_frame))):
        corner, size = rng.uniform(0.1, 0.8, 2) * border[:2], rng.uniform(15.0, 90.0, 2)
        box = np.clip(np.concatenate([corner, corner + size]), 0.0, border)
        _add(made, index, box, float(rng.uniform(0.2, 0.75)), str(rng.choice(CLASSES[:6])), "")


def _add(made: Drive, index: int, box: Floats, score: float, label: str, origin: str) -> None:
    x1, y1, x2, y2 = (round(float(edge), 2) for edge in box)
    made.rows.append((index + 1, (x1, y1, x2, y2), round(score, 3), label))
    made.origins.append(origin)


def _ways(rng: Rng, length_m: float, vehicle: Vehicle) -> Floats:
    """(N,) metres driven at each frame: rolling, braking at lights, standing, rolling on."""
    ways, way, speed, step = [0.0], 0.0, vehicle.speed_mps, 1.0 / vehicle.fps
    stop_s, now = rng.exponential(_STOP_EVERY_S), 0.0
    standing_until = -1.0
    while way < length_m:
        now += step
        if now >= stop_s:
            speed = max(0.0, speed - 2.0 * _SPEED_UP_MPS2 * step)
            if speed == 0.0:
                standing_until = now + rng.uniform(*_STOP_S)
                stop_s = standing_until + 10.0 + rng.exponential(_STOP_EVERY_S)
        elif now > standing_until:
            speed = min(vehicle.speed_mps, speed + _SPEED_UP_MPS2 * step)
        way += speed * step
        ways.append(min(way, length_m))
    return np.array(ways)


def _passing(rng: Rng, time_s: Floats) -> Sequence[bool]:
    hidden = np.zeros(len(time_s), np.bool_)
    start = rng.exponential(_PASSING_EVERY_S)
    while start < time_s[-1]:
        length = rng.uniform(*_PASSING_S)
        hidden |= (time_s >= start) & (time_s < start + length)
        start += length + rng.exponential(_PASSING_EVERY_S)
    return list(hidden.tolist())
