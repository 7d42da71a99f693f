"""Where in the world a thing stands, and how sure that is."""

import math
from dataclasses import dataclass

#: Radius that holds 95 % of a round 2-D Gaussian, in standard deviations of one axis: sqrt(-2 ln 0.05).
CIRCLE_95 = math.sqrt(-2.0 * math.log(0.05))


@dataclass(frozen=True, slots=True)
class Place:
    """A position with an honest error.

    Attributes:
        lat: Degrees, WGS 84.
        lon: Degrees, WGS 84.
        error_m: Radius in metres that holds the truth 95 % of the time.
        method: How it was found: "ground_plane", "triangulation", "camera" or "given".
        views: Number of observations used.
        covariance_m2: (east-east, east-north, north-north) of the position, square metres.
    """

    lat: float
    lon: float
    error_m: float
    method: str = "ground_plane"
    views: int = 1
    covariance_m2: tuple[float, float, float] | None = None

    def __post_init__(self) -> None:
        sound = abs(self.lat) <= 90.0 and abs(self.lon) <= 180.0 and self.error_m >= 0.0
        if not (sound and math.isfinite(self.error_m)):
            raise ValueError(f"want |lat| <= 90, |lon| <= 180, finite error_m >= 0; got {self}")

    @property
    def spread_m2(self) -> tuple[float, float, float]:
        """(east-east, east-north, north-north) in square metres: as stated, else the circle that error_m means."""
        if self.covariance_m2 is not None:
            return self.covariance_m2
        variance = (self.error_m / CIRCLE_95) ** 2
        return variance, 0.0, variance


@dataclass(frozen=True, slots=True)
class NotPlaced:
    """A sighting without a trustworthy position, and why: never 0, 0.

    Attributes:
        reason: For people.
        carrier_known: True if the clip has positions and only this thing could not be placed: then another, nearer
            look may place it. False if nothing of the clip can be placed.
    """

    reason: str
    carrier_known: bool = False
