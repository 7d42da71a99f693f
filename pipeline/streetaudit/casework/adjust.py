"""Where all cases of a neighbourhood stand, from all that was seen of them on all passes.

Every pass has an error of its own that wanders slowly (its GPS), every sighting one of its own. What was seen on two
passes ties them together: the least-squares adjustment of a geodetic network. The biases of many nights are
independent, so their mean converges on the truth; no night is the reference, and nothing drifts after the first one.
The answer follows from the sightings alone, in whatever order they came.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import numpy as np

from streetaudit.casework.normal import radius_95
from streetaudit.casework.wander import CORRELATION_S, Floats, own_spreads, points_of, shared_variance, spreads_of
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.glimpse import Glimpse
from streetaudit.structures.place import Place

#: The bias is one number for so long.
_BIN_S = 5.0
#: So many unknown biases at most; passes beyond count as so many single measurements.
_MOST_BIASES = 700
_ROUNDS = 3
#: Degrees of freedom of a sighting's error: a wrong one loses its weight.
_TAILS = 5.0
#: One sighting far off says no more than this about the errors of the others (squared standard deviations).
_MOST_MISFIT = 12.0
#: One standard deviation of what is wrong in the same way every night: the camera's mount, the map.
COMMON_M = 0.1
#: Share of a sighting's own variance that further sightings repeat: same thing, same camera, same side.
COMMON_SHARE = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """Row i of an array for glimpse i.

    Attributes:
        place_m: (N, 2).
        spread: (N, 2, 2) own error; with the pass's where the pass has no biases here.
        bias: (N,) row of the unknown bias, -1 for none.
        case: (N,) row of the case.
        precision: (B, B) of one axis of the biases, before.
    """

    place_m: Floats
    spread: Floats
    bias: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    case: np.ndarray[tuple[int, ...], np.dtype[np.intp]]
    precision: Floats


def adjust(glimpses: Sequence[Glimpse], *, fixed_cameras: Collection[str] = ()) -> Mapping[UUID, Place]:
    """The place of each case.

    Args:
        glimpses: All placed sightings of some cases that lie near each other.
        fixed_cameras: Names of cameras whose error is the same in all clips.
    """
    if not glimpses:
        return {}
    ordered = sorted(glimpses, key=lambda g: (g.clip_sha256, g.time_s, g.sighting_id))
    frame = LocalFrame(ordered[0].place.lat, ordered[0].place.lon)
    cases = sorted({glimpse.spot_id for glimpse in ordered})
    network = _network(ordered, cases, frame, frozenset(fixed_cameras))
    points, spreads = _solve(network, len(cases))
    best: dict[UUID, Place] = {}
    views: dict[UUID, int] = defaultdict(int)
    for glimpse in ordered:
        views[glimpse.spot_id] += glimpse.place.views
        known = best.get(glimpse.spot_id)
        if known is None or glimpse.place.error_m < known.error_m:
            best[glimpse.spot_id] = glimpse.place
    return {
        case: _place(best[case], frame, point, spread, views[case])
        for case, point, spread in zip(cases, points, spreads, strict=True)
    }


def _place(like: Place, frame: LocalFrame, point: Floats, spread: Floats, views: int) -> Place:
    lat, lon = frame.to_degrees(float(point[0]), float(point[1]))
    covariance = float(spread[0, 0]), float(spread[0, 1]), float(spread[1, 1])
    return replace(like, lat=lat, lon=lon, error_m=radius_95(covariance), views=views, covariance_m2=covariance)


def _network(
    glimpses: Sequence[Glimpse], cases: Sequence[UUID], frame: LocalFrame, fixed_cameras: frozenset[str]
) -> _Network:
    spreads = spreads_of([glimpse.place for glimpse in glimpses])
    passes: dict[str, list[int]] = defaultdict(list)
    for i, glimpse in enumerate(glimpses):
        passes[glimpse.camera if glimpse.camera in fixed_cameras else glimpse.clip_sha256].append(i)
    row_of = {case: row for row, case in enumerate(cases)}
    case = np.array([row_of[glimpse.spot_id] for glimpse in glimpses], np.intp)
    often = np.bincount(case, minlength=len(cases))[case] > 1
    bias, blocks, size = np.full(len(glimpses), -1, np.intp), [], 0
    shared = np.zeros(len(glimpses))
    # Passes that tie most cases together come first; the rest are single measurements with all their error.
    for name, rows in sorted(passes.items(), key=lambda entry: (-int(often[entry[1]].sum()), entry[0])):
        variance = shared_variance(spreads[rows])
        bins = [0 if name in fixed_cameras else round(glimpses[row].time_s / _BIN_S) for row in rows]
        ticks = sorted(set(bins))
        if size + len(ticks) > _MOST_BIASES or not often[rows].any():
            continue
        shared[rows] = variance
        bias[rows] = [size + ticks.index(tick) for tick in bins]
        blocks.append((size, _precision(np.array(ticks) * _BIN_S, variance)))
        size += len(ticks)
    precision = np.zeros((size, size))
    for start, block in blocks:
        precision[start : start + len(block), start : start + len(block)] = block
    place = points_of(frame, [glimpse.place for glimpse in glimpses])
    return _Network(place, own_spreads(spreads, shared), bias, case, precision)


def _precision(time_s: Floats, variance: float) -> Floats:
    """(B, B) inverse covariance of a first-order Gauss-Markov process: tridiagonal."""
    keep = np.exp(-np.diff(time_s) / CORRELATION_S)
    free = 1.0 / np.maximum(1.0 - keep**2, 1e-9)
    middle = np.ones(len(time_s))
    middle[:-1] += keep**2 * free
    middle[1:] += free - 1.0
    out = np.diag(middle)
    out[np.arange(len(keep)), np.arange(1, len(time_s))] = -keep * free
    out[np.arange(1, len(time_s)), np.arange(len(keep))] = -keep * free
    return np.asarray(out / max(variance, 1e-6))


def _solve(network: _Network, cases: int) -> tuple[Floats, Floats]:
    """(C, 2) places and (C, 2, 2) covariances of the cases, by weights that fall for outliers."""
    trust = np.ones(len(network.place_m))
    size = len(network.precision)
    for last in (False,) * (_ROUNDS - 1) + (True,):
        weight = np.linalg.inv(network.spread) * trust[:, None, None]
        total = np.zeros((cases, 2, 2))
        np.add.at(total, network.case, weight)
        mean: Floats = np.linalg.inv(total).astype(np.float64)
        normal, pull, link = _reduced(network, weight, mean)
        spread = np.linalg.inv(normal) if last and size else None
        bias = (np.linalg.solve(normal, pull) if size else np.zeros(0)).reshape(-1, 2)
        free = network.place_m - np.where((network.bias >= 0)[:, None], bias[network.bias] if size else 0.0, 0.0)
        summed = np.zeros((cases, 2))
        np.add.at(summed, network.case, np.einsum("nij,nj->ni", weight, free))
        points = np.einsum("cij,cj->ci", mean, summed)
        miss = free - points[network.case]
        squared = np.einsum("ni,nij,nj->n", miss, np.linalg.inv(network.spread), miss)
        trust = (_TAILS + 2.0) / (_TAILS + np.maximum(squared, 2.0))
    # Birge's ratio: a spread beyond the claimed errors shows that they were too small.
    count = np.bincount(network.case, minlength=cases)
    misfit = np.bincount(network.case, np.minimum(squared, _MOST_MISFIT), cases) / np.maximum(2 * (count - 1), 1)
    mean = mean * np.where(count > 1, np.maximum(misfit, 1.0), 1.0)[:, None, None]
    repeated = 1.0 + COMMON_SHARE * (count - 1)
    spreads = mean * repeated[:, None, None] + COMMON_M**2 * np.eye(2)
    if spread is not None:
        spreads = spreads + np.einsum("cik,kl,cjl->cij", link, spread, link, optimize=True)
    return points, spreads


def _reduced(network: _Network, weight: Floats, mean: Floats) -> tuple[Floats, Floats, Floats]:
    """The normal equations of the biases with the cases eliminated, and (C, 2, 2B) what biases do to cases."""
    size, cases = len(network.precision), len(mean)
    normal: Floats = np.kron(network.precision, np.eye(2)).astype(np.float64)
    pull = np.zeros(2 * size)
    link = np.zeros((cases, 2, 2 * size))
    weighted = np.einsum("nij,nj->ni", weight, network.place_m)
    summed = np.zeros((cases, 2))
    np.add.at(summed, network.case, weighted)
    centre = np.einsum("cij,cj->ci", mean, summed)
    by_case: dict[int, list[int]] = defaultdict(list)
    for row in np.flatnonzero(network.bias >= 0).tolist():
        by_case[int(network.case[row])].append(row)
    for case, rows in by_case.items():
        columns = [2 * int(network.bias[row]) + axis for row in rows for axis in (0, 1)]
        wide = np.concatenate([weight[row] for row in rows], axis=1)  # (2, 2k)
        block = -wide.T @ mean[case] @ wide
        for k, row in enumerate(rows):
            block[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] += weight[row]
        np.add.at(normal, np.ix_(columns, columns), block)
        np.add.at(pull, columns, np.concatenate([weight[row] @ (network.place_m[row] - centre[case]) for row in rows]))
        np.add.at(link[case].T, columns, -(mean[case] @ wide).T)
    return normal, pull, link
