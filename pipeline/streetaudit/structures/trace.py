"""The GPS line of a drive and the pose taken from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fix:
    """One GPS sample.

    Attributes:
        time_s: Seconds since the clip's first frame (embedded traces), or since the trace's first fix.
        lat: Degrees, WGS 84.
        lon: Degrees, WGS 84.
        at: Aware UTC time of the fix, when the source states one.
        alt_m: Metres, when stated.
        speed_mps: Ground speed, when stated.
        heading_deg: Course over ground, clockwise from north, when stated.
        error_m: 95 % radius as far as the source tells (from DOP or accuracy), else None.
    """

    time_s: float
    lat: float
    lon: float
    at: datetime | None = None
    alt_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    error_m: float | None = None


@dataclass(frozen=True, slots=True)
class RefusedFix:
    """A sample that was not believed, and why ("no lock", "null island", "absurd speed"...)."""

    time_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """The line of fixes of one drive, in time order, strictly increasing.

    Attributes:
        fixes: Those that were believed.
        refused: Those that were not, with the reason.
        source: Where they came from: "gpmf", "camm", "blackvue", "novatek", "gpx", "nmea", "csv", "srt".
        clip_time: True if time_s already counts from the clip's first frame; else it counts from the
            first fix and `Fix.at` joins the clocks.
    """

    fixes: tuple[Fix, ...]
    refused: tuple[RefusedFix, ...] = ()
    source: str = "gpx"
    clip_time: bool = False


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera's carrier was at one moment and how sure that is.

    Attributes:
        lat: Degrees, WGS 84.
        lon: Degrees, WGS 84.
        heading_deg: Of the carrier, clockwise from north.
        error_m: 95 % radius of the position.
        heading_error_deg: 95 % half-width of the heading.
        speed_mps: Along the heading.
    """

    lat: float
    lon: float
    heading_deg: float
    error_m: float
    heading_error_deg: float
    speed_mps: float = 0.0


#: Smaller disagreements of two clocks are not worth mending.
LEAST_CLOCK_OFFSET_S = 0.5


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """What must be added to the clip's clock so that it agrees with the trace's, as its images show it.

    Attributes:
        offset_s: The likeliest.
        sd_s: One standard deviation.
        explained: Share of what changes in the images that the trace explains at that offset.
        is_sure: True if no other offset is believable.
    """

    offset_s: float
    sd_s: float
    explained: float
    is_sure: bool

    @property
    def is_off(self) -> bool:
        """True if the clocks surely disagree."""
        return self.is_sure and abs(self.offset_s) > max(LEAST_CLOCK_OFFSET_S, 3.0 * self.sd_s)
