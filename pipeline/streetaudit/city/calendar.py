"""Which days a city does not work: public holidays, weekends, and weekend days that are worked instead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from streetaudit.errors import ConfigError

#: Years for which a country's holidays are worked out: no footage is older, no deadline later.
YEARS = range(2015, 2041)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that differ from an ordinary week.

    Attributes:
        holidays: Public holidays: `PH` in opening hours; not worked.
        workdays: Weekend days that are worked (调休).
    """

    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        """True if offices are open on that day.

        >>> Calendar().is_worked(date(2026, 11, 24)), Calendar().is_worked(date(2026, 11, 28))
        (True, False)
        """
        if day in self.workdays:
            return True
        return day not in self.holidays and day.weekday() < 5

    def text(self) -> str:
        """The days as text in a fixed order, for hashes."""
        days = (",".join(day.isoformat() for day in sorted(listed)) for listed in (self.holidays, self.workdays))
        return ";".join(days)


def country_calendar(
    country: str, *, holidays: Iterable[date] = (), workdays: Iterable[date] = (), years: Iterable[int] = YEARS
) -> Calendar:
    """A country's public holidays with a city's own days added; "" for the city's own days alone.

    Raises:
        ConfigError: If the country is not known, or the `holidays` package is not installed.
    """
    own, worked = frozenset(holidays), frozenset(workdays)
    if not country:
        return Calendar(own, worked)
    try:
        import holidays as package  # an extra: cities that list their own days need not carry 14 MB
    except ImportError as error:
        raise ConfigError("country holidays need `pip install holidays`; or list the days yourself") from error
    try:
        listed = package.country_holidays(country.upper(), years=list(years))
    except NotImplementedError as error:
        raise ConfigError(f"no holidays are known for country {country!r}; write its two letters, like CN") from error
    swapped = frozenset(getattr(listed, "weekend_workdays", ()))
    return Calendar(own | (frozenset(listed) - worked), worked | (swapped - own))
