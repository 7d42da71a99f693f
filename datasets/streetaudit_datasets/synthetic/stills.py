"""Training stills: random streets, lights and cameras, with YOLO labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.crowd import LENGTH_M, crowded
from streetaudit_datasets.synthetic.lens import Sensor, draw_lens, jpeg
from streetaudit_datasets.synthetic.scene import Studio
from streetaudit_datasets.synthetic.seen import Seen
from streetaudit_datasets.synthetic.textures import Image, Rng
from streetaudit_datasets.synthetic.world import Thing, World

PER_WORLD = 12  # pictures of one street; a street costs more than a picture
FEWEST_PX = 9  # a box with a longer side below this, at 640 pixels, is not labelled
LEAST_VISIBLE = 0.25
LARGE_PART = 0.03  # of the picture: what fills more is labelled though most of it lies outside
LEAST_PART = 0.05
AIM = {"litter": 8, "street_stall": 6, "illegal_ad": 8, "vehicle": 1, "bin": 4, "overflowing_bin": 6, "person": 1}


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture and its boxes.

    Attributes:
        image: uint8 (H, W, 3) RGB.
        labels: class names.
        xyxy: float64 (N, 4), pixels.
    """

    image: Image
    labels: tuple[str, ...]
    xyxy: NDArray[np.float64]


def stills(*, count: int, seed: int, size: tuple[int, int] = (640, 640)) -> Iterator[Still]:
    """Pictures (width, height) of streets drawn from a seed."""
    made = 0
    for street in range(-(-count // PER_WORLD)):
        rng = np.random.default_rng([seed, street])
        world = crowded(rng)
        studio = Studio(world, headlights=bool(rng.random() < 0.5))
        for _ in range(min(PER_WORLD, count - made)):
            yield _still(rng, studio, size)
            made += 1


def _still(rng: Rng, studio: Studio, size: tuple[int, int]) -> Still:
    """A picture with something on it, if a few tries find one."""
    world = studio.world
    best: Still | None = None
    for _ in range(4):
        camera = _camera(rng, world, size)
        shot = studio.shoot(camera)
        lens = draw_lens(rng, exposure=world.light.exposure, noise=world.light.noise)
        image = Sensor(lens, rng).expose(shot.image)
        if rng.random() < 0.85:
            image = jpeg(image, quality=int(rng.integers(35, 96)))
        best = labelled(image, shot.seen, world.things)
        if len(best.labels):
            break
    if best is None:
        raise RuntimeError("no picture was tried")
    return best


def labelled(image: Image, seen: tuple[Seen, ...], things: tuple[Thing, ...]) -> Still:
    """A picture with boxes for what is worth a label."""
    labels = {t.ident: t.label for t in things if t.ident}
    least = FEWEST_PX * image.shape[1] / 640
    kept = [s for s in seen if _is_worth_a_label(s, least=least, picture_px=image.shape[0] * image.shape[1])]
    boxes = np.array([s.xyxy for s in kept], dtype=np.float64).reshape(-1, 4)
    return Still(image, tuple(labels[s.ident] for s in kept), boxes)


def _is_worth_a_label(seen: Seen, *, least: float, picture_px: int) -> bool:
    """Whether a person would name it: large enough, and not all but hidden; a large part of a near thing will do."""
    x0, y0, x1, y1 = seen.xyxy
    wide, tall = x1 - x0, y1 - y0
    if max(wide, tall) < least or min(wide, tall) < 0.4 * least:
        return False
    return seen.visible >= LEAST_VISIBLE or (wide * tall > LARGE_PART * picture_px and seen.visible >= LEAST_PART)


def _camera(rng: Rng, world: World, size: tuple[int, int]) -> Camera:
    """A camera aimed near a thing that was drawn by class."""
    target = _target(rng, world)
    along, right = (float(v) for v in world.plan.path.locate(np.array(target.east_m), np.array(target.north_m)))
    for _ in range(30):
        away = float(rng.gamma(2.2, 2.6)) + 2.0
        angle = float(rng.uniform(0, 2 * np.pi))
        spot = along + away * np.cos(angle), right + away * np.sin(angle)
        inside = abs(spot[1]) < world.plan.wall_m - 0.8 and 0 < spot[0] < LENGTH_M
        if inside and _is_clear(world, *spot):
            return _looking(rng, world, spot, target, size)
    return _looking(rng, world, (float(rng.uniform(2, 30)), 1.8), target, size)


def _target(rng: Rng, world: World) -> Thing:
    known = [t for t in world.things if t.label]
    if not known:
        return world.things[0]
    weights = np.array([AIM[t.label] for t in known], dtype=np.float64)
    return known[int(rng.choice(len(known), p=weights / weights.sum()))]


def _is_clear(world: World, along: float, right: float) -> bool:
    point = world.plan.path.point(along, right)
    return all(
        np.hypot(t.east_m - point[0], t.north_m - point[1]) > 0.9 + max(t.model.size_m[:2]) / 2 for t in world.things
    )


def _looking(rng: Rng, world: World, spot: tuple[float, float], target: Thing, size: tuple[int, int]) -> Camera:
    point = world.plan.path.point(*spot)
    offset = np.array([target.east_m, target.north_m]) - point
    distance = max(1.5, float(np.hypot(*offset)))
    hfov = float(rng.uniform(42, 98))
    height = float(rng.choice([rng.uniform(1.2, 1.8), rng.uniform(1.6, 2.6), rng.uniform(3, 6.5)], p=(0.4, 0.45, 0.15)))
    middle = target.model.size_m[2] * 0.5 if not target.on_wall else 1.5
    down = np.degrees(np.arctan2(height - middle, distance))
    pitch = float(np.clip(-down * rng.uniform(0.2, 1.1) + rng.normal(0, 3), -55, 8))
    heading = float(np.degrees(np.arctan2(offset[0], offset[1])) + rng.uniform(-0.32, 0.32) * hfov)
    mount = Mount(hfov, height, pitch, 0.0, *size)
    return camera_at(float(point[0]), float(point[1]), heading_deg=heading, mount=mount)


def render_stills(
    out: Path, *, count: int, seed: int, size: tuple[int, int] = (640, 640), workers: int = 1, quality: int = 90
) -> None:
    """Write a YOLO data set: images/, labels/ and data.yaml, classes in the taxonomy's order."""
    for folder in ("images", "labels"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    streets = -(-count // PER_WORLD)
    jobs = [(out, seed, s, min(PER_WORLD, count - s * PER_WORLD), size, quality) for s in range(streets)]
    if workers <= 1:
        counts = [_write_street(job) for job in jobs]
    else:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            counts = list(pool.map(_write_street, jobs))
    names = "\n".join(f"  {i}: {name}" for i, name in enumerate(CLASSES))
    (out / "data.yaml").write_text(f"path: .\ntrain: images\nval: images\nnames:\n{names}\n")
    totals = {label: sum(c.get(label, 0) for c in counts) for label in CLASSES}
    (out / "stats.json").write_text(json.dumps({"images": count, "seed": seed, "boxes": totals}, indent=1))


def _write_street(job: tuple[Path, int, int, int, tuple[int, int], int]) -> dict[str, int]:
    """Write the pictures of one street; the count of boxes by class."""
    out, seed, street, count, size, quality = job
    cv2.setNumThreads(1)
    rng = np.random.default_rng([seed, street])
    studio = Studio(crowded(rng), headlights=bool(rng.random() < 0.5))
    totals: dict[str, int] = {}
    for i in range(count):
        still = _still(rng, studio, size)
        stem = f"synth-{seed}-{street:04d}-{i:02d}"
        cv2.imwrite(str(out / "images" / f"{stem}.jpg"), still.image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
        (out / "labels" / f"{stem}.txt").write_text(yolo(still))
        for label in still.labels:
            totals[label] = totals.get(label, 0) + 1
    return totals


def yolo(still: Still) -> str:
    """The label file: class, middle and size as shares of the picture."""
    height, width = still.image.shape[:2]
    rows = []
    for label, (x0, y0, x1, y1) in zip(still.labels, still.xyxy, strict=True):
        box = (x0 + x1) / 2 / width, (y0 + y1) / 2 / height, (x1 - x0) / width, (y1 - y0) / height
        rows.append(f"{CLASSES.index(label)} " + " ".join(f"{v:.6f}" for v in box) + "\n")
    return "".join(rows)
