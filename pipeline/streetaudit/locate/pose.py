"""Where the camera's carrier was at a clip time: the smoothed trace."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.circle import CIRCULAR_95, LINEAR_95
from streetaudit.locate.clocks import clip_times, why_not_covered
from streetaudit.locate.course import STANDING_MPS, headings
from streetaudit.locate.dynamics import likeliest_dynamics, with_calm, with_standstills
from streetaudit.locate.fixes import fresh_rows, measured_fixes, velocities_contradict, without_velocities
from streetaudit.locate.rays import Floats
from streetaudit.locate.smooth import MAX_GAP_S, Dynamics, Measured, Smoothed, smooth
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.trace import Pose, Trace

#: Standard deviation of one axis of a GPS position whose error is not stated: open street, consumer receiver.
_UNSTATED_SD_M = 1.5
#: Beyond the ends of the line it is drawn on for so long.
_OVERHANG_S = 2.0
#: Where fewer of the fixes are believed it is the stated speeds that are wrong.
_MOST_BELIEVED = 0.7

_TIME, _EAST, _NORTH, _U, _V, _VAR, _VELOCITY_VAR, _BIAS_VAR, _HEADING, _HEADING_SD = range(10)


@dataclass(frozen=True, slots=True, eq=False)
class PoseLine:
    """The smoothed path of one clip's carrier.

    Attributes:
        frame: Of the metric columns.
        rows: float64 (N, 10), one row a believed fix: clip seconds, east, north, velocity east, north, variance of
            place and of velocity (one axis, against the line), variance of the bias, heading (unwrapped degrees), its
            standard deviation.
        joined: bool (N,), False where the line begins anew at this row.
        acceleration_psd: Of the random acceleration, m^2/s^3; what the error in a gap grows by.
        notes: What had to be assumed.
        refused: How many fixes were not believed.
    """

    frame: LocalFrame
    rows: Floats
    joined: NDArray[np.bool_]
    acceleration_psd: float
    notes: tuple[str, ...] = ()
    refused: int = 0
    _travelled_m: Floats = field(default_factory=lambda: np.zeros(0), repr=False)

    @property
    def first_s(self) -> float:
        """Clip time of the first believed fix."""
        return float(self.rows[0, _TIME])

    @property
    def last_s(self) -> float:
        """Clip time of the last believed fix."""
        return float(self.rows[-1, _TIME])

    def at(self, time_s: float) -> Pose | NotPlaced:
        """The pose at a clip time, or why there is none."""
        after = int(np.searchsorted(self.rows[:, _TIME], time_s, side="right"))
        if after == 0 or after == len(self.rows):
            return self._beyond(0 if after == 0 else len(self.rows) - 1, time_s)
        before = self.rows[after - 1].tolist()
        later = self.rows[after].tolist()
        gap_s = later[_TIME] - before[_TIME]
        if not self.joined[after]:
            why = "no GPS for" if gap_s > MAX_GAP_S else "the GPS line jumps within"
            return NotPlaced(f"{why} {gap_s:.0f} s around {time_s:.1f} s", carrier_known=True)
        return self._between(before, later, time_s)

    def distance_m(self, t0: float, t1: float) -> float:
        """Metres driven between two clip times; standing does not count."""
        start, end = np.interp([t0, t1], self.rows[:, _TIME], self._travelled_m).tolist()
        return float(end - start)

    def _between(self, before: Sequence[float], later: Sequence[float], time_s: float) -> Pose:
        gap = later[_TIME] - before[_TIME]
        s = (float(time_s) - before[_TIME]) / gap
        # Cubic Hermite: the mean of the random-acceleration model between two known states; its variance is the
        # closed form psd t^3 (T - t)^3 / (3 T^3) for the place, psd t (T - t) (T^2 - 3 t (T - t)) / T^3 for velocity.
        h1, h2, h3, h4 = (1 + 2 * s) * (1 - s) ** 2, s * (1 - s) ** 2 * gap, s * s * (3 - 2 * s), s * s * (s - 1) * gap
        east = h1 * before[_EAST] + h2 * before[_U] + h3 * later[_EAST] + h4 * later[_U]
        north = h1 * before[_NORTH] + h2 * before[_V] + h3 * later[_NORTH] + h4 * later[_V]
        inside = gap * s * (1 - s)
        place_var = self.acceleration_psd * inside**3 / 3.0
        velocity_var = self.acceleration_psd * s * (1 - s) * max(gap - 3.0 * inside, 0.0)
        mixed = [(1 - s) * a + s * b for a, b in zip(before, later, strict=True)]
        speed = math.hypot(mixed[_U], mixed[_V])
        swing = math.degrees(math.sqrt(velocity_var) / max(speed, STANDING_MPS))
        return self._pose((east, north), speed, mixed, place_var, swing if speed > STANDING_MPS else 0.0)

    def _beyond(self, end: int, time_s: float) -> Pose | NotPlaced:
        row = self.rows[end].tolist()
        late = float(time_s) - row[_TIME]
        if abs(late) > _OVERHANG_S:
            side = "begins at" if end == 0 else "ends at"
            where = f"the trace {side} {row[_TIME]:.1f} s of the clip; {time_s:.1f} s lies outside"
            return NotPlaced(where, carrier_known=True)
        place = row[_EAST] + row[_U] * late, row[_NORTH] + row[_V] * late
        place_var = row[_VELOCITY_VAR] * late**2 + self.acceleration_psd * abs(late) ** 3 / 3.0
        speed = math.hypot(row[_U], row[_V])
        swing = math.degrees(math.sqrt(self.acceleration_psd * abs(late)) / max(speed, STANDING_MPS))
        return self._pose(place, speed, row, place_var, swing if speed > STANDING_MPS else 0.0)

    def _pose(
        self, place_m: tuple[float, float], speed: float, row: Sequence[float], more_var: float, more_deg: float
    ) -> Pose:
        lat, lon = self.frame.to_degrees(*place_m)
        error_m = CIRCULAR_95 * math.sqrt(row[_VAR] + row[_BIAS_VAR] + more_var)
        heading_error = min(180.0, LINEAR_95 * math.hypot(row[_HEADING_SD], more_deg))
        return Pose(lat, lon, row[_HEADING] % 360.0, error_m, heading_error, speed)


def pose_line(
    trace: Trace,
    *,
    clip_started_at: datetime | None,
    clock_offset_s: float = 0.0,
    duration_s: float | None = None,
    bias_sd_m: float | None = None,
) -> PoseLine | NotPlaced:
    """The smoothed path of a clip, or why the trace cannot give one.

    Args:
        trace: As read.
        clip_started_at: Aware time of the clip's first frame; None takes the first fix for it.
        clock_offset_s: Added to the clip's clock.
        duration_s: Of the clip, when known: a trace that begins later is refused.
        bias_sd_m: Of one axis of the positions where the fixes state no error.
    """
    if len(trace.fixes) < 2:
        return NotPlaced(f"the trace has {len(trace.fixes)} usable fixes, too few for a path{_why(trace)}")
    times_s, notes = clip_times(trace, clip_started_at=clip_started_at, clock_offset_s=clock_offset_s)
    uncovered = why_not_covered(times_s, duration_s)
    if uncovered is not None:
        return uncovered
    frame = LocalFrame(trace.fixes[0].lat, trace.fixes[0].lon)
    fresh = fresh_rows(trace.fixes, times_s)
    fixes = [trace.fixes[index] for index in fresh]
    measured = measured_fixes(fixes, times_s[fresh], frame)
    line, dynamics = _believed_line(measured)
    if velocities_contradict(measured) or len(line.kept) < _MOST_BELIEVED * len(fixes):
        notes = (*notes, "the stated speeds contradict the positions and were ignored")
        line, dynamics = _believed_line(without_velocities(measured))
    courses = headings(line)
    if courses is None:
        return NotPlaced("the carrier never moved during the trace, so nothing tells where it headed")
    kept = line.kept
    unstated = _UNSTATED_SD_M if bias_sd_m is None else bias_sd_m
    bias = [(fixes[i].error_m or unstated * CIRCULAR_95) / CIRCULAR_95 for i in kept.tolist()]
    columns = (measured.time_s[kept], line.place_m, line.velocity_mps, line.place_var, line.velocity_var)
    rows = np.column_stack([*columns, np.square(bias), *courses])
    refused = len(fixes) - len(kept)
    return PoseLine(frame, rows, ~line.starts, dynamics.acceleration_psd, notes, refused, _travelled(rows, line.starts))


def fixed_pose(camera: Camera) -> Pose | NotPlaced:
    """The pose of a camera that hangs somewhere for good, or why it has none."""
    if camera.lat is None or camera.lon is None or camera.heading_deg is None:
        return NotPlaced(f"camera {camera.name!r} states no lat, lon and heading_deg")
    return Pose(camera.lat, camera.lon, camera.heading_deg, camera.position_error_m, 2.0)


def _believed_line(measured: Measured) -> tuple[Smoothed, Dynamics]:
    dynamics = likeliest_dynamics(measured)
    still = with_standstills(measured, dynamics)
    calm = with_calm(still, smooth(still, dynamics), dynamics)
    return smooth(still, calm), calm


def _why(trace: Trace) -> str:
    return f" (most were refused: {trace.refused[0].reason})" if trace.refused else ""


def _travelled(rows: Floats, starts: NDArray[np.bool_]) -> Floats:
    """(N,) metres since the first row; steps at a standing speed count nothing."""
    steps = np.hypot(*np.diff(rows[:, [_EAST, _NORTH]], axis=0).T)
    speed = np.hypot(rows[:, _U], rows[:, _V])
    counts = (np.maximum(speed[1:], speed[:-1]) > STANDING_MPS) & ~starts[1:]
    return np.concatenate([[0.0], np.cumsum(steps * counts)])
