"""Where a camera's carrier is heading in the image: the point that the street flows out of.

Whatever the distance of a still point, its flow points away from the vanishing point of the way, but for what the
camera's own turning and nodding add. That addition is the same for all points of a pair of images and follows from two
numbers, so it is taken out of each pair and what is left of all pairs has one vanishing point, bends or no bends. Its
offset from the middle is the camera's yaw and, on a level street, its pitch.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from streetaudit.locate.moved import across, turning_flow
from streetaudit.locate.rays import Floats
from streetaudit.structures.camera import Camera

#: Pairs with fewer points, and clips with fewer pairs, say nothing about a direction.
_FEWEST_POINTS, _FEWEST_PAIRS = 30, 5
#: A tracked point lies within so many pixels of an image 1000 wide, one standard deviation.
_MISS_SHARE = 0.0016
#: Points nearer to the vanishing point (slope) move too little to be weighed in full.
_NEAR_SLOPE = 0.05
_STEPS, _WEIGHINGS, _SETTLED = 20, 3, 1e-5
#: Beyond this slope the carrier drives out of the image at the side.
_FARTHEST_SLOPE = 2.5
#: A clip counts if so large a share of its points agree.
_AGREED = 0.5
#: Neighbouring pairs share the same bump and the same walls: so many are left out together to see what changes.
_BLOCK = 8


@dataclass(frozen=True, slots=True)
class Vanishing:
    """The vanishing point of one clip's way.

    Attributes:
        x_px, y_px: Pixels.
        spread_px: Standard deviation, the larger of both axes.
        pairs: How many pairs of images were used.
    """

    x_px: float
    y_px: float
    spread_px: float
    pairs: int


def vanishing_point(moved: Sequence[Floats], camera: Camera, *, image_size: tuple[int, int]) -> Vanishing | None:
    """The vanishing point of a clip, None where its carrier hardly drove.

    Args:
        moved: For each pair of images (N, 4) pixels where points were and where they went to.
        camera: Its field of view is believed.
        image_size: (width, height) that the pixels belong to.
    """
    focal, centre = camera.focal_for(image_size[0]), np.array(camera.centre_for(*image_size))
    pairs = [_Pair.of(points, focal, centre) for points in moved if len(points) >= _FEWEST_POINTS]
    found = _solved(pairs, miss=_MISS_SHARE * image_size[0] / focal)
    if found is None:
        return None
    slope, spread, used = found
    x_px, y_px = (centre + focal * slope).tolist()
    return Vanishing(x_px, y_px, focal * float(spread.max()), used)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    start: Floats  # (N, 2) slopes
    flow: Floats  # (N, 2)
    turning: tuple[Floats, Floats]

    @classmethod
    def of(cls, points: Floats, focal: float, centre: Floats) -> _Pair:
        start = (points[:, :2] - centre) / focal
        return cls(start, (points[:, 2:] - points[:, :2]) / focal, turning_flow(start))


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """What one pair says about the vanishing point.

    Attributes:
        normal, pull: (2, 2) and (2,) of the least squares.
        agreed: Share of its points that agree.
        drove: Median length of the flow that turning and nodding leave.
        ahead: Of that flow away from the point, positive while driving towards it.
    """

    normal: Floats
    pull: Floats
    agreed: float
    drove: float
    ahead: float


def _told(pair: _Pair, slope: Floats, miss: float) -> _Told:
    out = pair.start - slope
    far = np.hypot(*out.T) + _NEAR_SLOPE
    design = np.stack([across(turn, out) / far for turn in pair.turning], axis=1)
    seen, weight = across(pair.flow, out) / far, np.ones(len(far))
    for _ in range(_WEIGHINGS):
        pull = design * weight[:, None]
        inverse = np.linalg.inv(pull.T @ design + 1e-9 * np.eye(2))
        turned = inverse @ (pull.T @ seen)
        rest = seen - design @ turned
        weight = 1.0 / (1.0 + (rest / (2.0 * miss)) ** 2) ** 2
    straight = pair.flow - turned[0] * pair.turning[0] - turned[1] * pair.turning[1]
    slopes = np.stack([straight[:, 1], -straight[:, 0]], axis=1) / far[:, None]
    free = slopes - design @ (inverse @ (pull.T @ slopes))  # what no turn of this pair can make good
    weighted = free * weight[:, None]
    return _Told(
        normal=weighted.T @ free,
        pull=weighted.T @ rest,
        agreed=float(np.mean(np.abs(rest) < 3.0 * miss)),
        drove=float(np.median(np.hypot(*straight.T))),
        ahead=float(weight @ np.einsum("ni,ni->n", straight, out)),
    )


def _solved(pairs: Sequence[_Pair], *, miss: float) -> tuple[Floats, Floats, int] | None:
    """The slope (2,) on which most points agree, its standard deviations, the pairs used; None where they do not."""
    slope = np.zeros(2)
    for _ in range(_STEPS):
        told = [one for one in (_told(pair, slope, miss) for pair in pairs) if one.drove > miss]
        if len(told) < _FEWEST_PAIRS:
            return None
        normal, pull = np.sum([one.normal for one in told], axis=0), np.sum([one.pull for one in told], axis=0)
        step = np.linalg.solve(normal + 1e-12 * np.eye(2), pull)
        slope = slope - step * min(1.0, 0.5 / max(math.hypot(*step), 1e-9))
        if math.hypot(*slope) > _FARTHEST_SLOPE:
            return None
        if math.hypot(*step) < _SETTLED:
            break
    if np.mean([one.agreed for one in told]) < _AGREED or sum(one.ahead for one in told) <= 0.0:
        return None
    without = []
    for block in np.array_split(np.arange(len(told)), max(2, len(told) // _BLOCK)):
        others = normal - np.sum([told[i].normal for i in block], axis=0)
        without.append(
            np.linalg.solve(others + 1e-12 * np.eye(2), pull - np.sum([told[i].pull for i in block], axis=0))
        )
    return slope, np.std(without, axis=0) * math.sqrt(len(without) - 1.0), len(told)
