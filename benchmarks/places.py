"""Metres between placed and true positions on KITTI tracking: single views by distance, beside naive flat ground.

    python benchmarks/places.py [--shared ../shared]

Ten drives, labels of cars and pedestrians: 2-D boxes go in, 3-D positions are only compared with. The camera is taken
as level at 1.65 m with the calibrated focal length (the data set's description); its true height over the ground of
each object lies between 1.6 and 1.9 m. Sizes come from `streetaudit.locate.priors`, where cars share one class with
vans, lorries and buses. The drives come without the vehicle's own motion, so every view is placed by itself.
"""

from __future__ import annotations

import argparse
import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.place import Locator
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Pose
from streetaudit.structures.track import Observation, Track

Floats = NDArray[np.float64]
IMAGE = (1242, 375)
BANDS_M = ((0, 15), (15, 30), (30, 50))
KINDS = {"Car": "vehicle", "Pedestrian": "person"}


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """Rows of one kind: boxes (N, 4), centres (N, 2) right and ahead in metres, truncation and occlusion (N,)."""

    boxes: Floats
    centres_m: Floats
    truncated: Floats
    occluded: Floats


def read_labels(folder: Path, kind: str) -> Labels:
    lines = [line.split() for path in sorted(folder.glob("*.txt")) for line in path.read_text().splitlines()]
    rows = np.array([[float(value) for value in line[3:17]] for line in lines if line[2] == kind])
    return Labels(rows[:, 3:7], rows[:, [10, 12]], rows[:, 0], rows[:, 1])


def read_camera(path: Path) -> Camera:
    line = next(line for line in path.read_text().splitlines() if line.startswith("P2:"))
    p2 = [float(value) for value in line.split()[1:]]
    return Camera(
        "kitti", focal_px=p2[0], centre_px=(p2[2], p2[6]), calibrated_width_px=IMAGE[0], height_m=1.65, kind="vehicle"
    )


def naive(boxes: Floats, camera: Camera) -> Floats:
    """The middle of the box's foot on level ground; NaN at the horizon."""
    focal, (x0, y0) = camera.focal_for(IMAGE[0]), camera.centre_for(*IMAGE)
    fall = boxes[:, 3] - y0
    ahead = np.where(fall > 0.5, focal * camera.height_m / np.maximum(fall, 0.5), np.nan)
    return np.stack([ahead * ((boxes[:, 0] + boxes[:, 2]) / 2 - x0) / focal, ahead], axis=1)


def placed(boxes: Floats, camera: Camera, kind: str) -> tuple[Floats, Floats]:
    """Centres (N, 2) and error_m (N,); NaN where refused."""
    frame = LocalFrame(0.0, 0.0)
    locate = Locator(camera, lambda _: Pose(0.0, 0.0, 0.0, 0.0, 0.0), max_error_m=40.0)
    found, radii = np.full((len(boxes), 2), np.nan), np.full(len(boxes), np.nan)
    for index, (x1, y1, x2, y2) in enumerate(boxes.tolist()):
        seen = Observation(0, 0.0, (x1, y1, x2, y2), 1.0, CLASSES.index(kind))
        place = locate(Track(1, (seen,)), IMAGE)
        if isinstance(place, Place):
            found[index], radii[index] = frame.to_metres(place.lat, place.lon), place.error_m
    return found, radii


def table(title: str, labels: Labels, keep: NDArray[np.bool_], *, plain: Floats, ours: tuple[Floats, Floats]) -> None:
    distance = np.hypot(*labels.centres_m.T)
    far_plain = np.hypot(*(plain - labels.centres_m).T)
    far_ours, radii = np.hypot(*(ours[0] - labels.centres_m).T), ours[1]
    for low, high in BANDS_M:
        band = keep & (distance > low) & (distance <= high)
        if not band.any():
            continue
        good = band & np.isfinite(far_ours)
        base = far_plain[band & np.isfinite(far_plain)]
        mine = far_ours[good]
        print(
            f"{title:36s} {low:3d}-{high:2d} m {band.sum():5d}  {np.median(base):6.2f} {np.percentile(base, 90):6.2f}"
            f"  {np.median(mine):6.2f} {np.percentile(mine, 90):6.2f}   {np.mean(mine <= radii[good]):5.3f}"
            f"  {np.median(radii[good]):6.2f}  {1 - good.sum() / band.sum():5.3f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STREETAUDIT_SHARED", "../shared")))
    base = parser.parse_args().shared / "data/truth/kitti_tracking"
    camera = read_camera(base / "calib/0000.txt")
    print(f"{'':36s} {'':7s} {'n':>7s}  {'flat ground':>13s}  {'placed':>13s}   inside  radius  refused")
    for label, kind in KINDS.items():
        labels = read_labels(base / "label", label)
        started = time.perf_counter()
        ours = placed(labels.boxes, camera, kind)
        each_ms = (time.perf_counter() - started) / len(labels.boxes) * 1e3
        plain = naive(labels.boxes, camera)
        edge = (labels.boxes[:, 0] <= 2) | (labels.boxes[:, 2] >= IMAGE[0] - 3) | (labels.boxes[:, 3] >= IMAGE[1] - 3)
        whole = ~edge & (labels.truncated == 0)
        for title, keep in (
            (f"{label}, all", np.ones(len(edge), np.bool_)),
            (f"{label}, whole in the image", whole),
            (f"{label}, whole, mostly visible", whole & (labels.occluded < 2)),
            (f"{label}, cut by the border", ~whole),
        ):
            table(title, labels, keep, plain=plain, ours=ours)
        print(f"{'':36s} {each_ms:.2f} ms a view")


if __name__ == "__main__":
    main()
