"""Which sightings of different images are one thing: agglomeration of uncertain places.

Each sighting is a normal distribution on the ground: long along its ray where only the bearing is sure, round where a
track was placed well. Two groups are joined while one thing is likelier than two, given how densely such things
stand: places a metre sure may differ by three of their standard deviations and be one, while of places ten metres sure
another thing may always lie between. Sightings that are known to be different (seen side by side in one image) never
meet. What speaks for a group follows from sums over its members, so a merge is weighed in constant time.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.rays import Floats

#: Street furniture of one kind before anything was seen: one on a stretch of 50 m of a street 20 m wide.
THINGS_PER_M2 = 1e-3
#: No member may lie farther from its group's place than this, in squared standard deviations.
_MOST_COST = 16.0


@dataclass(frozen=True, slots=True, eq=False)
class Sightings:
    """Uncertain places, one row a sighting.

    Attributes:
        place_m: (N, 2) east, north.
        information: (N, 2, 2) inverse covariance, 1 / square metres.
        image: (N,) int, sightings of one number were seen in one image.
        bearing_rad: (N,) clockwise from north, as seen from the image; what tells side by side from twice.
    """

    place_m: Floats
    information: Floats
    image: NDArray[np.int64]
    bearing_rad: Floats

    def __len__(self) -> int:
        return len(self.place_m)


@dataclass(frozen=True, slots=True, eq=False)
class Thing:
    """One thing that several sightings agree on.

    Attributes:
        members: Rows of its sightings.
        place_m: (2,) east, north.
        covariance_m2: (2, 2).
        cost: Squared standard deviations by which its sightings miss it, summed.
    """

    members: tuple[int, ...]
    place_m: Floats
    covariance_m2: Floats
    cost: float


@dataclass(frozen=True, slots=True)
class RayNoise:
    """Standard deviations of a ray with an estimated distance.

    Attributes:
        bearing_deg: Of the direction.
        distance_share: Of the distance, as a share of it.
        position_m: Of the camera, one axis.
    """

    bearing_deg: float = 3.0
    distance_share: float = 0.3
    position_m: float = 1.5


def sightings_of_rays(
    camera_m: Floats, bearing_deg: Floats, *, distance_m: Floats, image: NDArray[np.int64], noise: RayNoise
) -> Sightings:
    """Sightings of rays (N,) from cameras (N, 2) with estimated distances."""
    bearing = np.radians(bearing_deg)
    along = np.stack([np.sin(bearing), np.cos(bearing)], axis=1)
    across = np.stack([along[:, 1], -along[:, 0]], axis=1)
    along_sd = np.hypot(noise.distance_share * distance_m, noise.position_m)
    across_sd = np.hypot(math.radians(noise.bearing_deg) * distance_m, noise.position_m)
    information = _outer(along) / along_sd[:, None, None] ** 2 + _outer(across) / across_sd[:, None, None] ** 2
    return Sightings(camera_m + along * distance_m[:, None], information, image, bearing)


def associate(
    sightings: Sightings, *, things_per_m2: float = THINGS_PER_M2, same_image_rad: float = 0.0, reach_m: float = 20.0
) -> list[Thing]:
    """The things that explain the sightings, those with most members first.

    Args:
        sightings: What was seen.
        things_per_m2: How densely such things stand; denser finds more things of fewer sightings each.
        same_image_rad: Sightings of one image whose bearings differ by less may be one thing seen twice.
        reach_m: Groups farther apart are not compared.
    """
    apart = -2.0 * math.log(2.0 * math.pi * things_per_m2)
    groups, grid = {row: _Group.of(sightings, row) for row in range(len(sightings))}, _Grid({}, reach_m)
    queue = []
    for row, group in groups.items():
        queue += [_offer(groups, other, row) for other in grid.near(group.place_m)]
        grid.add(row, group.place_m)
    heapq.heapify(queue)
    fresh = len(groups)
    while queue:
        extra, a, b = heapq.heappop(queue)
        if extra >= apart:
            break
        if a not in groups or b not in groups:
            continue
        joined = groups[a].joined(groups[b])
        if _clash(sightings, groups[a], groups[b], same_image_rad) or joined.worst(sightings) > _MOST_COST:
            continue
        for old in (a, b):
            grid.remove(old, groups.pop(old).place_m)
        groups[fresh] = joined
        for other in grid.near(joined.place_m):
            heapq.heappush(queue, _offer(groups, other, fresh))
        grid.add(fresh, joined.place_m)
        fresh += 1
    things = [group.thing() for group in groups.values()]
    return sorted(things, key=lambda thing: (-len(thing.members), thing.members))


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    members: tuple[int, ...]
    information: Floats  # sum of the members'
    moment: Floats  # sum of information @ place
    energy: float  # sum of place @ information @ place
    place_m: tuple[float, float]
    cost: float
    log_det: float  # of the information

    @classmethod
    def of(cls, sightings: Sightings, row: int) -> _Group:
        place, information = sightings.place_m[row], sightings.information[row]
        energy = float(place @ information @ place)
        log_det = math.log(float(np.linalg.det(information)))
        return cls((row,), information, information @ place, energy, (float(place[0]), float(place[1])), 0.0, log_det)

    def thing(self) -> Thing:
        covariance = np.linalg.inv(self.information).astype(np.float64)
        return Thing(self.members, np.array(self.place_m), covariance, self.cost)

    def joined(self, other: _Group) -> _Group:
        information, moment = self.information + other.information, self.moment + other.moment
        energy = self.energy + other.energy
        (a, b), (_, c) = information.tolist()
        x, y = moment.tolist()
        det = a * c - b * b
        east, north = (c * x - b * y) / det, (a * y - b * x) / det
        cost = max(energy - east * x - north * y, 0.0)
        return _Group(self.members + other.members, information, moment, energy, (east, north), cost, math.log(det))

    def worst(self, sightings: Sightings) -> float:
        rows = list(self.members)
        miss = sightings.place_m[rows] - self.place_m
        return float(np.einsum("ni,nij,nj->n", miss, sightings.information[rows], miss).max())


@dataclass(frozen=True, slots=True)
class _Grid:
    """Which groups lie near a place, by cells as wide as the reach."""

    cells: dict[tuple[int, int], dict[int, tuple[float, float]]]
    reach_m: float

    def add(self, group: int, place_m: tuple[float, float]) -> None:
        self.cells.setdefault(self._cell(place_m), {})[group] = place_m

    def remove(self, group: int, place_m: tuple[float, float]) -> None:
        del self.cells[self._cell(place_m)][group]

    def near(self, place_m: tuple[float, float]) -> list[int]:
        x, y = self._cell(place_m)
        around = [self.cells.get((x + dx, y + dy), {}) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
        return [g for cell in around for g, at in cell.items() if math.dist(at, place_m) <= self.reach_m]

    def _cell(self, place_m: tuple[float, float]) -> tuple[int, int]:
        return math.floor(place_m[0] / self.reach_m), math.floor(place_m[1] / self.reach_m)


def _offer(groups: dict[int, _Group], a: int, b: int) -> tuple[float, int, int]:
    """What speaks against one thing: -2 log of the density with which the places of two parts of it fall so apart."""
    one, other = groups[a], groups[b]
    joined = one.joined(other)
    return joined.cost - one.cost - other.cost + joined.log_det - one.log_det - other.log_det, a, b


def _clash(sightings: Sightings, one: _Group, other: _Group, same_image_rad: float) -> bool:
    """Whether the two hold sightings that one image shows side by side."""
    mine, theirs = list(one.members), list(other.members)
    same_image = sightings.image[mine][:, None] == sightings.image[theirs]
    turn = np.abs(sightings.bearing_rad[mine][:, None] - sightings.bearing_rad[theirs])
    apart = np.minimum(turn, 2.0 * math.pi - turn) >= same_image_rad
    return bool((same_image & apart).any())


def _outer(vectors: Floats) -> Floats:
    return np.asarray(vectors[:, :, None] * vectors[:, None, :])
