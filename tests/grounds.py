"""Looks of a drive north past a spot, for tests of coverage and of what is gone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.ground import COLUMNS, UNKNOWN, Ground

HOME = LocalFrame(36.8, 118.05)
CAMERA = Camera("patrol", hfov_deg=80.0, height_m=1.8, pitch_deg=-4.0)
SIZE = (1280, 720)


def ground(
    *,
    norths_m: Sequence[float] = tuple(range(-30, 10, 2)),
    east_m: float = 0.0,
    frames: int = 4,
    light: int = UNKNOWN,
    sharp: int = UNKNOWN,
    hidden: Sequence[int] = (),
    camera: Camera = CAMERA,
) -> Ground:
    """One look at each of some metres north of HOME, heading north; `hidden` are columns that nothing is seen in."""
    n = len(norths_m)
    covered = np.zeros((n, COLUMNS), np.uint8)
    covered[:, list(hidden)] = 255
    return Ground(
        camera=camera,
        image_size=SIZE,
        frame=HOME,
        time_s=np.linspace(0.0, 0.4 * (n - 1), n),
        place_m=np.array([(east_m, north) for north in norths_m], np.float32),
        heading_deg=np.zeros(n, np.float32),
        error_m=np.full(n, 1.0, np.float32),
        frames=np.full(n, frames, np.int32),
        seconds=np.full(n, 0.4, np.float32),
        light=np.full(n, light, np.uint8),
        sharp=np.full(n, sharp, np.uint8),
        hidden=covered,
    )
