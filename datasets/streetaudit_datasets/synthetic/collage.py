"""Composites generated things onto photographs, with exact boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.adverts import free_advert
from streetaudit_datasets.synthetic.bins import bin_
from streetaudit_datasets.synthetic.camera import Camera, Mount, camera_at
from streetaudit_datasets.synthetic.glue import SMALLEST_PX, Trial, glue_sheet
from streetaudit_datasets.synthetic.litter import litter
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.painter import Stroke, compiled, draw_model
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.stalls import stall
from streetaudit_datasets.synthetic.stills import Still
from streetaudit_datasets.synthetic.textures import Image, Rng

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
MOST_OVERLAP = 0.1  # of a new box with one that is there
LOWEST_FOOT = 0.74  # of the height: above it a photograph rarely shows ground that is free
STANDING: dict[str, Callable[[Rng], Model]] = {
    "street_stall": stall,
    "illegal_ad": free_advert,
    "litter": litter,
    "bin": lambda rng: bin_(rng, overflowing=False),
    "overflowing_bin": lambda rng: bin_(rng, overflowing=True),
}


@dataclass(frozen=True, slots=True)
class Mix:
    """What is put on a photograph, on average.

    Attributes:
        sheets: posters, flyers, wads and banners glued to what the photograph shows.
        standing: how many of each class that stands on the ground.
    """

    sheets: float = 2.0
    standing: tuple[tuple[str, float], ...] = (("street_stall", 0.5), ("illegal_ad", 0.4), ("litter", 0.5))


def compose_on_photos(
    photos: Iterable[Path],
    *,
    seed: int,
    taken: Callable[[Path], NDArray[np.float64]] | None = None,
    mix: Mix | None = None,
) -> Iterator[tuple[Path, Still]]:
    """Each photograph with things added, and the boxes of what was added.

    taken gives the boxes (N, 4) in pixels that a photograph already has labelled: nothing is put over them.
    A photograph that cannot be opened is a ValueError.
    """
    for number, path in enumerate(photos):
        photo = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if photo is None:
            raise ValueError(f"want a photograph that OpenCV reads, got {path}")
        boxes = taken(path) if taken is not None else np.zeros((0, 4))
        rng = np.random.default_rng([seed, number])
        yield path, compose(rng, np.ascontiguousarray(photo[..., ::-1], dtype=np.uint8), boxes=boxes, mix=mix or Mix())


def photos_in(folder: Path) -> list[Path]:
    """The photographs of a folder, in the order of their names."""
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in SUFFIXES)


def compose(rng: Rng, photo: Image, *, boxes: NDArray[np.float64], mix: Mix) -> Still:
    """One photograph with things added."""
    image, kept = photo.copy(), [tuple(float(v) for v in b) for b in boxes]
    labels: list[str] = []
    added: list[tuple[float, float, float, float]] = []
    plan = [label for label, mean in mix.standing for _ in range(int(rng.poisson(mean)))]
    plan += ["sheet"] * int(rng.poisson(mix.sheets))
    for label in plan:
        for _ in range(6):
            trial = glue_sheet(rng, image) if label == "sheet" else _standing(rng, image, label)
            if trial is None or _meets(trial[1], [*kept, *added]):
                continue
            image = trial[0]
            added.append(trial[1])
            labels.append("illegal_ad" if label == "sheet" else label)
            break
    return Still(image, tuple(labels), np.array(added, dtype=np.float64).reshape(-1, 4))


def _meets(box: tuple[float, float, float, float], others: list[tuple[float, ...]]) -> bool:
    """Whether a box covers, or is covered by, more than a little of another."""
    own = (box[2] - box[0]) * (box[3] - box[1])
    for x0, y0, x1, y1 in others:
        wide, tall = min(x1, box[2]) - max(x0, box[0]), min(y1, box[3]) - max(y0, box[1])
        if wide > 0 and tall > 0 and wide * tall > MOST_OVERLAP * min(own, (x1 - x0) * (y1 - y0)):
            return True
    return False


def _standing(rng: Rng, image: Image, label: str) -> Trial:
    """A thing of the renderer's that stands on the ground of the photograph, as far as one can guess where that is."""
    height, width = image.shape[:2]
    camera = _guess(rng, width, height)
    away, aside = float(rng.uniform(2.6, 13)), float(rng.uniform(-0.42, 0.42))
    model = STANDING[label](rng)
    turn = np.radians(180.0 + float(rng.normal(0, 40)) if label != "litter" else float(rng.uniform(0, 360)))
    east, north = aside * away * width / camera.focal_px, away
    axes = np.array([[np.sin(turn), np.cos(turn), 0], [-np.cos(turn), np.sin(turn), 0], [0, 0, 1.0]])
    view = camera.view(compiled(model).corners @ axes + np.array([east, north, 0.0]))
    layer = Canvas(np.zeros_like(image), np.zeros((height, width), np.int16))
    tone = _tone(image, camera, east, north)
    draw_model(
        layer, camera, model, view_m=view, stroke=Stroke([tone] * len(compiled(model).parts), (0, 0, 0), 0.0), ident=1
    )
    mask = layer.ids == 1
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if (
        len(rows) < SMALLEST_PX
        or len(columns) < SMALLEST_PX
        or rows[-1] > height - 3
        or rows[-1] < LOWEST_FOOT * height
    ):
        return None
    box = float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)
    return _set_down(rng, image, layer, box), box


def _guess(rng: Rng, width: int, height: int) -> Camera:
    """A camera as street photographs are taken: from eye height, a little downwards."""
    mount = Mount(
        float(rng.uniform(48, 78)), float(rng.uniform(1.35, 1.75)), float(rng.uniform(-14, -1)), 0.0, width, height
    )
    return camera_at(0.0, 0.0, heading_deg=0.0, mount=mount)


def _tone(image: Image, camera: Camera, east: float, north: float) -> tuple[float, float, float]:
    foot, _ = camera.project(np.array([[east, north, 0.0]]))
    x, y = int(np.clip(foot[0, 0], 0, image.shape[1] - 1)), int(np.clip(foot[0, 1], 0, image.shape[0] - 1))
    reach = max(6, image.shape[1] // 10)
    ground = image[max(0, y - reach // 2) : y + reach // 2, max(0, x - reach) : x + reach].reshape(-1, 3).mean(axis=0)
    level = np.clip(0.45 + 0.55 * ground / 128, 0.3, 1.25) * 0.92
    return float(level[0]), float(level[1]), float(level[2])


def _set_down(rng: Rng, image: Image, layer: Canvas, box: tuple[float, float, float, float]) -> Image:
    """Blend a drawn thing in, with a soft dark foot below it."""
    height, width = image.shape[:2]
    x0, _, x1, y1 = box
    dim = np.zeros((height, width), np.float32)
    axes = (max(2, int((x1 - x0) * 0.5)), max(2, int((x1 - x0) * 0.12)))
    cv2.ellipse(dim, (int((x0 + x1) / 2), int(y1 - axes[1] * 0.7)), axes, 0, 0, 360, (0.5,), -1)
    dim = np.asarray(cv2.GaussianBlur(dim, (0, 0), max(1.0, axes[1] * 0.45)), dtype=np.float32)
    beneath = image.astype(np.float32) * (1 - dim[..., None])
    mask = np.asarray(cv2.GaussianBlur((layer.ids == 1).astype(np.float32), (0, 0), 0.6))[..., None]
    thing = np.asarray(cv2.GaussianBlur(layer.image, (0, 0), float(rng.uniform(0.3, 1.1)))).astype(np.float32)
    thing += rng.normal(0, float(rng.uniform(1, 5)), thing.shape)
    mixed: Image = np.clip(beneath * (1 - mask) + thing * mask, 0, 255).astype(np.uint8)
    return mixed
