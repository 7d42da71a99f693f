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
from streetaudit_datasets.synthetic.litter import litter
from streetaudit_datasets.synthetic.model import Model
from streetaudit_datasets.synthetic.painter import Stroke, compiled, draw_model
from streetaudit_datasets.synthetic.posters import aged, banner, flyer, poster, stencil, sticker, wad
from streetaudit_datasets.synthetic.raster import Canvas
from streetaudit_datasets.synthetic.stalls import stall
from streetaudit_datasets.synthetic.stills import Still
from streetaudit_datasets.synthetic.textures import Image, Rng

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
MOST_OVERLAP = 0.1  # of a new box with one that is there
SMALLEST_PX = 12
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
            trial = _sheet(rng, image) if label == "sheet" else _standing(rng, image, label)
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


Trial = tuple[Image, tuple[float, float, float, float]] | None


def _print(rng: Rng) -> Image:
    """A sheet, RGBA."""
    kind = rng.random()
    if kind < 0.32:
        return aged(rng, poster(rng))
    if kind < 0.55:
        return aged(rng, flyer(rng))
    if kind < 0.66:
        return aged(rng, sticker(rng))
    if kind < 0.82:
        return wad(rng)
    return stencil(rng) if kind < 0.88 else aged(rng, banner(rng), torn=0.1)


def _sheet(rng: Rng, image: Image) -> Trial:
    """A sheet glued flat on whatever is there, lit and blurred as its surroundings are."""
    height, width = image.shape[:2]
    sheet = _print(rng)
    aspect = sheet.shape[1] / sheet.shape[0]
    tall = float(np.exp(rng.uniform(np.log(0.06), np.log(0.42)))) * height
    tall = min(tall, 0.7 * width / aspect)
    centre = np.array([rng.uniform(0.08, 0.92) * width, rng.uniform(0.25, 0.78) * height])
    corners = _corners(rng, tall * aspect, tall) + centre
    low, high = corners.min(axis=0), corners.max(axis=0)
    if (low < 1).any() or high[0] > width - 1 or high[1] > height - 1 or min(high - low) < SMALLEST_PX:
        return None
    if _is_busy(image, low, high):
        return None
    return _glued(rng, image, sheet, corners)


def _corners(rng: Rng, wide: float, tall: float) -> NDArray[np.float64]:
    """A rectangle seen at a slant: one side shorter, the whole turned a little and narrowed."""
    squeeze, slant = float(rng.uniform(0.45, 1.0)), float(rng.normal(0, 0.12))
    half_w, half_h = wide * squeeze / 2, tall / 2
    left, right = half_h * (1 + slant), half_h * (1 - slant)
    shear = float(rng.normal(0, 0.06)) * wide * squeeze
    corners = np.array(
        [[-half_w, -left + shear], [half_w, -right - shear], [half_w, right - shear], [-half_w, left + shear]]
    )
    angle = float(rng.normal(0, 0.05))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turned: NDArray[np.float64] = corners @ turn.T
    return turned


def _is_busy(image: Image, low: NDArray[np.float64], high: NDArray[np.float64]) -> bool:
    """Whether strong edges cross the place: a sheet hangs on something even. Sky is refused, too."""
    x0, y0, x1, y1 = (int(v) for v in (*low, *high))
    patch = image[y0:y1, x0:x1]
    grey = np.asarray(cv2.cvtColor(patch, cv2.COLOR_RGB2GRAY), dtype=np.float32)
    sky = patch.mean() > 205 or (patch[..., 2].mean() > 140 and patch[..., 2].mean() - patch[..., 0].mean() > 18)
    return bool(sky or grey.std() > 46)


def _glued(rng: Rng, image: Image, sheet: Image, corners: NDArray[np.float64]) -> Trial:
    height, width = image.shape[:2]
    tall, wide = sheet.shape[:2]
    source = np.array([[0, 0], [wide, 0], [wide, tall], [0, tall]], np.float32)
    lift = cv2.getPerspectiveTransform(source, corners.astype(np.float32))
    shrink = wide * tall / max(1.0, cv2.contourArea(corners.astype(np.float32)))
    if shrink > 2.5:  # against aliasing
        sheet = np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.4 * float(np.sqrt(shrink))))
    placed = np.asarray(cv2.warpPerspective(sheet, lift, (width, height), flags=cv2.INTER_LINEAR))
    mask: NDArray[np.float32] = placed[..., 3].astype(np.float32) / np.float32(255)
    if mask.max() < 0.5:
        return None
    lit = _lit_as(rng, placed[..., :3], image, mask)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None] * float(rng.uniform(0.86, 1.0))
    mixed = image * (1 - soft) + lit * soft
    rows, columns = np.nonzero(mask > 0.5)
    box = float(columns.min()), float(rows.min()), float(columns.max() + 1), float(rows.max() + 1)
    if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_PX:
        return None
    return np.clip(mixed, 0, 255).astype(np.uint8), box


def _lit_as(rng: Rng, sheet: Image, image: Image, mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sheet with the brightness and the slow shading of what it covers, its noise and its sharpness."""
    height, width = mask.shape
    around = cv2.blur(image.astype(np.float32).mean(axis=2), (max(3, width // 9), max(3, height // 9)))
    level = float(np.clip(around[mask > 0.5].mean() / 132, 0.3, 1.15))
    shading = np.clip(around / max(1.0, float(around[mask > 0.5].mean())), 0.6, 1.4)
    tint = image[mask > 0.5].mean(axis=0) / max(1.0, float(image[mask > 0.5].mean()))
    lit = sheet.astype(np.float32) * level * shading[..., None] * (0.75 + 0.25 * tint).astype(np.float32)
    if rng.random() < 0.6:
        lit = np.asarray(cv2.GaussianBlur(lit, (0, 0), float(rng.uniform(0.3, 1.3))), dtype=np.float32)
    noise: NDArray[np.float32] = rng.normal(0, float(rng.uniform(1, 6)), lit.shape).astype(np.float32)
    lit = lit + noise
    return np.asarray(lit, dtype=np.float32)


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
