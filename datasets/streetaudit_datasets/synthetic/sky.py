"""The sky and the hazy town at its foot, as a picture all round."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.camera import Camera
from streetaudit_datasets.synthetic.light import Light
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.textures import Image, Rng, value_noise

PX_PER_DEG = 6
TOP_DEG = 50


def panorama(rng: Rng, light: Light) -> Image:
    """The sky from TOP_DEG down to the horizon, 360 degrees round, clockwise from north."""
    height, width = TOP_DEG * PX_PER_DEG, 360 * PX_PER_DEG
    rise = np.linspace(1, 0, height, dtype=np.float32)[:, None, None] ** 0.7
    low, high = np.array(light.horizon, np.float32), np.array(light.zenith, np.float32)
    sky = low + (high - low) * rise * np.ones((1, width, 1), np.float32)
    if light.kind != "night":
        clouds = sum(
            value_noise(rng, height, width, cell_px=c) * w for c, w in ((150, 1.0), (60, 0.5), (24, 0.3), (9, 0.15))
        )
        cover = np.clip(np.asarray(clouds, np.float32) - rng.uniform(-0.3, 0.7), 0, 1)[..., None]
        white = np.minimum(low * 1.12 + 8, 255)
        sky += (white - sky) * cover * 0.8
    town: Image = np.clip(sky, 0, 255).astype(np.uint8)
    _skyline(rng, town, light)
    return town


def _skyline(rng: Rng, town: Image, light: Light) -> None:
    height, width = town.shape[:2]
    haze = np.array(light.horizon)
    for depth in (0.75, 0.6, 0.45):
        x = 0
        while x < width:
            wide = int(rng.uniform(8, 40))
            tall = int(rng.uniform(0.5, 6.5 - 4 * depth) * PX_PER_DEG)
            grey = np.array([90, 96, 104]) * light.ambient[1] * rng.uniform(0.8, 1.3)
            colour = haze * depth + grey * (1 - depth)
            if rng.random() < 0.45:
                colour = colour * (0.85, 0.95, 0.8)
                cv2.ellipse(town, (x + wide // 2, height), (wide, max(2, tall // 2)), 0, 180, 360, colour.tolist(), -1)
            else:
                cv2.rectangle(town, (x, height - tall), (x + wide, height), colour.tolist(), -1)
            x += wide + int(rng.integers(0, 12))


def draw_sky(target: Canvas, camera: Camera, town: Image) -> None:
    """Fill the canvas above the horizon."""
    heading = float(np.degrees(np.arctan2(camera.rotation[2, 0], camera.rotation[2, 1])))
    pitch = float(np.arcsin(camera.rotation[2, 2]))
    horizon = camera.height_px / 2 + camera.focal_px * np.tan(pitch)
    rows = int(np.clip(np.ceil(horizon) + 2, 0, camera.height_px))
    if rows == 0:
        return
    half = np.degrees(np.arctan(camera.width_px / 2 / camera.focal_px))
    first = int((heading - half) * PX_PER_DEG)
    columns = np.arange(first, first + int(2 * half * PX_PER_DEG)) % town.shape[1]
    rise = np.degrees(np.arctan(horizon / camera.focal_px))
    top = int(np.clip((TOP_DEG - rise) * PX_PER_DEG, 0, town.shape[0] - 2))
    view = np.take(town[top:], columns, axis=1)
    target.image[:rows] = cv2.resize(view, (camera.width_px, rows), interpolation=cv2.INTER_LINEAR)
