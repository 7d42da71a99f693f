from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from scene import ORIGIN, START
from streetaudit.batch.plan import clock_note
from streetaudit.structures.trace import Fix, Trace


def trace(at: datetime | None, *, clip_time: bool = True) -> Trace:
    fixes = tuple(
        Fix(float(second), *ORIGIN.to_degrees(0.0, 5.0 * second), at=at + timedelta(seconds=second) if at else None)
        for second in range(3)
    )
    return Trace(fixes, clip_time=clip_time)


@pytest.mark.parametrize(
    ("container", "found", "says"),
    [
        pytest.param(START, trace(START + timedelta(seconds=2)), "", id="agree"),
        pytest.param(START, trace(START + timedelta(hours=8)), "clock_offset_s = 28800", id="local-time-as-utc"),
        pytest.param(None, trace(START), "", id="no-container-clock"),
        pytest.param(START, trace(None), "", id="no-gps-clock"),
        pytest.param(START, trace(START + timedelta(hours=8), clip_time=False), "", id="not-the-clip-s-own-trace"),
        pytest.param(START, None, "", id="no-trace"),
    ],
)
def test_a_container_clock_that_contradicts_the_gps_is_named(
    container: datetime | None, found: Trace | None, says: str
) -> None:
    note = clock_note(container, found)
    assert says in note
    assert bool(note) == bool(says)
