"""Shadows on the ground from the outlines of things."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.ground import Shade
from streetaudit_datasets.synthetic.light import Light

Floats = NDArray[np.float64]

LONGEST = 2.2  # shadow length to height, so that a low sun does not black out the street


def outline(
    east_m: float, north_m: float, heading_deg: float, *, size_m: tuple[float, float, float], grow_m: float = 0.0
) -> Floats:
    """The four corners (4, 2) of a thing's foot."""
    angle = np.radians(heading_deg)
    ahead, left = np.array([np.sin(angle), np.cos(angle)]), np.array([-np.cos(angle), np.sin(angle)])
    a, b = ahead * (size_m[0] / 2 + grow_m), left * (size_m[1] / 2 + grow_m)
    corners: Floats = np.array([east_m, north_m]) + np.array([a + b, a - b, -a - b, -a + b])
    return corners


def cast(foot_m: Floats, height_m: float, light: Light, *, darkness: float = 0.85) -> Shade:
    """The sun's shadow of an upright thing with this foot."""
    away = -np.array(light.sun[:2]) / max(light.sun[2], 0.2)
    away *= height_m * min(1.0, LONGEST / max(float(np.hypot(*away)), 1e-6))
    both = np.vstack([foot_m, foot_m + away]).astype(np.float32)
    hull = cv2.convexHull(both)[:, 0].astype(np.float64)
    return Shade(hull, darkness)


def crown_shade(east_m: float, north_m: float, *, height_m: float, radius_m: float, light: Light) -> Shade:
    """The sun's shadow of a tree's crown."""
    away = -np.array(light.sun[:2]) / max(light.sun[2], 0.2)
    away *= min(1.0, LONGEST / max(float(np.hypot(*away)), 1e-6)) * height_m
    turn = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    wobble = 1 + 0.16 * np.sin(3 * turn) + 0.1 * np.cos(5 * turn)
    ring = np.column_stack([np.cos(turn), np.sin(turn)]) * (radius_m * wobble)[:, None]
    return Shade(np.array([east_m, north_m]) + away + ring, 0.62)
