"""A night as its report tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from streetaudit.structures.run import ClipRun


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one class in one clip.

    Attributes:
        class_name: Of the taxonomy.
        things: Sightings, problem or not.
        confidence: Their mean.
        placed: How many have a place.
        error_m: Mean of the radii that hold the truth 95 % of the time, None where none is placed.
    """

    class_name: str
    things: int
    confidence: float
    placed: int
    error_m: float | None


@dataclass(frozen=True, slots=True)
class AuditedClip:
    """One clip of a night.

    Attributes:
        run: What was done with it.
        took_s: Seconds of a worker's time, 0 where that was not noted.
        seen: What was seen, by class.
    """

    run: ClipRun
    took_s: float
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """Cases of one problem, cell or party.

    Attributes:
        new: Seen for the first time.
        again: Seen before, and again.
        gone: Looked for and found gone.
    """

    new: int = 0
    again: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure of the night against the nights before.

    Attributes:
        name: Which figure: "things_per_km", "confidence", "placed_share", "error_m", "traced_share".
        about: A class, or "" for the whole night.
        value: Tonight.
        usual: Median of the nights before, None without any.
        is_unusual: Whether it is farther from that than the nights before explain.
    """

    name: str
    about: str
    value: float
    usual: float | None
    is_unusual: bool


@dataclass(frozen=True, slots=True)
class SlowClip:
    """A clip that took long.

    Attributes:
        name: Of the file.
        took_s: Seconds of a worker's time.
        footage_s: Clip time that was looked at.
    """

    name: str
    took_s: float
    footage_s: float


@dataclass(frozen=True, slots=True)
class NightReport:
    """What a night was.

    Attributes:
        day: On which it began, by the city's time.
        start: Aware.
        end: Aware.
        made_at: Aware.
        clips: How many.
        kilometres: Looked at.
        minutes: Of footage looked at.
        frames: Looked at.
        skipped: Reason to number of frames.
        failures: Name and reason of each clip that was not looked at in full.
        by_problem: Cases.
        by_cell: Cases; "" for those in none.
        by_responsible: Cases; "" for those of nobody.
        slowest: Slowest first.
        drift: Against the nights before.
        nights_before: How many there were to compare with.
        waiting: Cases that wait for a decision.
        review_hours: Expected work on them.
        ways: (lat, lon) of the way of each clip.
    """

    day: date
    start: datetime
    end: datetime
    made_at: datetime
    clips: int
    kilometres: float
    minutes: float
    frames: int
    skipped: Mapping[str, int]
    failures: tuple[tuple[str, str], ...]
    by_problem: Mapping[str, Counted]
    by_cell: Mapping[str, Counted]
    by_responsible: Mapping[str, Counted]
    slowest: tuple[SlowClip, ...]
    drift: tuple[Drift, ...]
    nights_before: int
    waiting: int
    review_hours: float
    ways: tuple[tuple[tuple[float, float], ...], ...]
