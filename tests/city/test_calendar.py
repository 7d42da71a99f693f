import sys
from datetime import date

import pytest

from streetaudit.city.calendar import Calendar, country_calendar
from streetaudit.errors import ConfigError


def test_an_ordinary_week_works_on_weekdays() -> None:
    worked = [Calendar().is_worked(date(2026, 11, 23 + day)) for day in range(7)]
    assert worked == [True] * 5 + [False] * 2


def test_a_holiday_is_off_and_a_swapped_sunday_is_worked() -> None:
    pytest.importorskip("holidays")
    calendar = country_calendar("cn", years=[2026])
    assert not calendar.is_worked(date(2026, 10, 1))
    assert calendar.is_worked(date(2026, 9, 20))  # 调休 for 6 October, a Sunday
    assert date(2026, 10, 6) in calendar.holidays


def test_the_citys_own_days_win_over_the_countrys() -> None:
    pytest.importorskip("holidays")
    own = country_calendar("CN", holidays=[date(2026, 9, 20)], workdays=[date(2026, 10, 1)], years=[2026])
    assert own.is_worked(date(2026, 10, 1))
    assert not own.is_worked(date(2026, 9, 20))


def test_without_a_country_only_the_listed_days_count() -> None:
    calendar = country_calendar("", holidays=[date(2026, 5, 4)])
    assert calendar == Calendar(holidays=frozenset({date(2026, 5, 4)}))


def test_without_the_package_a_country_is_refused_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(ConfigError, match="list the days yourself"):
        country_calendar("CN")


def test_an_unknown_country_is_refused() -> None:
    pytest.importorskip("holidays")
    with pytest.raises(ConfigError, match="two letters"):
        country_calendar("QQ")


def test_the_text_tells_calendars_apart_and_does_not_depend_on_order() -> None:
    days = [date(2026, 5, 4), date(2026, 1, 1)]
    assert Calendar(frozenset(days)).text() == Calendar(frozenset(reversed(days))).text()
    assert Calendar(frozenset(days)).text() != Calendar(frozenset(), frozenset(days)).text()
