import dataclasses
import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from streetaudit.locate.pose import PoseLine, fixed_pose, pose_line
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame, distance_m, turn_deg
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.trace import Fix, Pose, Trace

FRAME = LocalFrame(36.8, 118.05)
START = datetime(2026, 5, 1, 22, 0, tzinfo=UTC)


def drive(
    seconds: float = 60.0, *, rate_hz: float = 1.0, noise_m: float = 0.3, stops: tuple[float, float] | None = None
) -> tuple[Trace, dict[float, tuple[float, float, float]]]:
    """A drive round bends at 8 m/s with its truth by time: east, north, heading in degrees."""
    rng, fixes, truth = np.random.default_rng(7), [], {}
    east, north, heading, step = 0.0, 0.0, 20.0, 0.01
    for index in range(int(seconds / step) + 1):
        now = round(index * step, 2)
        pace = 1.0 if stops is None else min(1.0, max(stops[0] - now, now - stops[1], 0.0) / 4.0)  # brakes in 4 s
        truth[now] = (east, north, heading)
        if index % round(1 / step / rate_hz) == 0:
            lat, lon = FRAME.to_degrees(east + rng.normal(0, noise_m), north + rng.normal(0, noise_m))
            fixes.append(Fix(now, lat, lon, at=START + timedelta(seconds=now)))
        heading += pace * 6.0 * math.sin(now / 8.0) * step
        east += pace * 8.0 * step * math.sin(math.radians(heading))
        north += pace * 8.0 * step * math.cos(math.radians(heading))
    return Trace(tuple(fixes)), truth


def line(trace: Trace, **how: object) -> PoseLine:
    found = pose_line(trace, clip_started_at=START, **how)  # type: ignore[arg-type]  # keywords by name
    assert isinstance(found, PoseLine), found
    return found


def pose(path: PoseLine, time_s: float) -> Pose:
    found = path.at(time_s)
    assert isinstance(found, Pose), found
    return found


def off_m(found: Pose, truth: tuple[float, float, float]) -> float:
    return distance_m(found.lat, found.lon, *FRAME.to_degrees(truth[0], truth[1]))


@pytest.mark.parametrize("rate_hz", [1.0, 5.0, 10.0])
def test_between_fixes_position_and_heading_follow_the_bends(rate_hz: float) -> None:
    trace, truth = drive(rate_hz=rate_hz)
    path = line(trace)
    times = [2.35 + 0.97 * k for k in range(55)]
    misses = [off_m(pose(path, t), truth[round(t, 2)]) for t in times]
    turns = [abs(turn_deg(pose(path, t).heading_deg, truth[round(t, 2)][2])) for t in times]
    assert np.median(misses) < 0.5
    assert np.percentile(turns, 95) < 5.0


def test_the_heading_error_is_honest() -> None:
    trace, truth = drive(240.0)
    path = line(trace)
    times = [2.35 + 0.97 * k for k in range(240)]
    found = [(pose(path, t), truth[round(t, 2)]) for t in times]
    inside = np.mean([abs(turn_deg(p.heading_deg, t[2])) <= p.heading_error_deg for p, t in found])
    assert inside > 0.9


def test_heading_is_held_while_standing_and_standing_is_no_distance() -> None:
    trace, truth = drive(60.0, stops=(20.0, 40.0))
    path = line(trace)
    for time_s in (25.0, 30.0, 35.0):
        assert abs(turn_deg(pose(path, time_s).heading_deg, truth[20.0][2])) < 6.0
        assert pose(path, time_s).speed_mps < 0.6
    assert path.distance_m(24.0, 36.0) < 1.5
    assert path.distance_m(0.0, 60.0) == pytest.approx(8.0 * 36.0, rel=0.03)


def test_a_start_at_rest_takes_the_first_motions_heading() -> None:
    trace, truth = drive(40.0, stops=(0.0, 15.0))
    assert abs(turn_deg(pose(line(trace), 5.0).heading_deg, truth[15.0][2])) < 8.0


@pytest.mark.parametrize(
    ("gap_s", "error_grows_to_m"),
    [pytest.param(4.0, 3.7, id="short"), pytest.param(20.0, 5.0, id="long"), pytest.param(50.0, 15.0, id="very-long")],
)
def test_gaps_are_bridged_with_growing_error(gap_s: float, error_grows_to_m: float) -> None:
    trace, _ = drive(120.0)
    kept = tuple(f for f in trace.fixes if not 30.0 < f.time_s < 30.0 + gap_s)
    path = line(dataclasses.replace(trace, fixes=kept))
    middle = pose(path, 30.0 + gap_s / 2)
    assert middle.error_m >= error_grows_to_m
    assert middle.error_m >= pose(path, 20.0).error_m


def test_a_minute_without_gps_has_no_pose() -> None:
    trace, _ = drive(180.0)
    kept = tuple(f for f in trace.fixes if not 30.0 < f.time_s < 100.0)
    found = line(dataclasses.replace(trace, fixes=kept)).at(60.0)
    assert isinstance(found, NotPlaced)
    assert "no GPS for" in found.reason


@pytest.mark.parametrize(
    "rows", [pytest.param((30,), id="one"), pytest.param((30, 31, 32), id="three"), pytest.param((0,), id="the-first")]
)
def test_outliers_are_refused(rows: tuple[int, ...]) -> None:
    trace, truth = drive(60.0)
    fixes = [dataclasses.replace(f, lat=f.lat + 0.02) if i in rows else f for i, f in enumerate(trace.fixes)]
    path = line(dataclasses.replace(trace, fixes=tuple(fixes)))
    assert path.refused == len(rows)
    assert off_m(pose(path, 31.5), truth[31.5]) < 3.0


def test_repeats_of_a_slow_receiver_are_no_fixes() -> None:
    trace, truth = drive(60.0, rate_hz=1.0)
    repeated = [dataclasses.replace(f, time_s=f.time_s + k / 10) for f in trace.fixes for k in range(10)]
    path = line(Trace(tuple(repeated), clip_time=True))
    assert len(path.rows) == len(trace.fixes)
    assert off_m(pose(path, 30.5), truth[30.5]) < 1.0


def test_stated_speeds_help_unless_they_contradict_the_positions() -> None:
    trace, truth = drive(60.0)
    true = tuple(dataclasses.replace(f, speed_mps=8.0, heading_deg=truth[f.time_s][2] % 360) for f in trace.fixes)
    told = line(dataclasses.replace(trace, fixes=true))
    assert not told.notes
    turns = [abs(turn_deg(pose(told, t).heading_deg, truth[round(t, 2)][2])) for t in (10.5, 20.5, 30.5, 40.5)]
    assert max(turns) < 2.0
    broken = tuple(dataclasses.replace(f, speed_mps=0.0, heading_deg=70.0) for f in trace.fixes)
    mended = line(dataclasses.replace(trace, fixes=broken))
    assert "contradict" in mended.notes[0]
    assert mended.refused == 0
    assert off_m(pose(mended, 30.5), truth[30.5]) < 1.5


def test_stated_errors_are_kept() -> None:
    trace, _ = drive(30.0)
    stated = tuple(dataclasses.replace(f, error_m=9.0) for f in trace.fixes)
    assert pose(line(dataclasses.replace(trace, fixes=stated)), 15.0).error_m == pytest.approx(9.0, abs=0.3)


def test_clocks_are_joined_by_utc_and_the_offset() -> None:
    trace, truth = drive(60.0)
    started = START + timedelta(seconds=10)
    late = pose_line(trace, clip_started_at=started)
    assert isinstance(late, PoseLine)
    assert off_m(pose(late, 5.0), truth[15.0]) < 1.5
    corrected = pose_line(trace, clip_started_at=started, clock_offset_s=7.0)
    assert isinstance(corrected, PoseLine)
    assert off_m(pose(corrected, 5.0), truth[22.0]) < 1.5


def test_without_a_start_the_first_fix_is_taken_with_a_note() -> None:
    found = pose_line(drive(30.0)[0], clip_started_at=None)
    assert isinstance(found, PoseLine)
    assert found.first_s == 0.0
    assert found.notes


@pytest.mark.parametrize(
    ("shift", "reason"),
    [
        pytest.param(timedelta(days=1), "before the clip starts", id="yesterdays-trace"),
        pytest.param(timedelta(days=-2), "after the clip starts", id="tomorrows-trace"),
        pytest.param(timedelta(hours=8), "time zone: set clock_offset_s = -28800", id="local-time"),
    ],
)
def test_the_trace_of_another_time_is_refused(shift: timedelta, reason: str) -> None:
    found = pose_line(drive(60.0)[0], clip_started_at=START + shift)
    assert isinstance(found, NotPlaced)
    assert reason in found.reason


def test_a_trace_that_begins_after_the_clips_end_is_refused() -> None:
    found = pose_line(drive(60.0)[0], clip_started_at=START - timedelta(minutes=5), duration_s=60.0)
    assert isinstance(found, NotPlaced)


def test_beyond_its_ends_the_line_says_nothing() -> None:
    path = line(drive(60.0)[0])
    assert isinstance(path.at(61.0), Pose)
    assert isinstance(path.at(70.0), NotPlaced)
    assert isinstance(path.at(-10.0), NotPlaced)


@pytest.mark.parametrize("fixes", [0, 1])
def test_too_few_fixes_are_refused(fixes: int) -> None:
    assert isinstance(pose_line(Trace(drive(10.0)[0].fixes[:fixes]), clip_started_at=None), NotPlaced)


def test_a_carrier_that_never_moves_has_no_heading() -> None:
    fixes = tuple(Fix(float(t), 36.8, 118.05) for t in range(30))
    found = pose_line(Trace(fixes), clip_started_at=None)
    assert isinstance(found, NotPlaced)
    assert "never moved" in found.reason


def test_a_fixed_camera_has_one_pose_or_a_reason() -> None:
    hung = Camera("mast", kind="fixed", lat=36.8, lon=118.05, heading_deg=45.0, position_error_m=0.5)
    assert fixed_pose(hung) == Pose(36.8, 118.05, 45.0, 0.5, 2.0)
    assert isinstance(fixed_pose(Camera("mast", kind="fixed")), NotPlaced)
