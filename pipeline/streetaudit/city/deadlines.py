"""When a case must be dealt with: office hours (工作时) or around the clock (紧急工作时)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from streetaudit.city.calendar import Calendar

Span = tuple[time, time]

#: Office hours where a city states none: eight hours a day.
OFFICE_HOURS: tuple[Span, ...] = ((time(8), time(12)), (time(14), time(18)))

#: A limit that is not used up after so many days is a calendar without working days.
_HORIZON_DAYS = 3660


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The hours in which a city's offices work.

    Attributes:
        timezone: The city's.
        calendar: Holidays and worked weekend days.
        spans: Of one working day, in order, within the day.

    Raises:
        ValueError: If a span ends before it begins, or before the one in front of it.
    """

    timezone: ZoneInfo
    calendar: Calendar
    spans: tuple[Span, ...] = OFFICE_HOURS

    def __post_init__(self) -> None:
        edges = [edge for span in self.spans for edge in span]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            raise ValueError(f"want spans in order, each with begin < end; got {self.spans}")

    def after(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The working spans from an aware moment on, as UTC, the first one cut at it."""
        first = start.astimezone(self.timezone).date()
        for offset in range(_HORIZON_DAYS):
            day = first + timedelta(days=offset)
            if not self.calendar.is_worked(day):
                continue
            for begin, end in ((self._utc(day, b), self._utc(day, e)) for b, e in self.spans):
                if end > start:
                    yield max(begin, start), end

    def _utc(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.timezone).astimezone(UTC)


def due_at(start: datetime, limit_h: float, *, clock: Literal["work", "continuous"], working: WorkingTime) -> datetime:
    """The UTC moment at which a limit of so many hours is used up.

    Args:
        start: Aware moment from which it counts.
        limit_h: Hours of the named clock.
        clock: "work" for office hours, "continuous" for hours of any day and night.
        working: The city's office hours.

    Raises:
        ValueError: If the start is naive, the limit negative, or the calendar has no working days.
    """
    if start.tzinfo is None or limit_h < 0.0:
        raise ValueError(f"want an aware start and limit_h >= 0; got {start!r}, {limit_h}")
    left = timedelta(hours=limit_h)
    if clock == "continuous":
        return start.astimezone(UTC) + left
    for begin, end in working.after(start.astimezone(UTC)):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise ValueError(f"want a calendar with working days; got none in {_HORIZON_DAYS} days after {start}")
