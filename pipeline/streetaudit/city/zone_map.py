"""The city's zones with their clocks: which of them a place may lie in, and whether they are in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray

from streetaudit.city.calendar import Calendar
from streetaudit.city.cloud import SIZE, cloud, inside, shape_of
from streetaudit.city.opening_hours import Hours, parse_hours
from streetaudit.errors import MapError
from streetaudit.structures.city import Zone
from streetaudit.structures.place import Place


class Force(StrEnum):
    """Whether a zone is in force at a moment, and if not, why."""

    IN_FORCE = "in force"
    OUTSIDE_HOURS = "outside its hours"
    OUTSIDE_DATES = "outside its dates"
    UNKNOWN = "not known to be in force"


@dataclass(frozen=True, slots=True, eq=False)
class ZoneAt:
    """A zone that a place may lie in.

    Attributes:
        zone: Which one.
        force: At the moment that was asked for.
        mask: bool (SIZE,), which positions of the place's cloud lie inside.
    """

    zone: Zone
    force: Force
    mask: NDArray[np.bool_]

    @property
    def probability(self) -> float:
        """That the thing stands inside, 0 to 1."""
        return float(self.mask.mean())


class ZoneMap:
    """All zones of a city found by place, or those of one camera's image found by point.

    Args:
        zones: Of one of the two.
        timezone: In which hours are read.
        calendar: Public holidays.
        spot: (lat, lon) for sunrise and sunset; None takes each zone's middle.

    Raises:
        MapError: If a zone's hours cannot be read.
    """

    def __init__(
        self,
        zones: Iterable[Zone],
        *,
        timezone: ZoneInfo,
        calendar: Calendar,
        spot: tuple[float, float] | None = None,
    ) -> None:
        self.zones = tuple(zones)
        self._timezone = timezone
        self._shapes = [shape_of(zone.polygons) for zone in self.zones]
        middles = [(shape.centroid.y, shape.centroid.x) for shape in self._shapes]
        self._hours = [
            _hours(zone, spot or middle, timezone, calendar) for zone, middle in zip(self.zones, middles, strict=True)
        ]
        self._tree = shapely.STRtree(self._shapes)

    def at(self, place: Place, at: datetime | None) -> tuple[ZoneAt, ...]:
        """The zones that the place may lie in, in the map's order.

        Args:
            place: With its error.
            at: Aware time; None where it is not known.
        """
        points = cloud(place)
        low, high = points.min(axis=0), points.max(axis=0)
        near = sorted(self._tree.query(shapely.box(low[0], low[1], high[0], high[1])).tolist())
        found = (ZoneAt(self.zones[i], self._force(i, at), inside(self._shapes[i], points)) for i in near)
        return tuple(zone_at for zone_at in found if zone_at.mask.any())

    def at_point(self, point: tuple[float, float], at: datetime | None) -> tuple[ZoneAt, ...]:
        """The zones that a point of the image lies in, for sure, in their order."""
        near = sorted(self._tree.query(shapely.Point(point), predicate="intersects").tolist())
        return tuple(ZoneAt(self.zones[i], self._force(i, at), np.ones(SIZE, np.bool_)) for i in near)

    def has(self, kinds: Collection[str]) -> bool:
        """True if the map has a zone of one of the kinds."""
        return any(zone.kind in kinds for zone in self.zones)

    def _force(self, index: int, at: datetime | None) -> Force:
        zone, hours = self.zones[index], self._hours[index]
        if at is None:
            known = hours.is_always and zone.valid_from is None and zone.valid_to is None
            return Force.IN_FORCE if known else Force.UNKNOWN
        is_open = hours.is_open(at)
        day = at.astimezone(self._timezone).date()
        if (zone.valid_from and day < zone.valid_from) or (zone.valid_to and day > zone.valid_to):
            return Force.OUTSIDE_DATES
        if is_open is None:
            return Force.UNKNOWN
        return Force.IN_FORCE if is_open else Force.OUTSIDE_HOURS


def union(zones: Iterable[ZoneAt]) -> NDArray[np.bool_]:
    """Which positions of the cloud lie in any of the zones: bool (SIZE,)."""
    mask = np.zeros(SIZE, np.bool_)
    for zone_at in zones:
        mask |= zone_at.mask
    return mask


def _hours(zone: Zone, spot: tuple[float, float], timezone: ZoneInfo, calendar: Calendar) -> Hours:
    try:
        return parse_hours(zone.hours, timezone=timezone, calendar=calendar, spot=spot)
    except ValueError as error:
        raise MapError(f"zone {zone.name!r}: hours {zone.hours!r}: {error}") from error
