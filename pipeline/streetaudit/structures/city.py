"""The city's map and its rules, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

ZoneKind = Literal[
    "no_parking", "parking_permitted", "vending_permitted", "ad_permitted", "patrol_area", "privacy_mask"
]

#: A ring is a closed line of (lon, lat) degrees, first point repeated last; the first ring is the outline,
#: the others are holes (RFC 7946, section 3.1.6).
Ring = tuple[tuple[float, float], ...]
Polygon = tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon of the city's map, or of one fixed camera's image.

    Attributes:
        kind: What it forbids or permits.
        polygons: One or more, WGS 84; of an image (x, y) in shares of its width and height, y down.
        name: For people.
        hours: OpenStreetMap opening_hours during which it is in force.
        valid_from: First day, None for always.
        valid_to: Last day, None for ever.
        responsible: Party that has to act, None if unknown.
        shadow: True while on trial: its cases are kept apart and never exported.
    """

    kind: ZoneKind
    polygons: tuple[Polygon, ...]
    name: str = ""
    hours: str = "24/7"
    valid_from: date | None = None
    valid_to: date | None = None
    responsible: str | None = None
    shadow: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the city's unit grid (about 10,000 square metres)."""

    code: str
    polygons: tuple[Polygon, ...]
    street: str | None = None
    community: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """What the city cares about: one line of the catalogue.

    Attributes:
        name: "litter", "street_stall", ...
        classes: Detector classes that may show it.
        forbidden_in: Zone kinds inside which it is a problem; empty means everywhere.
        permitted_in: Zone kinds inside which (in their hours) it is none.
        stationary: True if only a thing that stands still counts.
        min_confidence: Of the track.
        min_frames: Observations needed.
        codes: Scheme name to the city's code, as strings.
        limit_h: Hours to act, None if the city sets none.
        title: Language tag to the name people read.
        clock: "work" counts limit_h in office hours (工作时), "continuous" around the clock (紧急工作时).
        min_probability: That the thing really stands where it is a problem, given its error; below it no case.
        shadow: True while the rule is on trial.
        codes_outside_hours: As `codes`, for a thing at a permitted spot outside its hours; empty means `codes`.
        dwell_s: Seconds that a thing must be seen to stand, where the camera is fixed; from a vehicle a pass proves no
            time, and standing is enough for a candidate, unless pass_dwell_s asks for more.
        pass_dwell_s: Seconds that two passes of one night must be apart that see the same thing standing, where the
            camera moves; 0 where one pass is enough.
    """

    name: str
    classes: tuple[str, ...]
    forbidden_in: tuple[ZoneKind, ...] = ()
    permitted_in: tuple[ZoneKind, ...] = ()
    stationary: bool = False
    min_confidence: float = 0.3
    min_frames: int = 3
    codes: tuple[tuple[str, str], ...] = ()
    limit_h: float | None = None
    title: tuple[tuple[str, str], ...] = ()
    clock: Literal["work", "continuous"] = "work"
    min_probability: float = 0.8
    shadow: bool = False
    codes_outside_hours: tuple[tuple[str, str], ...] = ()
    dwell_s: float = 0.0
    pass_dwell_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence as a message and its values, to be said in the reader's language: see `streetaudit.city.why`.

    Attributes:
        id: Of the message.
        values: What its words are filled with, by name; reasons among them are said first.
    """

    id: str
    values: tuple[tuple[str, Reason | str | float], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say of one track at one place and time.

    Attributes:
        problem: The catalogue's name, or None where it is no problem.
        rule: Id of the rule that decided.
        rule_version: Hash of catalogue and zones: changes when either does.
        why: One sentence for a person in English, both for what fired and what did not.
        shadow: True if a zone or rule in its trial phase decided.
        probability: That the thing really stands where the rule says, 0 to 1, given its error.
        zone: Name of the deciding zone, if any.
        reason: What `why` says, for other languages; None where it was written by hand or before reasons were kept.
        unproven: The problem that it is once another pass of the night sees the same thing at least `needs_s` apart;
            until then it is none.
        needs_s: Seconds.
    """

    problem: str | None
    rule: str
    rule_version: str
    why: str
    shadow: bool = False
    probability: float = 1.0
    zone: str | None = None
    reason: Reason | None = None
    unproven: str | None = None
    needs_s: float = 0.0
