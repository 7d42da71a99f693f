"""Training pictures: mosaics of street images under the weather, the optics and the light of streets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_models import partial_labels
from streetaudit_models.partial_labels import BoolArray, FloatArray
from streetaudit_models.paste import plant
from streetaudit_models.recipe import Augmentation
from streetaudit_models.samples import Sample

PAD = 114  # grey of the letterbox's border, as at run time
_GRID = partial_labels.STRIDES[-1]
_MIN_SIDE_PX = 4.0  # a smaller box is unknowable at this size
_TRUSTED = 0.5  # a teacher's box below this says neither yes nor no

Image = NDArray[np.uint8]


@dataclass(slots=True, eq=False)
class Canvas:
    """A training picture under construction.

    Attributes:
        image: uint8 (H, W, 3), RGB.
        mask: bool (C, H/8, W/8), see partial_labels.
        boxes: float32 (N, 4), xyxy px.
        class_ids: int64 (N,).
    """

    image: Image
    mask: BoolArray
    boxes: FloatArray
    class_ids: NDArray[np.int64]


def blank_canvas(height: int, width: int, *, class_count: int) -> Canvas:
    """A grey canvas without labels."""
    return Canvas(
        image=np.full((height, width, 3), PAD, dtype=np.uint8),
        mask=partial_labels.blank_mask(height, width, class_count),
        boxes=np.zeros((0, 4), dtype=np.float32),
        class_ids=np.zeros(0, dtype=np.int64),
    )


def compose(
    draw: Callable[[], tuple[Sample, Image]],
    size: tuple[int, int],
    *,
    how: Augmentation,
    rng: np.random.Generator,
    print_id: int | None = None,
) -> Canvas:
    """One augmented training picture (H, W) out of one or four drawn samples.

    Args:
        draw: Draws one labelled photograph.
        size: Height and width in px.
        how: What may happen to it.
        rng: The chance.
        print_id: Class of planted print; None plants nothing.
    """
    height, width = size
    sample, image = draw()
    canvas = blank_canvas(height, width, class_count=len(sample.labelled))
    windows = _mosaic_windows(height, width, rng) if rng.random() < how.mosaic else [(0, 0, width, height)]
    for window in windows:
        place(canvas, (sample, image), window=window, how=how, rng=rng)
        if print_id is not None and rng.random() < how.print_ads:
            _plant_print(canvas, print_id, window, rng)
        sample, image = draw()
    canvas.image = _weather(canvas.image, how, rng)
    return canvas


def _plant_print(canvas: Canvas, print_id: int, window: tuple[int, int, int, int], rng: np.random.Generator) -> None:
    x1, y1, x2, y2 = window
    corner = np.array([x1, y1, x1, y1], dtype=np.float32)
    for _ in range(int(rng.integers(1, 4))):
        planted = plant(canvas.image[y1:y2, x1:x2], canvas.boxes - corner, rng=rng)
        canvas.boxes = np.concatenate([canvas.boxes, planted + corner])
        canvas.class_ids = np.concatenate([canvas.class_ids, np.full(len(planted), print_id, dtype=np.int64)])


def _mosaic_windows(height: int, width: int, rng: np.random.Generator) -> Sequence[tuple[int, int, int, int]]:
    # Cuts lie on the coarsest grid, so that every cell of the head belongs to one image only.
    x = int(rng.uniform(0.3, 0.7) * width) // _GRID * _GRID
    y = int(rng.uniform(0.3, 0.7) * height) // _GRID * _GRID
    return [(0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height)]


def place(
    canvas: Canvas,
    drawn: tuple[Sample, Image],
    *,
    window: tuple[int, int, int, int],
    how: Augmentation,
    rng: np.random.Generator,
) -> None:
    """Draw one sample into a window (x1, y1, x2, y2 px) of the canvas, with its boxes and its mask."""
    sample, image = drawn
    x1, y1, x2, y2 = window
    matrix = _random_affine(image.shape[:2], (y2 - y1, x2 - x1), how, rng)
    canvas.image[y1:y2, x1:x2] = cv2.warpAffine(
        image, matrix, (x2 - x1, y2 - y1), flags=cv2.INTER_LINEAR, borderValue=(PAD, PAD, PAD)
    )
    partial_labels.fill(canvas.mask, window, row=sample.labelled)
    whole = _warp_boxes(sample.boxes * np.tile(image.shape[1::-1], 2), matrix) + np.array(
        [x1, y1, x1, y1], dtype=np.float32
    )
    seen = whole.clip([x1, y1, x1, y1], [x2, y2, x2, y2]).astype(np.float32)
    keep = _is_learnable(whole, seen) & (sample.confidence >= _TRUSTED)
    partial_labels.forget(canvas.mask, seen[~keep], class_ids=sample.class_ids[~keep])
    canvas.boxes = np.concatenate([canvas.boxes, seen[keep]])
    canvas.class_ids = np.concatenate([canvas.class_ids, sample.class_ids[keep]])


def _is_learnable(whole: FloatArray, seen: FloatArray) -> BoolArray:
    sides = seen[:, 2:] - seen[:, :2]
    area = np.prod(whole[:, 2:] - whole[:, :2], axis=1).clip(1e-6)
    visible: BoolArray = (np.prod(sides, axis=1) / area > 0.4) & (sides.min(axis=1, initial=1e9) >= _MIN_SIDE_PX)
    return visible


def _random_affine(
    source: tuple[int, ...], target: tuple[int, int], how: Augmentation, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The 2 x 3 matrix that fits a picture into a window, scaled, turned, sheared, mirrored and shifted."""
    (height, width), (target_height, target_width) = source[:2], target
    low, high = np.log(how.scale)
    # Half of the pictures fill their window, half are wholly inside: less grey, yet small things are seen.
    fits = (target_height / height, target_width / width)
    zoom = (max(fits) if rng.random() < 0.5 else min(fits)) * np.exp(rng.uniform(low, high))
    aspect = np.exp(rng.uniform(-how.aspect, how.aspect))
    angle, shear = np.radians(rng.uniform(-how.rotate_deg, how.rotate_deg)), rng.uniform(-how.shear, how.shear)
    mirror = -1.0 if rng.random() < how.mirror else 1.0
    linear = np.array([[np.cos(angle), -np.sin(angle) + shear], [np.sin(angle), np.cos(angle)]])
    linear = linear @ np.diag([zoom * aspect * mirror, zoom / aspect])
    spare = np.abs(np.array(target[::-1]) - np.array([width, height]) * zoom) / 2
    centre = np.array(target[::-1]) / 2 + rng.uniform(-1, 1, 2) * spare
    offset = centre - linear @ np.array([width / 2, height / 2])
    return np.hstack([linear, offset[:, None]])


def _warp_boxes(boxes: FloatArray, matrix: NDArray[np.float64]) -> FloatArray:
    corners = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2) @ matrix[:, :2].T + matrix[:, 2]
    return np.hstack([corners.min(axis=1), corners.max(axis=1)]).astype(np.float32)


def _weather(image: Image, how: Augmentation, rng: np.random.Generator) -> Image:
    """The picture with changed colour, exposure, blur, noise and compression."""
    image = _shift_colour(image, how.hsv, rng)
    if rng.random() < how.gamma:
        power = np.exp(rng.uniform(-0.7, 0.9))  # > 1 darkens: dusk and night
        image = cv2.LUT(image, (255 * (np.arange(256) / 255) ** power).astype(np.uint8))
    if rng.random() < how.blur:
        image = _motion_blur(image, rng)
    if rng.random() < how.noise:
        grain = rng.normal(0, rng.uniform(2, 14), (*image.shape[:2], 1)).astype(np.float32)
        image = (image + grain).clip(0, 255).astype(np.uint8)
    if rng.random() < how.jpeg:
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 80))])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), dtype=np.uint8)
    return image


def _shift_colour(image: Image, spread: tuple[float, float, float], rng: np.random.Generator) -> Image:
    gain = 1 + rng.uniform(-1, 1, 3) * spread
    steps = np.arange(256)
    hue, saturation, value = cv2.split(cv2.cvtColor(image, cv2.COLOR_RGB2HSV))
    hue = cv2.LUT(hue, ((steps * gain[0]) % 180).astype(np.uint8))
    saturation = cv2.LUT(saturation, (steps * gain[1]).clip(0, 255).astype(np.uint8))
    value = cv2.LUT(value, (steps * gain[2]).clip(0, 255).astype(np.uint8))
    return np.asarray(cv2.cvtColor(cv2.merge((hue, saturation, value)), cv2.COLOR_HSV2RGB), dtype=np.uint8)


def _motion_blur(image: Image, rng: np.random.Generator) -> Image:
    length = int(rng.integers(3, 8))
    kernel = np.zeros((length, length), dtype=np.float32)
    end = np.array([np.cos(angle := rng.uniform(0, np.pi)), np.sin(angle)]) * length / 2
    middle = np.full(2, length / 2)
    first, last = (middle - end).astype(int).tolist(), (middle + end).astype(int).tolist()
    cv2.line(kernel, first, last, 1.0, 1)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1.0)), dtype=np.uint8)
