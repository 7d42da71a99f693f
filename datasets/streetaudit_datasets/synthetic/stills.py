"""Training stills: random streets, lights and cameras, with YOLO labels."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.synthetic.aimed import aimed_camera
from streetaudit_datasets.synthetic.crowd import crowded
from streetaudit_datasets.synthetic.lens import Sensor, draw_lens, jpeg
from streetaudit_datasets.synthetic.patrolled import draw_view, patrolled
from streetaudit_datasets.synthetic.scene import Studio
from streetaudit_datasets.synthetic.seen import Seen
from streetaudit_datasets.synthetic.setting import Setting
from streetaudit_datasets.synthetic.textures import Image, Rng
from streetaudit_datasets.synthetic.world import Thing, World

PER_WORLD = 12  # pictures of one street; a street costs more than a picture
FEWEST_PX = 9  # a box with a longer side below this, at 640 pixels, is not labelled
LEAST_VISIBLE = 0.25
LARGE_PART = 0.03  # of the picture: what fills more is labelled though most of it lies outside
LEAST_PART = 0.05
PATROLLED = 0.55  # share of the streets that are districts seen by patrols and masts, the others are crowded ones
WHOLE = 0.3  # share of a patrol's frames that are kept whole


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
    """Pictures of streets drawn from a seed; of (width, height) px, but a patrol's whole frames have their own size."""
    for street in range(-(-count // PER_WORLD)):
        yield from _street(seed, street, size=size, count=min(PER_WORLD, count - street * PER_WORLD))


def _street(seed: int, street: int, *, size: tuple[int, int], count: int) -> Iterator[Still]:
    rng = np.random.default_rng([seed, street])
    if rng.random() < PATROLLED:
        setting = patrolled(rng)
        take = partial(_frame, rng, Studio(setting.world, headlights=True), setting, size)
    else:
        take = partial(_snapshot, rng, Studio(crowded(rng), headlights=bool(rng.random() < 0.5)), size)
    for _ in range(count):
        yield _with_something(take)


def _with_something(take: Callable[[], Still]) -> Still:
    """A picture with something on it, if a few tries find one."""
    still = take()
    for _ in range(3):
        if len(still.labels):
            break
        still = take()
    return still


def _snapshot(rng: Rng, studio: Studio, size: tuple[int, int]) -> Still:
    """A crowded street, aimed at something."""
    shot = studio.shoot(aimed_camera(rng, studio.world, size))
    return labelled(_developed(rng, studio.world, shot.image), shot.seen, studio.world.things)


def _frame(rng: Rng, studio: Studio, setting: Setting, size: tuple[int, int]) -> Still:
    """A patrol's or a mast's frame, or a part of it at its full size: small things are larger there."""
    view = draw_view(rng, setting)
    shot = studio.shoot(view.camera, time_s=view.time_s)
    image = _developed(rng, studio.world, shot.image)
    if rng.random() >= WHOLE:
        image, seen = _part(rng, image, shot.seen, size)
        return labelled(image, seen, studio.world.things)
    return labelled(image, shot.seen, studio.world.things)


def _developed(rng: Rng, world: World, image: Image) -> Image:
    lens = draw_lens(rng, exposure=world.light.exposure, noise=world.light.noise)
    image = Sensor(lens, rng).expose(image)
    return jpeg(image, quality=int(rng.integers(35, 96))) if rng.random() < 0.85 else image


def _part(rng: Rng, image: Image, seen: tuple[Seen, ...], size: tuple[int, int]) -> tuple[Image, tuple[Seen, ...]]:
    """A window of the picture about something seen, if there is anything, and what of each thing lies in it."""
    tall, wide = min(size[1], image.shape[0]), min(size[0], image.shape[1])
    room = np.array([image.shape[1] - wide, image.shape[0] - tall])
    middle = np.array(image.shape[1::-1]) / 2
    if seen:
        x0, y0, x1, y1 = seen[int(rng.integers(len(seen)))].xyxy
        middle = np.array([x0 + x1, y0 + y1]) / 2
    corner = middle - np.array([wide, tall]) * rng.uniform(0.2, 0.8, 2)
    left, top = (int(v) for v in corner.clip(0, room))
    cut = [inside(s, (left, top, left + wide, top + tall)) for s in seen]
    return image[top : top + tall, left : left + wide].copy(), tuple(s for s in cut if s is not None)


def inside(seen: Seen, window: tuple[int, int, int, int]) -> Seen | None:
    """What a window shows of a thing, in the window's pixels."""
    x0, y0, x1, y1 = seen.xyxy
    left, top, right, bottom = window
    cut = max(x0, left), max(y0, top), min(x1, right), min(y1, bottom)
    if cut[2] <= cut[0] or cut[3] <= cut[1]:
        return None
    share = (cut[2] - cut[0]) * (cut[3] - cut[1]) / ((x1 - x0) * (y1 - y0))
    return replace(seen, xyxy=(cut[0] - left, cut[1] - top, cut[2] - left, cut[3] - top), visible=seen.visible * share)


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
    totals: dict[str, int] = {}
    for i, still in enumerate(_street(seed, street, size=size, count=count)):
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
