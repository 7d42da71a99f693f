"""How wrong cameras and boxes usually are: the standard deviations that every place is weighed with."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from streetaudit.structures.camera import Camera

#: A camera whose pitch nobody measured may be worn or held by hand. It turns a degree or two against the carrier's
#: course, slowly, so that a dozen views of one thing average nothing out: taken as independent, each counts this much.
_LOOSE_DEG = 6.0
#: For the same reason that a thing does not seem to grow is no sign that it is far.
_LOOSE_SIZE = 0.25


@dataclass(frozen=True, slots=True)
class Noise:
    """One standard deviation each of what a place depends on.

    What is called a bias is the same in all views of one pass and does not average out; the rest is drawn anew
    in each view. The defaults are for a camera measured with a tape and a spirit level on a city car.

    Attributes:
        edge_px: Of each edge of a box.
        edge_share: The same as a share of the box's own side, added to edge_px.
        pitch_bias_deg: Mounting, load and slope of the street.
        pitch_shake_deg: Braking, bumps.
        yaw_bias_deg: Mounting.
        heading_shake_deg: From one view to the next.
        height_bias_share: Of the camera above the ground, as a share of it.
        focal_bias_share: Of the focal length, as a share of it.
        ground_bias_m: The object's ground against the carrier's (kerb, camber).
        size_shake: Of the logarithm of a box's height, from one view to the next, beyond its edges.
        drift_share: How much of the position's error differs between the views of one pass.
    """

    edge_px: float = 1.0
    edge_share: float = 0.02
    pitch_bias_deg: float = 0.5
    pitch_shake_deg: float = 0.25
    yaw_bias_deg: float = 0.5
    heading_shake_deg: float = 0.2
    height_bias_share: float = 0.03
    focal_bias_share: float = 0.01
    ground_bias_m: float = 0.1
    size_shake: float = 0.0
    drift_share: float = 0.1

    def of(self, camera: Camera) -> Noise:
        """The same for a camera of which something was never measured."""
        if camera.is_calibrated:
            return self
        loose = _LOOSE_DEG if camera.pitch_sd_deg else 0.0
        return replace(
            self,
            pitch_shake_deg=math.hypot(self.pitch_shake_deg, loose / 2.0),
            heading_shake_deg=math.hypot(self.heading_shake_deg, loose),
            size_shake=_LOOSE_SIZE if loose else self.size_shake,
            pitch_bias_deg=math.hypot(self.pitch_bias_deg, camera.pitch_sd_deg),
            yaw_bias_deg=math.hypot(self.yaw_bias_deg, camera.yaw_sd_deg),
            height_bias_share=math.hypot(self.height_bias_share, camera.height_sd_share),
            focal_bias_share=math.hypot(self.focal_bias_share, camera.focal_sd_share),
        )
