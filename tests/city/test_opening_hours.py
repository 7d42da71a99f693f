from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from streetaudit.city.calendar import Calendar
from streetaudit.city.opening_hours import Hours, parse_hours

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDAR = Calendar(holidays=frozenset({date(2026, 10, 1)}))


def hours(expression: str, timezone: ZoneInfo = SHANGHAI) -> Hours:
    return parse_hours(expression, timezone=timezone, calendar=CALENDAR, spot=(36.8, 118.05))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("expression", "at", "is_open"),
    [
        pytest.param("24/7", "2026-11-24T03:00", True, id="always"),
        pytest.param("Mo-Su 07:00-21:00", "2026-11-24T07:00", True, id="first-minute"),
        pytest.param("Mo-Su 07:00-21:00", "2026-11-24T06:59", False, id="just-before"),
        pytest.param("Mo-Su 07:00-21:00", "2026-11-24T21:00", False, id="last-minute-is-out"),
        pytest.param("Mo-Fr 08:00-12:00,14:00-18:00", "2026-11-24T13:00", False, id="noon-break"),
        pytest.param("Mo-Fr 08:00-18:00", "2026-11-28T10:00", False, id="saturday"),
        pytest.param("22:00-06:00", "2026-11-24T02:00", True, id="over-midnight"),
        pytest.param("Mo 22:00-06:00", "2026-11-24T02:00", True, id="monday-night-on-tuesday"),
        pytest.param("Tu 22:00-06:00", "2026-11-24T02:00", False, id="tuesday-night-not-yet"),
        pytest.param("Mo-Su 07:00-21:00; PH off", "2026-10-01T10:00", False, id="holiday-off"),
        pytest.param("Mo-Su 07:00-21:00; PH off", "2026-10-02T10:00", True, id="day-after-holiday"),
        pytest.param("Mo-Fr,PH 10:00-12:00", "2026-10-01T10:30", True, id="holiday-in-a-list"),
        pytest.param("PH 10:00-12:00", "2026-10-01T10:30", True, id="holiday-only"),
        pytest.param("PH 10:00-12:00", "2026-11-24T10:30", False, id="holiday-only-on-a-tuesday"),
        pytest.param("Sa,Su,PH 08:00-20:00", "2026-10-01T10:30", True, id="weekend-and-holiday"),
        pytest.param("May-Sep 06:00-22:00", "2026-11-24T10:00", False, id="season"),
        pytest.param("2026 Nov 20-2026 Nov 30 08:00-12:00", "2026-11-24T10:00", True, id="dates"),
        pytest.param("sunrise-sunset", "2026-11-24T12:00", True, id="daylight"),
        pytest.param("sunrise-sunset", "2026-11-24T19:00", False, id="dark"),
        pytest.param("off", "2026-11-24T12:00", False, id="never"),
        pytest.param("Mo-Fr 08:00-18:00 unknown", "2026-11-24T10:00", None, id="unknown"),
        pytest.param('Mo-Fr 08:00-18:00 "market days"', "2026-11-24T10:00", None, id="comment"),
    ],
)
def test_hours_at_a_moment(expression: str, at: str, is_open: bool | None) -> None:
    assert hours(expression).is_open(local(at)) is is_open


def test_the_citys_clock_counts_not_the_one_of_the_footage() -> None:
    at = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 07:30 on Wednesday in Shanghai
    assert hours("We 07:00-09:00").is_open(at) is True
    assert hours("We 07:00-09:00", ZoneInfo("UTC")).is_open(at) is False


def test_an_unknown_clock_cannot_decide_unless_it_is_always() -> None:
    assert hours("Mo-Su 07:00-21:00").is_open(None) is None
    assert hours("24/7").is_open(None) is True


def test_a_naive_time_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="aware"):
        hours("Mo-Su 07:00-21:00").is_open(datetime(2026, 11, 24, 10, 0))  # noqa: DTZ001 - the point of the test


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        pytest.param("rubbish", "from 'rubbish' on", id="rubbish"),
        pytest.param("Mo-Fr 8-18", "from '8-18' on", id="no-minutes"),
        pytest.param("Mo-Fr 08:00-12:00;", "write it like", id="trailing-semicolon"),
        pytest.param("", "write it like", id="empty"),
        pytest.param("Mo-Fr 07:00-17:00; SH off", "school holidays", id="school-holidays"),
        pytest.param("Mo-Su 07:00-21:00; PH -1 day off", "cannot be read", id="day-before-a-holiday"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_spot(expression: str, message: str) -> None:
    with pytest.raises(ValueError, match="write") as caught:
        hours(expression)
    assert message in str(caught.value)
