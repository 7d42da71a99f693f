import math
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from streetaudit.io.traces import quality
from streetaudit.io.traces.quality import Sample, believe, clip_start
from streetaudit.structures.trace import Fix, RefusedFix

#: One second of driving north at 10 m/s, in degrees.
STEP_DEG = 10.0 / 111_000.0
START = datetime(2026, 11, 23, 14, tzinfo=UTC)


def drive(seconds: int, start_s: float = 0.0, lat: float = 36.8) -> list[Sample]:
    return [Fix(start_s + i, lat + i * STEP_DEG, 118.05) for i in range(seconds)]


def moved(samples: list[Sample], place: int, **changes: Any) -> list[Sample]:
    sample = samples[place]
    assert isinstance(sample, Fix)
    return [*samples[:place], replace(sample, **changes), *samples[place + 1 :]]


@pytest.mark.parametrize(
    ("samples", "kept", "reasons"),
    [
        pytest.param(drive(20), 20, [], id="sound"),
        pytest.param([], 0, [], id="nothing"),
        pytest.param([RefusedFix(0.0, quality.NO_LOCK), *drive(5)], 5, [quality.NO_LOCK], id="no-lock"),
        pytest.param(moved(drive(9), 3, lat=0.0, lon=0.0), 8, [quality.NULL_ISLAND], id="null-island"),
        pytest.param(moved(drive(9), 0, lat=0.0, lon=0.0), 8, [quality.NULL_ISLAND], id="starts-at-null-island"),
        pytest.param(moved(drive(9), 3, lat=math.nan), 8, [quality.NOT_A_POSITION], id="nan"),
        pytest.param(moved(drive(9), 3, lat=91.0), 8, [quality.NOT_A_POSITION], id="lat-91"),
        pytest.param(moved(drive(9), 3, lon=-181.0), 8, [quality.NOT_A_POSITION], id="lon-181"),
        pytest.param(moved(drive(9), 3, time_s=math.inf), 8, [quality.NO_TIME], id="endless-time"),
        pytest.param(moved(drive(9), 4, lat=36.9), 8, [quality.ABSURD_SPEED], id="one-jump"),
        pytest.param(moved(drive(9), 0, lat=36.9), 8, [quality.ABSURD_SPEED], id="cold-start-far-off"),
        pytest.param(moved(drive(9), 8, lat=36.9), 8, [quality.ABSURD_SPEED], id="ends-far-off"),
        pytest.param(moved(drive(9), 4, lat=118.05 - 90, lon=36.8), 8, [quality.ABSURD_SPEED], id="turned-round"),
        pytest.param(
            drive(20) + drive(5, 20.0, 36.85) + drive(20, 25.0, 36.8 + 25 * STEP_DEG),
            40,
            [quality.ABSURD_SPEED] * 5,
            id="a-jump-of-five-seconds",
        ),
        pytest.param(
            drive(5, 0.0, 36.85) + drive(60, 5.0), 60, [quality.ABSURD_SPEED] * 5, id="wrong-for-the-first-seconds"
        ),
        pytest.param([*drive(5), *drive(5)[4:], *drive(3, 5.0)], 8, [quality.REPEATED], id="repeated-fix"),
        pytest.param([*drive(9), Fix(4.5, 36.8, 118.05)], 9, [quality.BACKWARDS], id="back-in-time"),
        pytest.param([Fix(-4e8, 36.8, 118.05), *drive(9)], 9, [quality.STRAY_TIME], id="clock-of-another-decade"),
        pytest.param([*drive(9), Fix(4e8, 36.8, 118.05)], 9, [quality.STRAY_TIME], id="clock-far-ahead"),
        pytest.param([*drive(30), *drive(30, 90_000.0)], 60, [], id="two-days-in-one-file"),
        pytest.param([*drive(30), *drive(30, 300.0, 36.85)], 60, [], id="a-tunnel"),
    ],
)
def test_what_cannot_be_true_is_refused_and_not_what_follows(
    samples: list[Sample], kept: int, reasons: list[str]
) -> None:
    trace = believe(samples, "gpx")
    assert len(trace.fixes) == kept
    assert [fix.reason for fix in trace.refused] == reasons
    assert len(trace.fixes) + len(trace.refused) == len(samples)
    times_s = [fix.time_s for fix in trace.fixes]
    assert times_s == sorted(set(times_s))


def test_noise_of_a_fast_receiver_is_no_jump() -> None:
    jitter = [Fix(i / 18.0, 36.8 + (i % 2) * 8e-5, 118.05) for i in range(90)]  # 9 m in 56 ms
    assert len(believe(jitter, "gpmf").fixes) == 90


def test_file_times_count_from_the_first_believed_fix_and_clip_times_stay() -> None:
    samples = moved(drive(5, 1000.0), 0, lat=0.0, lon=0.0)
    assert [fix.time_s for fix in believe(samples, "gpx").fixes] == [0.0, 1.0, 2.0, 3.0]
    assert believe(samples, "gpx").refused[0].time_s == -1.0
    assert [fix.time_s for fix in believe(samples, "gpmf", clip_time=True).fixes] == [1001.0, 1002.0, 1003.0, 1004.0]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param(Fix(0.0, 36.8, 118.0, speed_mps=-1.0), Fix(0.0, 36.8, 118.0), id="negative-speed"),
        pytest.param(Fix(0.0, 36.8, 118.0, speed_mps=900.0), Fix(0.0, 36.8, 118.0), id="flying"),
        pytest.param(Fix(0.0, 36.8, 118.0, heading_deg=math.nan), Fix(0.0, 36.8, 118.0), id="no-heading"),
        pytest.param(
            Fix(0.0, 36.8, 118.0, heading_deg=-10.0), Fix(0.0, 36.8, 118.0, heading_deg=350.0), id="heading-turned"
        ),
        pytest.param(Fix(0.0, 36.8, 118.0, error_m=0.0), Fix(0.0, 36.8, 118.0), id="perfect-is-unknown"),
        pytest.param(Fix(0.0, 36.8, 118.0, alt_m=math.inf), Fix(0.0, 36.8, 118.0), id="endless-height"),
    ],
)
def test_extras_that_cannot_be_true_are_unknown(said: Fix, kept: Fix) -> None:
    assert believe([said], "csv").fixes == (kept,)


def test_random_positions_cost_no_time_squared() -> None:
    scattered: list[Sample] = [Fix(float(i), -80 + (i * 37) % 160, -170 + (i * 101) % 340) for i in range(8_000)]
    trace = believe(scattered, "csv")
    assert len(trace.fixes) + len(trace.refused) == 8_000


def test_the_gps_clock_tells_when_the_clip_began() -> None:
    fixes = [Fix(i + 0.5, 36.8, 118.0, at=START.replace(second=i + 2)) for i in range(5)]
    trace = believe(fixes, "gpmf", clip_time=True)
    assert clip_start(trace) == START.replace(second=1, microsecond=500_000)
    assert clip_start(believe(fixes, "gpx")) is None
