"""The whole setting of a seed: world, route, fixed camera, and the clips' clocks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.assembly import assemble
from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.district import END_M, START_M, draw_district, spans_of
from streetaudit_datasets.synthetic.events import Corner, events_at_corner, traffic_of_drive
from streetaudit_datasets.synthetic.layout import Plan
from streetaudit_datasets.synthetic.lens import Lens
from streetaudit_datasets.synthetic.light import Light, draw_light
from streetaudit_datasets.synthetic.route import Route, draw_route
from streetaudit_datasets.synthetic.staging import Stage
from streetaudit_datasets.synthetic.textures import Rng
from streetaudit_datasets.synthetic.world import World

#: A street of no real town: the origin is a field east of Zibo.
ORIGIN = LocalFrame(36.8312, 118.1904)
PATROL = Mount(hfov_deg=80.0, height_m=1.8, pitch_deg=-4.0, yaw_deg=12.0)
CORNER = Mount(hfov_deg=72.0, height_m=5.2, pitch_deg=-17.0)
LOCAL_START = {"sunny": 10, "overcast": 15, "dusk": 18, "night": 20}  # hour of the day, Asia/Shanghai
DAY = datetime(2026, 5, 12, tzinfo=UTC)
CRUISE_M_S = (END_M - START_M) / 66.0  # about 23 km/h, slowing down included, as a patrol drives
FIXED_AFTER_S = 600.0  # the fixed clip begins ten minutes after the drive


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen about a scene besides its seed.

    Attributes:
        light: sunny | overcast | dusk | night; None draws sunny or overcast.
        duration_s: length of the drive.
        fixed_s: length of the fixed camera's clip.
        fps: frames a second of the drive.
        fixed_fps: frames a second of the fixed clip.
        gps_error_m: root mean square of the trace's wander.
    """

    light: str | None = None
    duration_s: float = 66.0
    fixed_s: float = 60.0
    fps: int = 12
    fixed_fps: int = 10
    gps_error_m: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """All that the clips of a seed are made from.

    Attributes:
        world: the street with everything on it; its clock is the drive's.
        route: the drive.
        corner_camera: the fixed camera.
        corner_heading_deg: where it looks.
        start: the drive's first frame.
        lens: of both cameras.
        options: as asked for.
    """

    world: World
    route: Route
    corner_camera: Camera
    corner_heading_deg: float
    start: datetime
    lens: Lens
    options: Options

    def patrol_camera(self, time_s: float) -> Camera:
        """The vehicle's camera at a time; the road rocks it a little."""
        plan = self.world.plan
        along, right = self.route.at(time_s)
        east, north = plan.path.point(along, right)
        pitch, yaw = self.route.rock(time_s)
        heading = self.route.heading_deg(plan, time_s) + yaw
        rocked = Mount(PATROL.hfov_deg, PATROL.height_m, PATROL.pitch_deg + pitch, PATROL.yaw_deg)
        return camera_at(float(east), float(north), heading_deg=heading, mount=rocked)

    @property
    def fixed_start(self) -> datetime:
        """The fixed clip's first frame."""
        return self.start + timedelta(seconds=FIXED_AFTER_S)


def draw_setting(seed: int, options: Options) -> Setting:
    """The setting of a seed; the same on every machine."""
    rng = np.random.default_rng([seed, 20260512])
    light = draw_light(rng, kind=options.light or str(rng.choice(["sunny", "overcast"])))
    plan = draw_district(rng)
    # A shorter drive ends earlier; only a longer one than the street allows is slower.
    last_m = min(END_M, START_M + CRUISE_M_S * options.duration_s)
    route = draw_route(rng, plan, first_m=START_M, last_m=last_m, duration_s=options.duration_s)
    corner = _corner(plan, options)
    crew = Stage(rng, plan, light)
    kerb = plan.half_m
    camera_spots = [(corner.parks_m - 15.0 + d, -kerb - 0.8, 3.0) for d in (-2.0, 3.0, 8.0, 14.0)]
    crew.furnish(keep_free=[(corner.parks_m, kerb, 5.0), (corner.stall_m, kerb + 2.6, 3.4), *camera_spots])
    traffic_of_drive(crew, route)
    events_at_corner(crew, corner)
    world = assemble(rng, seed=seed, origin=ORIGIN, plan=plan, light=light, crew=crew, first_m=-60, last_m=END_M + 80)
    camera, heading = _corner_camera(plan, corner)
    hour = LOCAL_START[light.kind] - 8
    start = DAY + timedelta(hours=hour, minutes=int(rng.integers(0, 40)), seconds=int(rng.integers(0, 60)))
    return Setting(world, route, camera, heading, start, _lens(rng, light), options)


def _corner(plan: Plan, options: Options) -> Corner:
    watched = min(
        spans_of(plan, "no_parking"), key=lambda s: abs(s.first_m - plan.crossings[0].along_m) + 100 * (s.side < 0)
    )
    return Corner(watched.first_m + 9.0, watched.first_m + 21.0, FIXED_AFTER_S, options.fixed_s)


def _corner_camera(plan: Plan, corner: Corner) -> tuple[Camera, float]:
    """A camera on a mast at the far kerb, looking along and across the street."""
    place = plan.path.point(corner.parks_m - 15.0, -plan.half_m - 0.6)
    aim = plan.path.point(corner.parks_m + 5.0, plan.half_m - 1.5)
    heading = float(np.degrees(np.arctan2(aim[0] - place[0], aim[1] - place[1])) % 360)
    return camera_at(float(place[0]), float(place[1]), heading_deg=heading, mount=CORNER), heading


def _lens(rng: Rng, light: Light) -> Lens:
    return Lens(
        exposure=light.exposure, gamma=float(rng.uniform(0.9, 1.05)), warmth=float(rng.normal(0, 0.2)),
        vignette=float(rng.uniform(0.12, 0.3)), soft_px=0.0, noise=light.noise,
        shutter_s=0.012 if light.lamps_on else 0.008,
    )  # fmt: skip
