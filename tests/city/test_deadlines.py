from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streetaudit.city.calendar import Calendar
from streetaudit.city.deadlines import WorkingTime, due_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(
    holidays=frozenset(date(2026, 10, day) for day in range(1, 8)), workdays=frozenset({date(2026, 10, 10)})
)
CITY = WorkingTime(SHANGHAI, CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "limit_h", "clock", "due"),
    [
        pytest.param("2026-11-24T08:30", 2, "work", "2026-11-24T10:30", id="same-morning"),
        pytest.param("2026-11-24T11:00", 4, "work", "2026-11-24T17:00", id="over-noon"),
        pytest.param("2026-11-24T12:30", 4, "work", "2026-11-24T18:00", id="starts-in-the-break-ends-at-six"),
        pytest.param("2026-11-24T22:00", 4, "work", "2026-11-25T12:00", id="night-find-counts-from-eight"),
        pytest.param("2026-11-24T17:00", 4, "work", "2026-11-25T11:00", id="over-night"),
        pytest.param("2026-11-27T17:00", 4, "work", "2026-11-30T11:00", id="over-a-weekend"),
        pytest.param("2026-09-30T17:00", 4, "work", "2026-10-08T11:00", id="over-golden-week"),
        pytest.param("2026-10-09T17:00", 4, "work", "2026-10-10T11:00", id="make-up-saturday"),
        pytest.param("2026-11-24T08:00", 40, "work", "2026-11-30T18:00", id="five-working-days"),
        pytest.param("2026-11-24T22:00", 2, "continuous", "2026-11-25T00:00", id="urgent-at-night"),
        pytest.param("2026-10-01T22:00", 24, "continuous", "2026-10-02T22:00", id="urgent-on-a-holiday"),
        pytest.param("2026-11-24T10:00", 0, "work", "2026-11-24T10:00", id="at-once"),
    ],
)
def test_deadlines(start: str, limit_h: float, clock: Literal["work", "continuous"], due: str) -> None:
    got = due_at(local(start), limit_h, clock=clock, working=CITY)
    assert got.astimezone(SHANGHAI) == local(due)
    assert got.tzinfo is UTC


def test_daylight_saving_moves_the_clock_not_the_hours() -> None:
    berlin = WorkingTime(ZoneInfo("Europe/Berlin"), Calendar(), ((time(8), time(16)),))
    start = datetime(2026, 10, 23, 12, 0, tzinfo=ZoneInfo("Europe/Berlin"))  # Friday before the clocks go back
    due = due_at(start, 6, clock="work", working=berlin)
    assert due == datetime(2026, 10, 26, 10, 0, tzinfo=ZoneInfo("Europe/Berlin"))


@given(st.integers(0, 60 * 24 * 30), st.floats(0.0, 80.0), st.floats(0.01, 80.0))
def test_a_longer_limit_is_never_due_earlier(minute: int, first_h: float, more_h: float) -> None:
    start = datetime(2026, 9, 20, tzinfo=UTC) + timedelta(minutes=minute)
    early = due_at(start, first_h, clock="work", working=CITY)
    late = due_at(start, first_h + more_h, clock="work", working=CITY)
    assert start <= early <= late
    # Working on where the first limit ended gives the same moment.
    assert abs(due_at(early, more_h, clock="work", working=CITY) - late) < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "spans",
    [
        pytest.param((), id="none"),
        pytest.param(((time(12), time(8)),), id="reversed"),
        pytest.param(((time(8), time(12)), (time(11), time(18))), id="overlapping"),
    ],
)
def test_spans_that_cannot_be_meant_are_refused(spans: tuple[tuple[time, time], ...]) -> None:
    with pytest.raises(ValueError, match="want spans"):
        WorkingTime(SHANGHAI, CALENDAR, spans)


def test_mistakes_are_value_errors() -> None:
    with pytest.raises(ValueError, match="aware"):
        due_at(datetime(2026, 1, 1), 1, clock="work", working=CITY)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="limit_h"):
        due_at(local("2026-01-01T10:00"), -1, clock="work", working=CITY)
    never = Calendar(holidays=frozenset(date(2026, 1, 1) + timedelta(days=day) for day in range(4000)))
    with pytest.raises(ValueError, match="working days"):
        due_at(local("2026-01-01T10:00"), 1, clock="work", working=WorkingTime(SHANGHAI, never))
