"""What the instruments get wrong: the receiver's wandering bias, the vehicle's shake, the detector's slips."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streetaudit_datasets.world.street import Floats

Rng = np.random.Generator


@dataclass(frozen=True, slots=True)
class Gps:
    """How the receiver errs.

    Attributes:
        bias_sd_m: Of one axis of the wandering bias (first-order Gauss-Markov).
        bias_time_s: Its correlation time.
        noise_sd_m: Of one axis, drawn anew in each fix.
        gap_every_s: Mean time between gaps.
        gap_s: Shortest and longest gap.
    """

    bias_sd_m: float = 1.5
    bias_time_s: float = 90.0
    noise_sd_m: float = 0.15
    gap_every_s: float = 150.0
    gap_s: tuple[float, float] = (4.0, 12.0)


#: A receiver without any error.
EXACT_GPS = Gps(bias_sd_m=0.0, noise_sd_m=0.0, gap_every_s=1e9)


@dataclass(frozen=True, slots=True)
class Detecting:
    """How the detector errs.

    Attributes:
        chance: To find what is large and in full view.
        smallest_px: Smaller sides are found half as often.
        edge_px: Standard deviation of a box's edge...
        edge_share: ...and the share of its side that adds to it.
        flicker: Share of detections with a wrong class.
        false_per_frame: Boxes with nothing in them.
    """

    chance: float = 0.93
    smallest_px: float = 11.0
    edge_px: float = 0.8
    edge_share: float = 0.015
    flicker: float = 0.03
    false_per_frame: float = 0.03


_CONFUSED = {
    "litter": "overflowing_bin",
    "street_stall": "vehicle",
    "illegal_ad": "street_stall",
    "vehicle": "street_stall",
    "bin": "overflowing_bin",
    "overflowing_bin": "bin",
}


def wander(rng: Rng, time_s: Floats, *, sd: float, correlation_s: float, axes: int = 1) -> Floats:
    """(N, axes) of a first-order Gauss-Markov process at some times."""
    out = np.zeros((len(time_s), axes))
    if len(time_s) == 0 or sd == 0.0:
        return out
    out[0] = rng.normal(0.0, sd, axes)
    keep = np.exp(-np.diff(time_s) / correlation_s)
    for i, share in enumerate(keep, start=1):
        out[i] = share * out[i - 1] + rng.normal(0.0, sd * np.sqrt(1.0 - share**2), axes)
    return out


def fixes(rng: Rng, time_s: Floats, place_m: Floats, gps: Gps) -> tuple[Floats, Floats]:
    """Times and (N, 2) measured places of one receiver; in gaps there are none."""
    bias = wander(rng, time_s, sd=gps.bias_sd_m, correlation_s=gps.bias_time_s, axes=2)
    measured = place_m + bias + rng.normal(0.0, gps.noise_sd_m, place_m.shape)
    keep = np.ones(len(time_s), np.bool_)
    start = time_s[0] + rng.exponential(gps.gap_every_s)
    while start < time_s[-1]:
        length = rng.uniform(*gps.gap_s)
        keep &= (time_s < start) | (time_s > start + length)
        start += length + rng.exponential(gps.gap_every_s)
    return time_s[keep], measured[keep]


def label_seen(rng: Rng, class_name: str, detecting: Detecting) -> str:
    """What the detector calls a thing in one frame."""
    return _CONFUSED[class_name] if rng.random() < detecting.flicker else class_name


def detected(rng: Rng, xyxy: Floats, visible: Floats, *, ease: Floats, detecting: Detecting) -> Floats:
    """(N,) scores of the boxes that are found, 0 for those that are missed."""
    side = np.minimum(xyxy[:, 2] - xyxy[:, 0], xyxy[:, 3] - xyxy[:, 1])
    clear = 1.0 / (1.0 + np.exp(-(side - detecting.smallest_px) / 2.0))
    chance = detecting.chance * ease * clear * np.clip((visible - 0.25) / 0.5, 0.0, 1.0)
    score = np.clip(rng.normal(0.55 + 0.25 * clear * ease, 0.08), 0.12, 0.99)
    return np.asarray(np.where(rng.random(len(xyxy)) < chance, score, 0.0))


def shaken(rng: Rng, xyxy: Floats, detecting: Detecting) -> Floats:
    """The boxes with their edges a little off."""
    side = np.concatenate([xyxy[:, 2:] - xyxy[:, :2]] * 2, axis=1)
    return np.asarray(
        xyxy + rng.normal(0.0, 1.0, xyxy.shape) * np.hypot(detecting.edge_px, detecting.edge_share * side)
    )
