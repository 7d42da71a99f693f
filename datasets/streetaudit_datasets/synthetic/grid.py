"""A grid on the ground before the camera."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.camera import Camera
from streetaudit_datasets.synthetic.textures import Floats

COARSE = 8  # street coordinates are worked out for blocks of so many cells


@dataclass(frozen=True, slots=True)
class Frame:
    """A grid on the ground: row 0 is far, column 0 is left, seen along heading.

    Attributes:
        east_m, north_m: the grid's near middle.
        heading_rad: clockwise from north.
        near_m, far_m: reach ahead.
        half_m: reach to each side.
        step_m: size of a cell.
        slack_m: how far the camera may move on before the grid is too short.
    """

    east_m: float
    north_m: float
    heading_rad: float
    near_m: float
    far_m: float
    half_m: float
    step_m: float
    slack_m: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return int((self.far_m - self.near_m) / self.step_m), int(2 * self.half_m / self.step_m)

    def axes(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Unit vectors to the right and ahead."""
        sin, cos = np.sin(self.heading_rad), np.cos(self.heading_rad)
        return np.array([cos, -sin]), np.array([sin, cos])

    def grid(self, *, every: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """East and north of the middles of blocks of every x every cells, with a block beyond each border."""
        rows, columns = self.shape
        right, ahead = self.axes()
        a = self.far_m - (np.arange(-1, -(-rows // every) + 1) + 0.5) * every * self.step_m
        r = -self.half_m + (np.arange(-1, -(-columns // every) + 1) + 0.5) * every * self.step_m
        east = self.east_m + a[:, None] * ahead[0] + r[None, :] * right[0]
        north = self.north_m + a[:, None] * ahead[1] + r[None, :] * right[1]
        return east, north

    def cells(self, points_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Columns and rows of local points (N, 2)."""
        right, ahead = self.axes()
        offset = points_m - np.array([self.east_m, self.north_m])
        return np.column_stack(
            [(offset @ right + self.half_m) / self.step_m, (self.far_m - offset @ ahead) / self.step_m]
        )

    def cell(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Column and row of a local point."""
        column, row = self.cells(np.array([[east_m, north_m]]))[0]
        return float(column), float(row)

    def holds(self, camera: Camera, heading_rad: float) -> bool:
        """Whether the grid still covers what this camera needs of it."""
        right, ahead = self.axes()
        offset = camera.position_m[:2] - np.array([self.east_m, self.north_m])
        turned = abs((heading_rad - self.heading_rad + np.pi) % (2 * np.pi) - np.pi)
        forward, aside = float(offset @ ahead), abs(float(offset @ right))
        return -1e-6 <= forward <= self.slack_m and aside < 0.3 * self.slack_m and turned < 0.09


def slack(far_m: float) -> float:
    """How much longer than needed a grid is, so that it serves for some metres of driving."""
    return 1.6 + 0.22 * far_m


def refined(coarse: NDArray[np.float64], rows: int, columns: int) -> Floats:
    """Blocks made cells again; the street is smooth enough for straight lines between them."""
    size = (coarse.shape[1] * COARSE, coarse.shape[0] * COARSE)
    fine = cv2.resize(coarse.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(fine[COARSE : COARSE + rows, COARSE : COARSE + columns])
