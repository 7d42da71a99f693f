"""OpenStreetMap opening hours, asked at one moment: the one file that knows the library behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from opening_hours import (  # type: ignore[attr-defined]  # its stub does not list ParserError
    OpeningHours,
    ParserError,
    State,
)

from streetaudit.city.calendar import Calendar

_HOLIDAY = re.compile(r"\bPH\b")
_SCHOOL = re.compile(r"\bSH\b")
_ALWAYS = "24/7"


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours at one place.

    The library knows holidays by country only, so `PH` is resolved here: on a public holiday the expression is read
    with every day of the week in place of `PH`; on other days `PH` never matches. It is the calendar day of the
    moment that counts: a night that spills past midnight follows the day it spills into.

    Attributes:
        expression: As written on the map.
        ordinary: The expression on ordinary days.
        holiday: The expression on public holidays.
        timezone: The city's.
        calendar: Its holidays.
    """

    expression: str
    ordinary: OpeningHours
    holiday: OpeningHours
    timezone: ZoneInfo
    calendar: Calendar

    @property
    def is_always(self) -> bool:
        """True for hours that need no clock."""
        return self.expression == _ALWAYS

    def is_open(self, at: datetime | None) -> bool | None:
        """Whether they hold at that moment; None if that cannot be known.

        Args:
            at: Aware time of any zone, None where the footage's clock is unknown.

        Raises:
            ValueError: If the time is naive.
        """
        if self.is_always:
            return True
        if at is None:
            return None
        if at.tzinfo is None:
            raise ValueError(f"want an aware time; got {at!r}")
        local = at.astimezone(self.timezone).replace(tzinfo=None)
        hours = self.holiday if local.date() in self.calendar.holidays else self.ordinary
        state, comment = hours.state(local)
        if state == State.UNKNOWN or (state == State.OPEN and comment):
            return None  # "by appointment", "market days": a person may know, we do not
        return bool(state == State.OPEN)


def parse_hours(expression: str, *, timezone: ZoneInfo, calendar: Calendar, spot: tuple[float, float]) -> Hours:
    """The hours of an expression like `Mo-Su 07:00-21:00; PH off`.

    Args:
        expression: OpenStreetMap opening_hours.
        timezone: The city's.
        calendar: Its public holidays.
        spot: (lat, lon) for sunrise and sunset.

    Raises:
        ValueError: If it cannot be read, with what is wrong.
    """
    text = expression.strip()
    if _SCHOOL.search(text):
        raise ValueError("school holidays (SH) are not known here; write their dates, like 2026 Jul 05-2026 Aug 31")
    ordinary = _parse(text, timezone, spot)
    holiday = _parse(_HOLIDAY.sub("Mo-Su", text), timezone, spot)
    return Hours(text, ordinary, holiday, timezone, calendar)


def _parse(text: str, timezone: ZoneInfo, spot: tuple[float, float]) -> OpeningHours:
    try:
        return OpeningHours(text, timezone=timezone, coords=spot, auto_country=False, auto_timezone=False)
    except ParserError as error:
        column = re.search(r"--> 1:(\d+)", str(error))
        rest = text[int(column[1]) - 1 :] if column else text
        raise ValueError(f"cannot be read from {rest!r} on; write it like Mo-Fr 07:00-19:00; PH off") from error
