"""The camera as a value: how pixels become rays of the carrier's frame."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Camera:
    """A pinhole camera on a vehicle or at a fixed place.

    Attributes:
        name: As in the configuration.
        kind: "vehicle" or "fixed".
        hfov_deg: Horizontal field of view; ignored where `focal_px` is given.
        height_m: Of the lens above the ground.
        pitch_deg: Negative looks down.
        yaw_deg: Clockwise from the carrier's heading (0 for fixed cameras).
        roll_deg: Clockwise as seen from behind the camera.
        focal_px: Focal length for images of `calibrated_width_px`, when calibrated.
        centre_px: Principal point for the same images, else the middle.
        calibrated_width_px: Width of the images that focal_px and centre_px refer to.
        lat: Fixed cameras: where it hangs, WGS 84.
        lon: Fixed cameras: where it hangs, WGS 84.
        heading_deg: Fixed cameras: where it looks, clockwise from north.
        position_error_m: Fixed cameras: 95 % radius of lat, lon.
        pitch_sd_deg: Of a pitch that nobody measured, beyond what any mounting has (one standard deviation).
        yaw_sd_deg: The same of the yaw.
        height_sd_share: The same of the height, as a share of it.
        focal_sd_share: The same of the focal length, as a share of it.
    """

    name: str
    kind: Literal["vehicle", "fixed"] = "vehicle"
    hfov_deg: float = 80.0
    height_m: float = 1.6
    pitch_deg: float = 0.0
    yaw_deg: float = 0.0
    roll_deg: float = 0.0
    focal_px: float | None = None
    centre_px: tuple[float, float] | None = None
    calibrated_width_px: int | None = None
    lat: float | None = None
    lon: float | None = None
    heading_deg: float | None = None
    position_error_m: float = 1.0
    pitch_sd_deg: float = 0.0
    yaw_sd_deg: float = 0.0
    height_sd_share: float = 0.0
    focal_sd_share: float = 0.0

    @property
    def is_calibrated(self) -> bool:
        """True if pitch, height and field of view were all measured."""
        return not (self.pitch_sd_deg or self.height_sd_share or self.focal_sd_share)

    def focal_for(self, width_px: int) -> float:
        """The focal length in pixels for an image of this width."""
        if self.focal_px is not None:
            return self.focal_px * width_px / (self.calibrated_width_px or width_px)
        return width_px / (2.0 * math.tan(math.radians(self.hfov_deg) / 2.0))

    def centre_for(self, width_px: int, height_px: int) -> tuple[float, float]:
        """The principal point for an image of this size."""
        if self.centre_px is None:
            return width_px / 2.0, height_px / 2.0
        scale = width_px / (self.calibrated_width_px or width_px)
        return self.centre_px[0] * scale, self.centre_px[1] * scale
