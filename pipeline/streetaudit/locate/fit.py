"""Weighted, robust least squares for the ground position of one thing from all its views.

The unknowns are the position and what all views of a pass share: the bias of heading, pitch and focal length, the size
against its prior, the height of its foot below the camera and how its centre lies to its box. Each shared unknown has
its prior, so the covariance of the position contains what more views of the same pass cannot average out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.extent import Extent
from streetaudit.locate.noise import Noise
from streetaudit.locate.rays import Floats
from streetaudit.locate.views import Views

#: Unknowns: east, north, then these; the velocity (east, north) only of what may move.
_HEADING, _PITCH, _SIZE, _BELOW, _SETBACK, _SIDE, _FOCAL, _VELOCITY = 2, 3, 4, 5, 6, 7, 8, 9
_MOST_STEPS = 8
_SETTLED_M = 0.01
#: A view with a residual beyond so many standard deviations loses its weight in all it says (Geman and McClure).
_ROBUST_SD = 4.0
#: Where a smaller share of the views is believed the fit may have found the wrong ones.
_FEWEST_BELIEVED = 0.5
_NEAREST_M = 0.5
_GUESSES = 4
#: A poster's lower edge hangs about this high, give or take as much.
_WALL_FOOT_M = 1.2
_VELOCITY_SD_MPS = 10.0
#: Share of the setback's error that changes with the angle of view.
_SETBACK_SHAKE = 0.4
#: A trace that is less sure of its heading than this wobbles, and this share of the rest changes within one track.
_STEADY_RAD = math.radians(0.9)
_HEADING_SHAKE = 0.6
#: A foot below the image lies somewhere between the image's edge and the camera: mean and standard deviation of its
#: slope as shares of the edge's.
_HIDDEN_FOOT = 1.5
_HIDDEN_FOOT_SD = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What the views agree on.

    Attributes:
        position_m: (2,) east, north in the frame of the views, at `at_s`.
        covariance_m2: (2, 2) without the bias of the camera's own position.
        velocity_mps: (2,) east, north; zero when the thing was taken to stand.
        velocity_covariance: (2, 2).
        at_s: Clip time of the position.
        surprise: Mean squared residual in standard deviations of what was believed, about 1 when the model holds, more
            when few views were believed.
        views: How many views kept at least a quarter of their weight.
    """

    position_m: Floats
    covariance_m2: Floats
    velocity_mps: Floats
    velocity_covariance: Floats
    at_s: float
    surprise: float
    views: int


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    views: Views
    extent: Extent
    foot: Floats  # (N,) slope of the foot, guessed where the image cuts it
    sd: Floats  # (3, N) of centre slope, foot slope, log size, drawn anew in each view
    prior_mean: Floats
    prior_sd: Floats
    age_s: Floats  # (N,) from at_s; zeros when the thing stands


def fit_position(
    views: Views,
    extent: Extent,
    *,
    noise: Noise,
    on_wall: bool = False,
    moving: bool = False,
    at_s: float | None = None,
) -> Fit:
    """The position that agrees best with all views, of a thing that stands or moves evenly."""
    at_s = float(np.median(views.time_s)) if at_s is None else at_s
    problem = _Problem(
        views,
        extent,
        np.where(views.cut[:, 3], _HIDDEN_FOOT * views.foot, views.foot),
        _view_noise(views, extent, noise),
        *_shared(views, extent, noise=noise, on_wall=on_wall, moving=moving),
        age_s=(views.time_s - at_s) if moving else np.zeros(len(views)),
    )
    unknowns = problem.prior_mean.copy()
    _first_guess(problem, unknowns)
    return _solve(problem, unknowns, at_s)


def _view_noise(views: Views, extent: Extent, noise: Noise) -> Floats:
    shake = math.radians(noise.pitch_shake_deg)
    ahead = extent.near_m + extent.setback_m
    wander = math.hypot(
        math.radians(noise.heading_shake_deg), _HEADING_SHAKE * max(0.0, views.heading_sd_rad - _STEADY_RAD)
    )
    centre = np.sqrt(extent.centre_sd**2 + wander**2 + (views.drift_sd_m / ahead) ** 2)
    moved = np.hypot(views.drift_sd_m, _SETBACK_SHAKE * extent.setback_sd_m)
    foot = np.sqrt(views.down_sd**2 + shake**2 + (moved * views.foot / extent.near_m) ** 2)
    tall = np.maximum(views.foot - views.top, 1e-4)
    size = np.hypot(math.sqrt(2.0) * views.down_sd / tall + 1e-3, noise.size_shake)
    foot = np.where(views.cut[:, 3], np.maximum(_HIDDEN_FOOT_SD * views.foot, foot), foot)
    size = np.where(views.cut[:, 1] | views.cut[:, 3], 1e3, size)
    return np.stack([centre, foot, size])


def _shared(views: Views, extent: Extent, *, noise: Noise, on_wall: bool, moving: bool) -> tuple[Floats, Floats]:
    below_sd = math.hypot(noise.height_bias_share * views.height_m, noise.ground_bias_m)
    mean = np.zeros(_VELOCITY + 2 if moving else _VELOCITY)
    mean[_BELOW] = views.height_m - (_WALL_FOOT_M if on_wall else 0.0)
    spread = [1e4, 1e4, views.heading_sd_rad, math.radians(noise.pitch_bias_deg), extent.tall_sd]
    spread += [_WALL_FOOT_M if on_wall else below_sd, extent.setback_sd_m + 0.05, extent.side_sd_m]
    spread.append(noise.focal_bias_share)
    return mean, np.array(spread + [_VELOCITY_SD_MPS] * (len(mean) - _VELOCITY))


def _first_guess(problem: _Problem, unknowns: Floats) -> None:
    """Put the middle of the single views' points, or the line through them, into the unknowns; outliers aside."""
    views, extent = problem.views, problem.extent
    ahead = extent.near_m + extent.setback_m
    sine, cosine = np.sin(views.azimuth_rad), np.cos(views.azimuth_rad)
    side = extent.centre * ahead
    points = views.camera_m + np.stack([sine * ahead + cosine * side, cosine * ahead - sine * side], axis=1)
    trust = extent.near_m**-2.0  # the error of a distance grows with its square
    weight = trust / trust.sum()
    for _ in range(_GUESSES):
        middle, age_s = weight @ points, problem.age_s - weight @ problem.age_s
        velocity = (weight * age_s) @ points / max(float(weight * age_s @ age_s), 1e-6)
        miss = np.hypot(*(points - middle - age_s[:, None] * velocity).T) * np.sqrt(trust)
        weight = trust / (1.0 + (miss / (np.median(miss) + 1e-6)) ** 2)
        weight /= weight.sum()
    unknowns[:2] = middle - velocity * float(weight @ problem.age_s)
    if len(unknowns) > _VELOCITY:
        unknowns[_VELOCITY:] = velocity


def _residuals(problem: _Problem, unknowns: Floats) -> tuple[Floats, Floats]:
    """(3, N) residuals in standard deviations and their (3, N, unknowns) slopes."""
    views, extent = problem.views, problem.extent
    sine, cosine = np.sin(views.azimuth_rad), np.cos(views.azimuth_rad)
    place = unknowns[:2] - views.camera_m
    if len(unknowns) > _VELOCITY:
        place = place + problem.age_s[:, None] * unknowns[_VELOCITY:]
    side = place[:, 0] * cosine - place[:, 1] * sine
    ahead = np.maximum(place[:, 0] * sine + place[:, 1] * cosine, _NEAREST_M)
    near = np.maximum(ahead - extent.setback_m - unknowns[_SETBACK], _NEAREST_M / 2.0)
    tilt, turn = 1.0 + views.foot**2, 1.0 + extent.centre**2
    tall = np.maximum(views.foot - views.top, 1e-4)
    zoom = math.exp(-unknowns[_FOCAL])  # slopes shrink as the focal length grows
    residual = np.stack(
        [
            (side + unknowns[_SIDE]) / ahead - extent.centre * zoom - unknowns[_HEADING] * turn,
            unknowns[_BELOW] / near - problem.foot * zoom - unknowns[_PITCH] * tilt,
            np.log(extent.tall_m / (near * tall)) + unknowns[_SIZE] + unknowns[_FOCAL],
        ]
    )
    slope = np.zeros((*residual.shape, len(unknowns)))
    slope[0, :, 0] = (cosine - sine * side / ahead) / ahead
    slope[0, :, 1] = (-sine - cosine * side / ahead) / ahead
    slope[0, :, _HEADING], slope[0, :, _SIDE] = -turn, 1.0 / ahead
    by_near = np.stack([-unknowns[_BELOW] / near**2, -1.0 / near])
    slope[1:, :, 0], slope[1:, :, 1], slope[1:, :, _SETBACK] = by_near * sine, by_near * cosine, -by_near
    slope[1, :, _BELOW], slope[1, :, _PITCH], slope[2, :, _SIZE] = 1.0 / near, -tilt, 1.0
    slope[:, :, _FOCAL] = np.stack([extent.centre * zoom, problem.foot * zoom, np.ones(len(views))])
    if len(unknowns) > _VELOCITY:
        slope[..., _VELOCITY:] = slope[..., :2] * problem.age_s[:, None]
    return residual / problem.sd, slope / problem.sd[..., None]


def _solve(problem: _Problem, unknowns: Floats, at_s: float) -> Fit:
    """Gauss-Newton with weights that fall for outliers."""
    stiffness = np.diag(problem.prior_sd**-2.0)
    for _ in range(_MOST_STEPS):
        residual, slope = _residuals(problem, unknowns)
        weight = 1.0 / (1.0 + np.square(residual).max(axis=0) / _ROBUST_SD**2) ** 2
        flat = slope.reshape(-1, len(unknowns))
        weighted = (slope * weight[:, None]).reshape(flat.shape)
        normal = flat.T @ weighted + stiffness
        pull = weighted.T @ residual.ravel() + (unknowns - problem.prior_mean) / problem.prior_sd**2
        step = np.linalg.solve(normal, pull)
        reach = float(np.hypot(step[0], step[1]))
        unknowns = unknowns - step * min(1.0, 10.0 / max(reach, 1e-9))
        if reach < _SETTLED_M:
            break
    covariance: Floats = np.linalg.inv(normal).astype(np.float64)
    moving = len(unknowns) > _VELOCITY
    return Fit(
        position_m=unknowns[:2],
        covariance_m2=covariance[:2, :2],
        velocity_mps=unknowns[_VELOCITY:] if moving else np.zeros(2),
        velocity_covariance=covariance[_VELOCITY:, _VELOCITY:] if moving else np.zeros((2, 2)),
        at_s=at_s,
        surprise=_surprise(residual, weight, counted=problem.sd < 100.0),
        views=int((weight > 0.25).sum()),
    )


def _surprise(residual: Floats, weight: Floats, *, counted: NDArray[np.bool_]) -> float:
    weights = weight * counted
    total = float(weights.sum())
    if total <= 0.0:
        return 0.0
    believed = float(weight.mean())
    return float((weights * residual**2).sum()) / total / min(1.0, believed / _FEWEST_BELIEVED)
