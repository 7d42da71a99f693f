import math

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.locate.clock_offset import clock_offset
from streetaudit.locate.flow import Flow
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.trace import ClockOffset, Fix, Trace

FRAME = LocalFrame(36.8, 118.05)
#: The drive goes on before and after the clip.
TIME_S = np.arange(-30.0, 90.0, 0.05)
CLIP_S = (0.0, 60.0)


def drive(*, stops: bool = True, bends: bool = True) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Speed and turn to the right of a vehicle at TIME_S."""
    rng = np.random.default_rng(3)
    knots = np.arange(-30.0, 91.0, 6.0)
    speed = np.interp(
        TIME_S, knots, rng.choice([0.0, 4.0, 8.0, 11.0], len(knots)) if stops else np.full(len(knots), 8.0)
    )
    turn = np.interp(TIME_S, knots, rng.normal(0.0, 0.12, len(knots))) if bends else np.zeros(len(TIME_S))
    return speed, np.where(speed > 0.5, turn, 0.0)


def line_of(speed: NDArray[np.float64], turn: NDArray[np.float64], *, late_s: float) -> PoseLine:
    """The smoothed trace of one noisy fix a second, whose clock is ahead of the clip's by late_s."""
    rng = np.random.default_rng(4)
    heading = 0.5 + np.cumsum(turn) * 0.05
    steps = speed[:, None] * 0.05 * np.stack([np.sin(heading), np.cos(heading)], axis=1)
    fixes = []
    for row in range(0, len(TIME_S), 20):
        place = np.cumsum(steps, axis=0)[row] + rng.normal(0.0, 0.2, 2)
        fixes.append(Fix(float(TIME_S[row]) + late_s, *FRAME.to_degrees(*place.tolist())))
    line = pose_line(Trace(tuple(fixes), clip_time=True), clip_started_at=None)
    assert isinstance(line, PoseLine)
    return line


def flow_of(speed: NDArray[np.float64], turn: NDArray[np.float64], *, first_s: float, last_s: float) -> Flow:
    """What the images say: walls come nearer and go, and some of the speed passes for turn."""
    rng = np.random.default_rng(5)
    times_s = np.arange(first_s, last_s, 0.1)
    now = np.interp(times_s, TIME_S, speed)
    nearness = np.exp(np.interp(times_s, np.arange(-30.0, 91.0, 3.0), rng.normal(math.log(0.05), 0.3, 41)))
    shake = rng.normal(0.0, 0.02, len(times_s))
    return Flow(times_s, np.interp(times_s, TIME_S, turn) + 0.002 * now + shake, now * nearness)


def found(
    late_s: float, *, stops: bool = True, bends: bool = True, clip_s: tuple[float, float] = CLIP_S
) -> ClockOffset:
    speed, turn = drive(stops=stops, bends=bends)
    flow = flow_of(speed, turn, first_s=clip_s[0], last_s=clip_s[1])
    offset = clock_offset(flow, line_of(speed, turn, late_s=late_s))
    assert offset is not None
    return offset


@pytest.mark.parametrize("late_s", [-7.0, -3.0, -1.0, 0.0, 1.0, 3.0, 7.0])
def test_a_shifted_trace_is_found_out(late_s: float) -> None:
    offset = found(late_s)
    assert offset.is_sure
    assert offset.offset_s == pytest.approx(late_s, abs=3.0 * offset.sd_s)
    assert offset.sd_s < 0.5
    assert offset.is_off == (late_s != 0.0)


@pytest.mark.parametrize(
    ("stops", "bends"), [pytest.param(True, False, id="speed-alone"), pytest.param(False, True, id="turns-alone")]
)
def test_either_motion_is_enough(*, stops: bool, bends: bool) -> None:
    offset = found(4.0, stops=stops, bends=bends)
    assert offset.is_sure
    assert offset.offset_s == pytest.approx(4.0, abs=0.6)


def test_an_even_straight_drive_tells_nothing() -> None:
    assert not found(3.0, stops=False, bends=False).is_sure


def test_the_trace_of_another_drive_tells_nothing() -> None:
    speed, turn = drive()
    other = flow_of(speed[::-1], -turn[::-1], first_s=0.0, last_s=60.0)
    offset = clock_offset(other, line_of(speed, turn, late_s=0.0))
    assert offset is not None
    assert not offset.is_sure


def test_beyond_the_widest_offset_nothing_is_sure() -> None:
    assert not found(20.0).is_off


def test_a_short_clip_is_no_answer() -> None:
    speed, turn = drive()
    assert clock_offset(flow_of(speed, turn, first_s=0.0, last_s=15.0), line_of(speed, turn, late_s=0.0)) is None


def test_rows_out_of_order_are_a_mistake() -> None:
    speed, turn = drive()
    backwards = Flow(np.array([1.0, 0.0]), np.zeros(2), np.zeros(2))
    with pytest.raises(ValueError, match="in order of time"):
        clock_offset(backwards, line_of(speed, turn, late_s=0.0))
