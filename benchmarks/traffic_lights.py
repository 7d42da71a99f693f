"""Fifty traffic lights of Regent Street from 173 bearings with estimated depth (Krylov, Kenny and Dahyot 2018).

    python benchmarks/traffic_lights.py [--shared ../shared]

The column "depth" is not in metres: the program that comes with the data multiplies it by 640/256 and adds it to
spherical Mercator coordinates, so that at this latitude one unit is 1.56 m.

Every row is counted in two ways. One to one: each thing takes at most one light within 6 m, what remains is extra.
Near: lights with any thing within 6 m, and things with no light within 6 m. "Told by the truth" is what no associator
can pass: every ray is given to the light that it fits best, rays that fit none are left out.
"""

from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.associate import RayNoise, Sightings, associate, sightings_of_rays
from streetaudit.structures.geo import LocalFrame

Floats = NDArray[np.float64]
FOUND_M = 6.0
#: Mercator metres of one unit of depth.
UNIT_M = 640.0 / 256.0
#: A ray fits a light within three standard deviations.
FITS = 9.0
#: Two heads of one pole appear side by side in one panorama.
ONE_POLE_RAD = math.radians(25.0)


def score(name: str, places: Floats, truth: Floats) -> None:
    away = np.hypot(*(places[:, None] - truth).transpose(2, 0, 1))
    taken_things: set[int] = set()
    taken_truths: set[int] = set()
    misses = []
    for miss, thing, light in sorted((away[i, j], i, j) for i, j in zip(*np.nonzero(away <= FOUND_M), strict=True)):
        if thing not in taken_things and light not in taken_truths:
            taken_things.add(thing)
            taken_truths.add(light)
            misses.append(miss)
    nearest = away.min(axis=1)
    print(
        f"{name:34s} {len(places):4d}  {len(misses):4d} {len(places) - len(misses):5d} {np.median(misses):6.2f}  "
        f"{(away.min(axis=0) <= FOUND_M).sum():4d} {(nearest > FOUND_M).sum():5d} {np.median(nearest):6.2f}"
        f" {np.percentile(nearest, 90):5.2f}"
    )


def told_by_truth(sightings: Sightings, truth: Floats, least: int) -> Floats:
    """Places of the lights that at least so many rays fit better than any other light."""
    miss = sightings.place_m[:, None] - truth
    squares = np.einsum("rti,rij,rtj->rt", miss, sightings.information, miss)
    owner = np.where(squares.min(axis=1) < FITS, squares.argmin(axis=1), -1)
    places = []
    for light in range(len(truth)):
        rows = np.flatnonzero(owner == light)
        if len(rows) >= least:
            information = sightings.information[rows]
            moment = np.einsum("rij,rj->i", information, sightings.place_m[rows])
            places.append(np.linalg.solve(information.sum(axis=0), moment))
    return np.array(places)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STREETAUDIT_SHARED", "../shared")))
    base = parser.parse_args().shared / "data/truth/dublin_traffic_lights/sample50"
    seen = np.loadtxt(base / "detection_input.csv", delimiter=",", skiprows=1)
    frame = LocalFrame(float(seen[0, 0]), float(seen[0, 1]))
    truth = np.array(
        [frame.to_metres(lat, lon) for lon, lat in np.loadtxt(base / "ground_truth.csv", delimiter=",", skiprows=1)]
    )
    cameras = np.array([frame.to_metres(lat, lon) for lat, lon in seen[:, :2]])
    _, image = np.unique(seen[:, :2], axis=0, return_inverse=True)
    bearing = np.radians(seen[:, 2])
    print(f"{'':34s} {'':4s}  {'one to one':>17s}  {'near':>17s}")
    columns = f"{'hit':>4s} {'extra':>5s} {'median':>6s}"
    print(f"{'':34s} {'n':>4s}  {columns}  {columns} {'p90':>5s}")
    rays = np.stack([np.sin(bearing), np.cos(bearing)], axis=1)
    distance_m = seen[:, 3] * UNIT_M * math.cos(math.radians(frame.lat))
    score("every ray, depth taken for metres", cameras + rays * seen[:, 3:], truth)
    score("every ray at its depth", cameras + rays * distance_m[:, None], truth)

    sightings = sightings_of_rays(cameras, seen[:, 2], distance_m=distance_m, image=image, noise=RayNoise())
    started = time.perf_counter()
    things = associate(sightings, same_image_rad=ONE_POLE_RAD)
    took_ms = (time.perf_counter() - started) * 1e3
    score("associated, all", np.array([thing.place_m for thing in things]), truth)
    for least in (2, 3):
        kept = np.array([thing.place_m for thing in things if len(thing.members) >= least])
        score(f"associated, {least} rays or more", kept, truth)
    for least in (1, 2):
        score(f"told by the truth, {least} or more", told_by_truth(sightings, truth, least), truth)
    print(f"{took_ms:.0f} ms for {len(seen)} rays")


if __name__ == "__main__":
    main()
