"""Who stands in front of whom: the order in which a painter puts things on."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONG_M = 0.55  # half lengths above this need more than the distance of their middle


def far_to_near(places_m: Floats, headings_deg: Floats, halves_m: Floats, *, eye_m: Floats) -> list[int]:
    """Indices of things on the ground, each after all that it hides.

    places_m (N, 2), headings_deg (N,), halves_m (N, 2) half length and half width; eye_m (2,).
    Long things are compared by the side of their outline that separates them from others.
    """
    count = len(places_m)
    offset = places_m - eye_m
    distance = np.hypot(offset[:, 0], offset[:, 1])
    bearing = np.arctan2(offset[:, 0], offset[:, 1])
    reach = np.arctan2(np.hypot(halves_m[:, 0], halves_m[:, 1]), np.maximum(distance, 0.3))
    after: list[list[int]] = [[] for _ in range(count)]
    waits = [0] * count
    for i in np.flatnonzero(halves_m.max(axis=1) > LONG_M):
        gap = np.abs((bearing - bearing[i] + np.pi) % (2 * np.pi) - np.pi)
        near = np.flatnonzero(gap < reach + reach[i])
        for j in near[near != i]:
            if halves_m[j].max() > LONG_M and j < i:
                continue
            verdict = _in_front(int(i), int(j), places_m, headings_deg, halves_m, eye_m)
            if verdict == 0:
                continue
            first, second = (int(i), int(j)) if verdict > 0 else (int(j), int(i))
            after[first].append(second)
            waits[second] += 1
    return _sorted(distance, after, waits)


def _in_front(i: int, j: int, places_m: Floats, headings_deg: Floats, halves_m: Floats, eye_m: Floats) -> int:
    """+1 when j is in front of i, -1 when behind, 0 when it cannot be said."""
    verdict = _against(i, places_m[j], places_m, headings_deg, halves_m, eye_m)
    if verdict == 0 and halves_m[j].max() > LONG_M:
        return -_against(j, places_m[i], places_m, headings_deg, halves_m, eye_m)
    return verdict


def _against(i: int, point_m: Floats, places_m: Floats, headings_deg: Floats, halves_m: Floats, eye_m: Floats) -> int:
    angle = np.radians(headings_deg[i])
    axes = np.array([[np.sin(angle), np.cos(angle)], [-np.cos(angle), np.sin(angle)]])
    p, c = axes @ (point_m - places_m[i]), axes @ (eye_m - places_m[i])
    behind = False
    for axis in (0, 1):
        half = halves_m[i, axis]
        for sign in (-1.0, 1.0):
            if p[axis] * sign > half * 0.9:
                if c[axis] * sign > half:
                    return 1
                behind = True
    return -1 if behind else 0


def _sorted(distance: Floats, after: list[list[int]], waits: list[int]) -> list[int]:
    """Farthest first among those that wait for nothing; circles are broken at the farthest."""
    count = len(waits)
    ready = [(-distance[i], i) for i in range(count) if waits[i] == 0]
    heapq.heapify(ready)
    done: list[int] = []
    placed = [False] * count
    while len(done) < count:
        if not ready:
            left = [i for i in range(count) if not placed[i]]
            stuck = max(left, key=lambda k: distance[k])
            waits[stuck] = 0
            heapq.heappush(ready, (-distance[stuck], stuck))
        _, i = heapq.heappop(ready)
        if placed[i]:
            continue
        placed[i] = True
        done.append(i)
        for j in after[i]:
            waits[j] -= 1
            if waits[j] == 0 and not placed[j]:
                heapq.heappush(ready, (-distance[j], j))
    return done


def hidden_by(eye_m: Floats, points_m: Floats, feet_m: Floats) -> NDArray[np.bool_]:
    """For each point (N, 2) and convex foot (M, 4, 2): whether the line of sight crosses it, (N, M)."""
    if not len(feet_m) or not len(points_m):
        return np.zeros((len(points_m), len(feet_m)), bool)
    start, way = eye_m[None, None], (points_m - eye_m)[:, None]
    enter = np.zeros((len(points_m), len(feet_m)))
    leave = np.ones((len(points_m), len(feet_m)))
    centre = feet_m.mean(axis=1)
    for k in range(4):
        a, b = feet_m[:, k], feet_m[:, (k + 1) % 4]
        normal = np.column_stack([b[:, 1] - a[:, 1], a[:, 0] - b[:, 0]])
        flip = ((a - centre) * normal).sum(axis=1) < 0
        normal[flip] *= -1
        slope = (way * normal[None]).sum(axis=2)
        room = ((a[None] - start) * normal[None]).sum(axis=2)
        with np.errstate(divide="ignore", invalid="ignore"):
            cut = room / slope
        enter = np.where(slope < 0, np.maximum(enter, cut), enter)
        leave = np.where(slope > 0, np.minimum(leave, cut), leave)
        leave = np.where((slope == 0) & (room < 0), -1.0, leave)
    crossed: NDArray[np.bool_] = enter < leave - 0.002
    return crossed
