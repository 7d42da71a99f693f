"""Views of a whole district as the cameras of patrols and masts have them: things are small, far away and many."""

from __future__ import annotations

from dataclasses import dataclass

from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.setting import FIXED_AFTER_S, Options, Setting, draw_setting
from streetaudit_datasets.synthetic.textures import Rng

FRAME_PX = (1280, 720)
FIRST_SEED = 1_000_000  # so that no training picture shows a scene that somebody renders by a small seed
ON_A_MAST = 0.25  # share of the views
LIGHTS = {"sunny": 0.4, "overcast": 0.35, "dusk": 0.15, "night": 0.1}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A camera at a moment.

    Attributes:
        camera: where it is and looks.
        time_s: on the world's clock: traffic moves.
    """

    camera: Camera
    time_s: float


def patrolled(rng: Rng) -> Setting:
    """A district with its drive and its fixed camera."""
    light = str(rng.choice(list(LIGHTS), p=list(LIGHTS.values())))
    return draw_setting(int(rng.integers(FIRST_SEED, 2**31)), Options(light=light))


def draw_view(rng: Rng, setting: Setting) -> View:
    """What one of many makes of cameras sees somewhere on the drive, or from the mast."""
    return _from_mast(rng, setting) if rng.random() < ON_A_MAST else _from_vehicle(rng, setting)


def _from_vehicle(rng: Rng, setting: Setting) -> View:
    time_s = float(rng.uniform(0, setting.options.duration_s))
    plan = setting.world.plan
    east, north = plan.path.point(*setting.route.at(time_s))
    aside = float(rng.choice([-1, 1], p=(0.25, 0.75)) * rng.uniform(0, 38))
    mount = Mount(float(rng.uniform(58, 100)), float(rng.uniform(1.2, 2.5)), float(rng.normal(-4, 3)), aside, *FRAME_PX)
    heading = setting.route.heading_deg(plan, time_s)
    return View(camera_at(float(east), float(north), heading_deg=heading, mount=mount), time_s)


def _from_mast(rng: Rng, setting: Setting) -> View:
    east, north, _ = setting.corner_camera.position_m
    mount = Mount(float(rng.uniform(50, 90)), float(rng.uniform(3.2, 7)), float(rng.normal(-16, 5)), 0.0, *FRAME_PX)
    heading = setting.corner_heading_deg + float(rng.uniform(-45, 45))
    time_s = FIXED_AFTER_S + float(rng.uniform(0, setting.options.fixed_s))
    return View(camera_at(float(east), float(north), heading_deg=heading, mount=mount), time_s)
