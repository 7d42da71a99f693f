"""The pose of a camera that hangs still, from points of the ground clicked in its image and on a map.

A homography would carry image points to the ground and nothing else. A pose does that too, and also says how high the
camera hangs and where it looks, so that sizes, feet hidden behind kerbs and the horizon mean something. What the points
leave open (four of them nearly everything) is held by what cameras in streets are like.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from streetaudit.errors import ConfigError
from streetaudit.locate.circle import CIRCULAR_95, radius_95_m
from streetaudit.locate.rays import Floats, level_rotation
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.points import ClickedPoint

FEWEST_POINTS = 4
#: A click hits its point within so many pixels of an image 1280 wide, and a map's within so many metres.
_CLICK_SHARE, _MAP_SD_M = 2.0 / 1280.0, 0.4
#: Places less sure than this are no calibration.
_WORST_M = 10.0
#: What cameras over streets are like before a point was clicked: usual value and standard deviation.
_PITCH_DEG, _ROLL_DEG, _HEIGHT_M, _HEIGHT_SD, _FOCAL_SD = (-18.0, 15.0), (0.0, 1.5), 5.0, 0.6, 0.35
#: The same of a field of view that was stated.
_STATED_FOCAL_SD = 0.01
_AWAY_SD_M = 40.0
_HEADINGS, _AWAYS_M = 12, (8.0, 25.0)
#: Steps of every start, how many of the best go on, and the steps of those.
_FIRST_STEPS, _MOST_TRIED, _STEPS, _SETTLED = 8, 3, 60, 1e-8
_EAST, _NORTH, _HEADING, _PITCH, _ROLL, _HEIGHT, _FOCAL = range(7)
_NUDGE = np.array([1e-3, 1e-3, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5])
#: A point behind the camera counts as so many pixels off.
_BEHIND_PX = 1e5


@dataclass(frozen=True, slots=True, eq=False)
class PointsFit:
    """What clicked points say of their camera.

    Attributes:
        camera: With place, heading, pitch, roll, height and field of view as found.
        seen_px: (N, 2) where the camera sees the map's points.
        miss_m: (N,) metres on the ground between each click and its point of the map.
        error_m: (N,) 95 % radius of a place at each point, from what the points leave open and how far they miss.
    """

    camera: Camera
    seen_px: Floats
    miss_m: Floats
    error_m: Floats


def fit_points(
    points: Sequence[ClickedPoint], camera: Camera, *, image_size: tuple[int, int], hfov_stated: bool
) -> PointsFit:
    """The pose under which the camera sees every point nearest to where it was clicked.

    Args:
        points: At least four, not all on one line.
        camera: Names it; its field of view is believed where `hfov_stated`, else it is a first guess.
        image_size: (width, height) of the image in which was clicked.
        hfov_stated: True if the field of view (or focal length) was measured.

    Raises:
        ConfigError: If the points do not fix a pose; the message says what to click.
    """
    if len(points) < FEWEST_POINTS:
        raise ConfigError(f"{len(points)} points were clicked; four are the least, six or more show mistakes")
    frame = LocalFrame(*np.mean([(p.lat, p.lon) for p in points], axis=0).tolist())
    problem = _Problem(
        ground_m=np.array([frame.to_metres(p.lat, p.lon) for p in points]),
        clicked_px=np.array([(p.u, p.v) for p in points]),
        image_size=image_size,
        centre_px=np.array(camera.centre_for(*image_size)),
        focal_px=camera.focal_for(image_size[0]),
        focal_sd=_STATED_FOCAL_SD if hfov_stated else _FOCAL_SD,
    )
    if _spread_m(problem.ground_m) < 1.0:
        raise ConfigError("the points lie on one line: click some to its right and left, near and far")
    tried = sorted((_solved(problem, start, steps=_FIRST_STEPS) for start in _starts(problem)), key=_cost)
    solved = min((_solved(problem, one.unknowns, steps=_STEPS) for one in tried[:_MOST_TRIED]), key=_cost)
    return _judged(problem, solved, camera, frame)


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    ground_m: Floats  # (N, 2) east, north
    clicked_px: Floats  # (N, 2)
    image_size: tuple[int, int]
    centre_px: Floats
    focal_px: float
    focal_sd: float

    @property
    def prior(self) -> tuple[Floats, Floats]:
        """Usual values and standard deviations of the unknowns."""
        mean = [0.0, 0.0, 0.0, math.radians(_PITCH_DEG[0]), 0.0, math.log(_HEIGHT_M), math.log(self.focal_px)]
        spread = [_AWAY_SD_M, _AWAY_SD_M, 1e3, math.radians(_PITCH_DEG[1]), math.radians(_ROLL_DEG[1])]
        return np.array(mean), np.array([*spread, _HEIGHT_SD, self.focal_sd])


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    unknowns: Floats
    covariance: Floats
    cost: float


def _cost(solved: _Solved) -> float:
    return solved.cost


def _starts(problem: _Problem) -> list[Floats]:
    mean, _ = problem.prior
    turns = np.arange(_HEADINGS) * (2.0 * math.pi / _HEADINGS)
    return [
        np.array([-away * math.sin(turn), -away * math.cos(turn), turn, *mean[_PITCH:]])
        for turn in turns.tolist()
        for away in _AWAYS_M
    ]


def _seen_px(unknowns: Floats, ground_m: Floats, centre_px: Floats) -> tuple[Floats, Floats]:
    """(N, 2) pixels of points of the ground and their (N,) distance along the camera's axis."""
    east, north = (ground_m - unknowns[:2]).T
    sine, cosine = math.sin(unknowns[_HEADING]), math.cos(unknowns[_HEADING])
    height = np.full(len(ground_m), math.exp(unknowns[_HEIGHT]))
    level = np.stack([east * cosine - north * sine, height, east * sine + north * cosine], axis=1)
    turned = Camera("", pitch_deg=math.degrees(unknowns[_PITCH]), roll_deg=math.degrees(unknowns[_ROLL]))
    seen = level @ level_rotation(turned)
    ahead = np.maximum(seen[:, 2], 1e-3)
    return centre_px + math.exp(unknowns[_FOCAL]) * seen[:, :2] / ahead[:, None], seen[:, 2]


def _residuals(problem: _Problem, unknowns: Floats) -> Floats:
    """(2 N + 7,) in standard deviations: the clicks, then the unknowns against what is usual."""
    seen, ahead = _seen_px(unknowns, problem.ground_m, problem.centre_px)
    by_map = math.exp(unknowns[_FOCAL]) * _MAP_SD_M / np.maximum(ahead, 1.0)
    spread = np.hypot(_CLICK_SHARE * problem.image_size[0], by_map)
    miss = np.where((ahead > 0.1)[:, None], seen - problem.clicked_px, _BEHIND_PX) / spread[:, None]
    mean, usual = problem.prior
    return np.concatenate([miss.ravel(), (unknowns - mean) / usual])


def _solved(problem: _Problem, unknowns: Floats, *, steps: int) -> _Solved:
    """Levenberg and Marquardt's descent from one start."""
    damping, residual = 1e-2, _residuals(problem, unknowns)
    for _ in range(steps):
        slope = _slopes(problem, unknowns)
        normal = slope.T @ slope
        step = np.linalg.solve(normal + damping * np.diag(np.diag(normal)), slope.T @ residual)
        better = _residuals(problem, unknowns - step)
        gain = float(residual @ residual - better @ better)
        if gain > 0.0:
            unknowns, residual, damping = unknowns - step, better, max(damping / 5.0, 1e-9)
        else:
            damping *= 4.0
        if 0.0 < gain < _SETTLED * float(residual @ residual) or damping > 1e9:
            break
    slope = _slopes(problem, unknowns)
    return _Solved(unknowns, np.linalg.inv(slope.T @ slope).astype(np.float64), float(residual @ residual))


def _slopes(problem: _Problem, unknowns: Floats) -> Floats:
    columns = [
        (_residuals(problem, unknowns + nudge) - _residuals(problem, unknowns - nudge)) / (2.0 * nudge.sum())
        for nudge in np.diag(_NUDGE)
    ]
    return np.stack(columns, axis=1)


def _ground_m(unknowns: Floats, pixels: Floats, centre_px: Floats) -> Floats:
    """(N, 2) where pixels meet the ground; NaN at the horizon and above."""
    turned = Camera("", pitch_deg=math.degrees(unknowns[_PITCH]), roll_deg=math.degrees(unknowns[_ROLL]))
    slopes = (pixels - centre_px) / math.exp(unknowns[_FOCAL])
    right, down, ahead = (np.column_stack([slopes, np.ones(len(slopes))]) @ level_rotation(turned).T).T
    reach = np.where(down > 1e-4, math.exp(unknowns[_HEIGHT]) / np.where(down > 1e-4, down, 1.0), np.nan)
    sine, cosine = math.sin(unknowns[_HEADING]), math.cos(unknowns[_HEADING])
    offset = np.stack([right * cosine + ahead * sine, ahead * cosine - right * sine], axis=1)
    return np.asarray(unknowns[:2] + reach[:, None] * offset)


def _judged(problem: _Problem, solved: _Solved, camera: Camera, frame: LocalFrame) -> PointsFit:
    unknowns = solved.unknowns
    found_m = _ground_m(unknowns, problem.clicked_px, problem.centre_px)
    if not np.isfinite(found_m).all():
        raise ConfigError("no camera can see these points like this: look for swapped points, or lat and lon exchanged")
    miss_m = np.hypot(*(found_m - problem.ground_m).T)
    error_m = _errors_m(problem, solved, miss_m)
    if float(np.median(error_m)) > _WORST_M:
        raise ConfigError(
            f"with these points a place is known to within {np.median(error_m):.0f} m only: one of them is wrong"
            f" (point {int(np.argmax(miss_m)) + 1} misses by {miss_m.max():.1f} m), or they lie too close together"
        )
    lat, lon = frame.to_degrees(float(unknowns[_EAST]), float(unknowns[_NORTH]))
    found = replace(
        camera,
        kind="fixed",
        focal_px=None,
        calibrated_width_px=None,
        centre_px=None,
        hfov_deg=math.degrees(2.0 * math.atan(problem.image_size[0] / 2.0 / math.exp(unknowns[_FOCAL]))),
        height_m=math.exp(unknowns[_HEIGHT]),
        pitch_deg=math.degrees(unknowns[_PITCH]),
        roll_deg=math.degrees(unknowns[_ROLL]),
        lat=lat,
        lon=lon,
        heading_deg=math.degrees(unknowns[_HEADING]) % 360.0,
        position_error_m=float(np.median(error_m)),
    )
    return PointsFit(found, _seen_px(unknowns, problem.ground_m, problem.centre_px)[0], miss_m, error_m)


def _errors_m(problem: _Problem, solved: _Solved, miss_m: Floats) -> Floats:
    """(N,) 95 % radii: the pose's own error carried to the ground, or what the clicks miss by where that is more."""
    surplus = max(2 * len(miss_m) - 7, 1)
    clicks = _residuals(problem, solved.unknowns)[: 2 * len(miss_m)]
    worse = max(1.0, float(clicks @ clicks) / surplus)
    shifts = [
        _ground_m(solved.unknowns + nudge, problem.clicked_px, problem.centre_px)
        - _ground_m(solved.unknowns - nudge, problem.clicked_px, problem.centre_px)
        for nudge in np.diag(_NUDGE)
    ]
    slope = np.stack(shifts, axis=2) / (2.0 * _NUDGE)
    spread = slope @ (solved.covariance * worse) @ slope.transpose(0, 2, 1)
    typical_m = math.sqrt(float(np.square(miss_m).sum()) / surplus)
    return np.array([math.hypot(radius_95_m(each), CIRCULAR_95 * typical_m) for each in spread])


def _spread_m(ground_m: Floats) -> float:
    """Standard deviation of the points across the line that fits them best."""
    return float(np.linalg.svd(ground_m - ground_m.mean(axis=0), compute_uv=False)[-1] / math.sqrt(len(ground_m)))
