"""Zones, places and rules for the tests of the city, in metres about one spot."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from streetaudit.city.calendar import Calendar
from streetaudit.city.catalogue import load_catalogue, shipped_catalogue
from streetaudit.city.rules import Rules
from streetaudit.structures.city import Polygon, Verdict, Zone, ZoneKind
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced, Place

HOME = LocalFrame(36.8, 118.05)
SHANGHAI = ZoneInfo("Asia/Shanghai")
CATALOGUE = load_catalogue(shipped_catalogue())
#: A Tuesday, 10:00 in Shanghai.
TUESDAY_10 = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def rectangle(west_m: float, south_m: float, east_m: float, north_m: float) -> Polygon:
    corners = [(west_m, south_m), (east_m, south_m), (east_m, north_m), (west_m, north_m), (west_m, south_m)]
    ring = [HOME.to_degrees(east, north) for east, north in corners]
    return (tuple((lon, lat) for lat, lon in ring),)


def zone(kind: ZoneKind, *box_m: float, **values: Any) -> Zone:
    values.setdefault("name", kind)
    return Zone(kind, (rectangle(*box_m),), **values)


def place(east_m: float, north_m: float, error_m: float = 1.0, **values: Any) -> Place:
    lat, lon = HOME.to_degrees(east_m, north_m)
    return Place(lat, lon, error_m, **values)


def rules(*zones: Zone, calendar: Calendar | None = None) -> Rules:
    return Rules(CATALOGUE, zones, timezone=SHANGHAI, calendar=calendar)


def judge(made: Rules, class_name: str, at_place: Place | NotPlaced, **values: Any) -> Verdict:
    seen = {"confidence": 0.8, "frames": 9, "motion": "stationary", "at": TUESDAY_10, **values}
    return made.judge(class_name=class_name, place=at_place, **seen)
