"""A seeded street with one thing beside it: true world, wrong camera, wrong GPS, noisy boxes.

Shares no code with what it tests: projection is written out with angles.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.noise import Noise
from streetaudit.locate.priors import PRIORS
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation, Track

Floats = NDArray[np.float64]
IMAGE = (1280, 720)
FRAME = LocalFrame(36.8, 118.05)
STEP_S = 0.2
TIMES_S = tuple(index * STEP_S for index in range(30))


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing, the drive past it as it was believed, and the truth.

    Attributes:
        camera: As configured; the true one differs by its noise.
        poses: By clip time, as believed.
        track: What the detector made of it; None when it never came into view.
        truth_m: East, north of its centre in FRAME at each time.
    """

    camera: Camera
    poses: dict[float, Pose]
    track: Track | None
    truth_m: dict[float, tuple[float, float]]

    def pose_at(self, time_s: float) -> Pose:
        return self.poses[time_s]


@dataclass(frozen=True, slots=True)
class World:
    """How a scene is drawn.

    Attributes:
        kind: Class name.
        gps_sd_m: Bias of the believed position, one axis.
        heading_sd_deg: Bias of the believed heading.
        thing_mps: Speed of the thing along the street.
        fixed: True for a camera that stands.
        noise: Scale of what the camera's own errors are drawn from.
    """

    kind: str = "bin"
    gps_sd_m: float = 1.0
    heading_sd_deg: float = 0.5
    thing_mps: float = 0.0
    fixed: bool = False
    noise: Noise = dataclasses.field(default_factory=Noise)


def scene(world: World, seed: int) -> Scene:
    rng = np.random.default_rng(seed)
    thing, camera, drive = _thing(world, rng), _camera(world, rng), _drive(world, rng)
    seen = [
        Observation(index, time_s, box, 0.9, CLASSES.index(world.kind))
        for index, time_s in enumerate(TIMES_S)
        if (box := _seen(thing, camera, drive=drive, index=index, rng=rng, noise=world.noise)) is not None
    ]
    error_m, heading_error = 2.4477 * world.gps_sd_m, 1.96 * world.heading_sd_deg
    bias_m, turn_deg = rng.normal(0, world.gps_sd_m, 2), rng.normal(0, world.heading_sd_deg)
    poses = {}
    for index, time_s in enumerate(TIMES_S):
        lat, lon = FRAME.to_degrees(*(drive.here_m[index] + bias_m).tolist())
        heading = float(drive.heading_deg[index] + turn_deg) % 360
        poses[time_s] = Pose(lat, lon, heading, error_m, heading_error, drive.speed_mps)
    truth = {time_s: (float(e), float(n)) for time_s, (e, n) in zip(TIMES_S, drive.thing_m, strict=True)}
    return Scene(camera.believed, poses, Track(1, tuple(seen)) if seen else None, truth)


@dataclass(frozen=True, slots=True)
class _Thing:
    size_m: Floats
    lift_m: float
    angle_deg: float


@dataclass(frozen=True, slots=True)
class _TrueCamera:
    believed: Camera
    height_m: float
    pitch_deg: float
    yaw_deg: float


@dataclass(frozen=True, slots=True)
class _Drive:
    here_m: Floats
    heading_deg: Floats
    speed_mps: float
    thing_m: Floats


def _thing(world: World, rng: np.random.Generator) -> _Thing:
    prior = PRIORS[world.kind]
    shape = prior.shapes[rng.choice(len(prior.shapes), p=[s.share for s in prior.shapes])]
    size = np.array([shape.length_m, shape.width_m, shape.height_m]) * np.exp(rng.normal(0, shape.spread, 3))
    lift = rng.uniform(0.3, 2.2) if prior.on_wall else rng.normal(0, world.noise.ground_bias_m)
    return _Thing(size, lift, 0.0 if rng.random() < 0.7 else rng.uniform(0, 180))


def _camera(world: World, rng: np.random.Generator) -> _TrueCamera:
    noise = world.noise
    believed = Camera(
        "patrol",
        hfov_deg=rng.uniform(60, 95),
        height_m=rng.uniform(4.0, 7.0) if world.fixed else rng.uniform(1.4, 2.6),
        pitch_deg=rng.uniform(-25, -12) if world.fixed else rng.uniform(-8, 0),
        yaw_deg=rng.uniform(-25, 25),
    )
    return _TrueCamera(
        believed,
        believed.height_m * (1 + rng.normal(0, noise.height_bias_share)),
        believed.pitch_deg + rng.normal(0, noise.pitch_bias_deg),
        believed.yaw_deg + rng.normal(0, noise.yaw_bias_deg),
    )


def _drive(world: World, rng: np.random.Generator) -> _Drive:
    street, speed = rng.uniform(0, 360), 0.0 if world.fixed else rng.uniform(4, 10)
    heading = street + rng.normal(0, 2.0) * np.array(TIMES_S)
    steps = speed * STEP_S * np.stack([np.sin(np.radians(heading)), np.cos(np.radians(heading))], axis=1)
    here = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)[:-1]])
    along = np.array([math.sin(math.radians(street)), math.cos(math.radians(street))])
    across = np.array([along[1], -along[0]])
    start = along * rng.uniform(8, 25) + across * rng.choice([-1, 1]) * rng.uniform(2.5, 7)
    thing = start + np.array(TIMES_S)[:, None] * along * world.thing_mps
    return _Drive(here, heading, speed, thing)


def _seen(
    thing: _Thing, camera: _TrueCamera, *, drive: _Drive, index: int, rng: np.random.Generator, noise: Noise
) -> tuple[float, float, float, float] | None:
    box = _box(
        drive.thing_m[index] - drive.here_m[index],
        thing.size_m,
        lift=thing.lift_m - camera.height_m,
        thing_deg=drive.heading_deg[0] + thing.angle_deg,
        azimuth_deg=drive.heading_deg[index] + camera.yaw_deg + rng.normal(0, noise.heading_shake_deg),
        pitch_deg=camera.pitch_deg + rng.normal(0, noise.pitch_shake_deg),
        hfov_deg=camera.believed.hfov_deg,
    )
    if box is None:
        return None
    edges = np.hypot(noise.edge_px, noise.edge_share * (box[2:] - box[:2]))
    box = np.clip(box + rng.normal(0, np.tile(edges, 2)), 0, [IMAGE[0] - 1, IMAGE[1] - 1] * 2)
    x1, y1, x2, y2 = box.tolist()
    return (x1, y1, x2, y2) if x2 - x1 > 6 and y2 - y1 > 6 else None


def _box(
    offset: Floats,
    size: Floats,
    *,
    lift: float,
    thing_deg: float,
    azimuth_deg: float,
    pitch_deg: float,
    hfov_deg: float,
) -> Floats | None:
    """The visible part of the projected cuboid, or None where less than half is in view."""
    corners = np.array([(a, b, c) for a in (-0.5, 0.5) for b in (-0.5, 0.5) for c in (0.0, 1.0)]) * size
    along, across = math.radians(thing_deg), math.radians(azimuth_deg)
    east = offset[0] + corners[:, 0] * math.sin(along) + corners[:, 1] * math.cos(along)
    north = offset[1] + corners[:, 0] * math.cos(along) - corners[:, 1] * math.sin(along)
    up, pitch = lift + corners[:, 2], math.radians(pitch_deg)
    level = east * math.sin(across) + north * math.cos(across)
    ahead = level * math.cos(pitch) + up * math.sin(pitch)
    if ahead.min() < 0.5:
        return None
    focal = IMAGE[0] / 2 / math.tan(math.radians(hfov_deg) / 2)
    x = IMAGE[0] / 2 + focal * (east * math.cos(across) - north * math.sin(across)) / ahead
    y = IMAGE[1] / 2 + focal * (level * math.sin(pitch) - up * math.cos(pitch)) / ahead
    whole = np.array([x.min(), y.min(), x.max(), y.max()])
    seen = np.clip(whole, 0, [IMAGE[0] - 1, IMAGE[1] - 1] * 2)
    share = np.prod(np.maximum(seen[2:] - seen[:2], 0)) / np.prod(whole[2:] - whole[:2])
    return seen if share > 0.5 else None


def miss_m(scene: Scene, lat: float, lon: float, time_s: float | None = None) -> float:
    """Metres between a place and the truth (of a standing thing, or at a time)."""
    truth = scene.truth_m[time_s if time_s is not None else next(iter(scene.truth_m))]
    east, north = FRAME.to_metres(lat, lon)
    return math.hypot(east - truth[0], north - truth[1])
