"""The pitch and height of a camera that nobody measured, from things whose size is known.

On level ground a thing of height H that stands anywhere before a camera at height h shows (foot - horizon) / (foot -
top) = h / H, whatever its distance and the focal length. Many cars and persons at different distances fix the horizon
and the height together; what they leave open stays in the standard deviations of the camera that comes out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np

from streetaudit.locate.extent import extent_of
from streetaudit.locate.noise import Noise
from streetaudit.locate.priors import SizePrior
from streetaudit.locate.rays import Floats
from streetaudit.locate.views import Views
from streetaudit.structures.camera import Camera

#: Things are taken for what their class is if they were seen so often and so large.
FEWEST_VIEWS = 3
_SMALLEST_RAD = 0.02
#: Views of one thing that are used; its size is wrong in all of them in the same way.
_MOST_VIEWS = 6
#: Slope and steps between the camera's ground and a thing's, anew for each thing; and what of it is one for all
#: (a car park below the pavement), which no number of things averages out.
_STREET_RAD = math.radians(1.0)
_COMMON_STREET_RAD = math.radians(1.5)
_ROBUST_SD = 2.5
_STEPS = 12
#: Sizes less sure than this (logarithm) say nothing of a camera.
_MOST_SPREAD = 0.35
#: The newest so many views are enough, and bound the work of a camera that runs for ever.
_MOST_ROWS = 600


@dataclass(slots=True)
class SelfCalibration:
    """Learns pitch and height of one camera from the tracks of one clip.

    Attributes:
        stated: The camera as configured, with its standard deviations.
        noise: What every measured camera has.
        things: From how many things was learnt.
    """

    stated: Camera
    noise: Noise
    things: int = 0
    _rows: Floats = field(default_factory=lambda: np.zeros((0, 5)))

    def learn(self, views: Views, prior: SizePrior) -> None:
        """Take one thing into account; its views must be those of the stated camera."""
        whole = ~views.cut.any(axis=1) & (views.foot - views.top > _SMALLEST_RAD)
        if prior.on_wall or int(whole.sum()) < FEWEST_VIEWS:
            return
        extent = extent_of(views, prior, noise=self.noise.of(self.stated))
        if extent.tall_sd > _MOST_SPREAD:
            return
        rows = np.flatnonzero(whole)
        chosen = rows[np.unique(np.linspace(0, len(rows) - 1, _MOST_VIEWS).astype(np.int64))]
        spread = np.full((len(chosen), 2), [math.hypot(extent.tall_sd, self.noise.edge_share), _STREET_RAD])
        angles = np.arctan(np.stack([views.foot[chosen], views.top[chosen]], axis=1))
        fresh = np.column_stack([angles, extent.tall_m[chosen], spread * math.sqrt(len(chosen))])  # one thing, one word
        self._rows = np.concatenate([self._rows, fresh])[-_MOST_ROWS:]
        self.things += 1

    def camera(self) -> Camera:
        """The camera as it is now known."""
        if not len(self._rows):
            return self.stated
        (pitch_rad, log_height), spread = self._solved()
        return replace(
            self.stated,
            pitch_deg=self.stated.pitch_deg - math.degrees(pitch_rad),
            height_m=self.stated.height_m * math.exp(log_height),
            pitch_sd_deg=min(
                math.degrees(math.hypot(math.sqrt(spread[0, 0]), _COMMON_STREET_RAD)), self.stated.pitch_sd_deg
            ),
            height_sd_share=min(math.sqrt(spread[1, 1]), self.stated.height_sd_share),
        )

    def _solved(self) -> tuple[tuple[float, float], Floats]:
        """The downward turn and the logarithm of the height's factor that explain all things best; their covariance."""
        noise = self.noise.of(self.stated)
        stiffness = np.diag([math.radians(noise.pitch_bias_deg) ** -2.0, noise.height_bias_share**-2.0])
        unknowns = np.zeros(2)
        for _ in range(_STEPS):
            residual, slope = self._residuals(unknowns)
            weighted = slope * (1.0 / (1.0 + residual**2 / _ROBUST_SD**2) ** 2)[:, None]
            normal = slope.T @ weighted + stiffness
            unknowns = unknowns - np.linalg.solve(normal, weighted.T @ residual + stiffness @ unknowns)
        return (float(unknowns[0]), float(unknowns[1])), np.linalg.inv(normal).astype(np.float64)

    def _residuals(self, unknowns: Floats) -> tuple[Floats, Floats]:
        """(N,) in standard deviations: how far feet lie from where things of their size must have them; and slopes."""
        foot, top = np.tan(self._rows[:, 0] + unknowns[0]), np.tan(self._rows[:, 1] + unknowns[0])
        height_m = self.stated.height_m * math.exp(float(unknowns[1]))
        by_size = height_m / self._rows[:, 2] * (foot - top)
        spread = np.hypot(by_size * self._rows[:, 3], self._rows[:, 4])
        turn = 1.0 + foot**2 - height_m / self._rows[:, 2] * (foot**2 - top**2)
        slope = np.stack([turn, -by_size], axis=1)
        return (foot - by_size) / spread, slope / spread[:, None]
