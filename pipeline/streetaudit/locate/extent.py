"""What a box tells of the thing that fills it: how far its centre lies behind its foot, and how large it is.

The foot of a box is the near edge of what stands there; a car's centre lies one to two metres behind it. Which of the
two depends on how it stands, and that shows in the ratio of the box's sides. Every kind of the class in every
orientation is a hypothesis; each view weighs them all, and the views of one thing share the verdict.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit.locate.noise import Noise
from streetaudit.locate.priors import Shape, SizePrior
from streetaudit.locate.rays import Floats
from streetaudit.locate.views import Views

_ORIENTATIONS = 12  # of a half turn: 15 degrees apart
_ALONG_STREET_RAD = math.radians(12.0)
#: Views of one thing repeat the same mistake about its size; together they count as this many at most.
_MOST_INDEPENDENT_VIEWS = 1.5
#: A hypothesis is never ruled out by more than this many squared standard deviations of one view.
_MOST_SURPRISE = 16.0
#: Of a thing cut by the side of the image the near end is often outside: its visible foot may lie before or behind
#: the centre. Mean and standard deviation as shares of the whole setback.
_CUT_SETBACK = 0.2
_CUT_SETBACK_SD = 0.7
#: Share of the error of the centre that changes with the angle of view.
_SIDE_SHAKE = 0.5
_CORNERS = np.array([(1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)]) / 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Extent:
    """What the views say about one thing's size, row i of an array for view i.

    Attributes:
        centre: (N,) slope to the right of its centre.
        centre_sd: (N,) one standard deviation of the former, drawn anew in each view.
        side_sd_m: Of the centre to the right or left, common to all views.
        setback_m: (N,) forward distance from the foot to the centre.
        setback_sd_m: Common to all views.
        near_m: (N,) forward distance of the foot, a first guess.
        tall_m: (N,) difference of slopes between foot and top, times the foot's distance: the thing's height where
            the camera looks at its side, more where it looks down on its roof.
        tall_sd: Standard deviation of its logarithm, common to all views.
    """

    centre: Floats
    centre_sd: Floats
    side_sd_m: float
    setback_m: Floats
    setback_sd_m: float
    near_m: Floats
    tall_m: Floats
    tall_sd: float


@dataclass(frozen=True, slots=True, eq=False)
class _Hypotheses:
    """(K,) kinds and orientations of one thing, the logarithm of what is known before, and the spread of sizes."""

    length_m: Floats
    width_m: Floats
    height_m: Floats
    spread: Floats
    axis_rad: Floats
    log_prior: Floats


def extent_of(views: Views, prior: SizePrior, *, noise: Noise) -> Extent:
    """The thing's extent as its class and the shape of its boxes tell."""
    guess = _hypotheses(prior.shapes, float(views.azimuth_rad[0]), prior.along_street)
    turn = guess.axis_rad - views.azimuth_rad[:, None]
    setback = (guess.length_m * np.abs(np.cos(turn)) + guess.width_m * np.abs(np.sin(turn))) / 2.0
    tall = _apparent_height(views, guess, setback=setback, on_wall=prior.on_wall)
    near = _near_distance(views, guess, tall=tall, on_wall=prior.on_wall, noise=noise)
    centre, surprise = _across(views, guess, near=near, turn=turn, setback=setback)
    surprise += _size_surprise(views, guess, expected=tall / near)
    weight = _weights(surprise, guess.log_prior)
    side_var = (centre - (centre @ weight)[:, None]) ** 2 @ weight
    side_cut = views.cut[:, 0] | views.cut[:, 2]
    setback_var = (setback - (setback @ weight)[:, None]) ** 2 @ weight + _within(guess, weight)
    setback_var += np.where(side_cut, (_CUT_SETBACK_SD * (setback @ weight)) ** 2, 0.0)
    mean_centre, mean_setback = centre @ weight, setback @ weight * np.where(side_cut, _CUT_SETBACK, 1.0)
    log_tall = np.log(tall)
    mean_tall = log_tall @ weight
    tall_var = ((log_tall - mean_tall[:, None]) ** 2 + guess.spread**2) @ weight
    return Extent(
        centre=mean_centre,
        centre_sd=np.sqrt(_SIDE_SHAKE**2 * side_var + views.across_sd**2 / 2.0),
        side_sd_m=math.sqrt(float(np.mean(side_var / ((1.0 / near) @ weight) ** 2))) + 0.01,
        setback_m=mean_setback,
        setback_sd_m=math.sqrt(float(np.mean(setback_var))),
        near_m=1.0 / ((1.0 / near) @ weight),
        tall_m=np.exp(mean_tall),
        tall_sd=math.sqrt(float(tall_var.mean())),
    )


def _within(guess: _Hypotheses, weight: Floats) -> float:
    """Variance of the setback from the spread of lengths within one kind, square metres."""
    return float((guess.length_m * guess.spread / 2.0) ** 2 @ weight)


def _hypotheses(shapes: Sequence[Shape], street_rad: float, along_street: float) -> _Hypotheses:
    sizes = np.array([(s.length_m, s.width_m, s.height_m, s.spread, math.log(s.share)) for s in shapes])
    is_round = bool(np.all(np.abs(sizes[:, 0] / sizes[:, 1] - 1.0) < 0.05))
    axes = np.arange(1 if is_round else _ORIENTATIONS) * (math.pi / _ORIENTATIONS)
    off = (axes + math.pi / 2.0) % math.pi - math.pi / 2.0  # from the street, which is orientation 0
    bonus = np.log1p((along_street - 1.0) * np.exp(-0.5 * (off / _ALONG_STREET_RAD) ** 2))
    length, width, height, spread, share = np.repeat(sizes, len(axes), axis=0).T
    axis, log_prior = np.tile(street_rad + axes, len(shapes)), share + np.tile(bonus, len(shapes))
    return _Hypotheses(length, width, height, spread, axis, log_prior)


def _apparent_height(views: Views, guess: _Hypotheses, *, setback: Floats, on_wall: bool) -> Floats:
    """(N, K) metres: over a thing lower than the camera the far edge of the roof is the box's top."""
    above = 0.0 if on_wall else np.maximum(views.height_m - guess.height_m, 0.0)
    near = views.height_m / np.maximum(views.foot, 0.02)[:, None]
    return np.asarray(guess.height_m + above * 2.0 * setback / (near + 2.0 * setback))


def _near_distance(views: Views, guess: _Hypotheses, *, tall: Floats, on_wall: bool, noise: Noise) -> Floats:
    """(N, K) forward distance of the foot, from ground and size weighed in inverse distance."""
    by_size = (views.foot - views.top)[:, None] / tall
    angle = math.hypot(math.radians(noise.pitch_bias_deg), math.radians(noise.pitch_shake_deg))
    ground_var = (np.hypot(angle, views.down_sd) / views.height_m) ** 2
    size_var = (by_size * guess.spread) ** 2 + (views.down_sd[:, None] / tall) ** 2 * 2.0
    ground_weight = np.where(views.cut[:, 3] | on_wall, 1e-9, 1.0 / ground_var)[:, None]
    size_weight = np.where((views.cut[:, 1] | views.cut[:, 3])[:, None], 1e-3, 1.0) / size_var
    by_ground = (views.foot / views.height_m)[:, None]
    inverse = (by_ground * ground_weight + by_size * size_weight) / (ground_weight + size_weight)
    return 1.0 / np.clip(inverse, 2e-3, 2.0)


def _across(views: Views, guess: _Hypotheses, *, near: Floats, turn: Floats, setback: Floats) -> tuple[Floats, Floats]:
    """(N, K) slope of the centre, and how badly the width fits in squared standard deviations."""
    ahead = near + setback
    sine, cosine = np.sin(turn), np.cos(turn)
    along, side = _CORNERS[:, 0] * guess.length_m[:, None], _CORNERS[:, 1] * guess.width_m[:, None]
    corner_across = along.T[:, None] * sine + side.T[:, None] * cosine
    corner_ahead = along.T[:, None] * cosine - side.T[:, None] * sine
    middle = ((views.left + views.right) / 2.0)[:, None]
    slope = (middle * ahead + corner_across) / (ahead + corner_ahead)
    low, high = slope.min(axis=0), slope.max(axis=0)
    cut_left, cut_right = views.cut[:, 0, None], views.cut[:, 2, None]
    centre = 2.0 * middle - (low + high) / 2.0
    centre = np.where(cut_left & ~cut_right, views.right[:, None] - high + middle, centre)
    centre = np.where(cut_right & ~cut_left, views.left[:, None] - low + middle, centre)
    seen, expected = (views.right - views.left)[:, None], high - low
    miss = np.log(np.maximum(seen, 1e-6) / expected)
    whole = ~(cut_left | cut_right)
    miss = np.where(whole, miss, np.maximum(miss, 0.0))  # a cut thing may be wider than it looks, never narrower
    return centre, miss**2 / (guess.spread**2 + 2.0 * (views.across_sd[:, None] / expected) ** 2)


def _size_surprise(views: Views, guess: _Hypotheses, *, expected: Floats) -> Floats:
    """(N, K) how badly the height fits, in squared standard deviations."""
    miss = np.log(np.maximum(views.foot - views.top, 1e-6)[:, None] / expected)
    cut = (views.cut[:, 1] | views.cut[:, 3])[:, None]
    return np.where(cut, 0.0, miss**2 / (guess.spread**2 + 2.0 * (views.down_sd[:, None] / expected) ** 2))


def _weights(surprise: Floats, log_prior: Floats) -> Floats:
    independent = min(float(len(surprise)), _MOST_INDEPENDENT_VIEWS)
    logs = log_prior - 0.5 * independent * np.minimum(surprise, _MOST_SURPRISE).mean(axis=0)
    weight = np.exp(logs - logs.max())
    return np.asarray(weight / weight.sum())
