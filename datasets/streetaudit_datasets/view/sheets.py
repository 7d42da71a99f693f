"""Contact sheets: every box of a class as a tile, so that wrong labels stand out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from streetaudit.io.jpeg import encode_jpeg
from streetaudit_datasets.labels.pictures import read_picture
from streetaudit_datasets.labels.values import LabelError, LabelledImage, LabelledSet
from streetaudit_datasets.view.drawing import Image, colour_of, draw_boxes, write

Order = Literal["tiny", "odd", "file"]
TILE_PX, _CAPTION_PX = 176, 18
COLUMNS, ROWS = 7, 6
_CONTEXT = 0.6  # of the box's longer side, on every side
_LEAST_PX = 48  # of the picture in a tile: a box of three pixels is shown with what is round it


@dataclass(frozen=True, slots=True)
class Tile:
    """One box of one picture.

    Attributes:
        row: Number of the box in its picture.
        rank: Lower comes first.
    """

    image: LabelledImage
    row: int
    rank: float


def tiles(images: LabelledSet, class_id: int, *, order: Order = "tiny") -> list[Tile]:
    """The boxes of a class: tiniest first, oddest shape first (against the class's median), or as they come."""
    found = [
        Tile(image, int(row), 0.0)
        for image in images.images
        for row in np.flatnonzero((image.class_id == class_id) & np.isfinite(image.xyxy).all(axis=1))
    ]
    if order == "file" or not found:
        return found
    rank = _tiny if order == "tiny" else _odd(found)
    return sorted((Tile(t.image, t.row, rank(t)) for t in found), key=lambda tile: tile.rank)


def _sides(tile: Tile) -> tuple[float, float]:
    x1, y1, x2, y2 = (float(value) for value in tile.image.xyxy[tile.row])
    return max(x2 - x1, 1e-3), max(y2 - y1, 1e-3)


def _tiny(tile: Tile) -> float:
    width, height = _sides(tile)
    return width * height / max(tile.image.size[0] * tile.image.size[1], 1)


def _odd(found: Sequence[Tile]) -> Callable[[Tile], float]:
    shapes = [np.log(width / height) for width, height in map(_sides, found)]
    middle = float(np.median(shapes))
    return lambda tile: -abs(float(np.log(_sides(tile)[0] / _sides(tile)[1])) - middle)


def sheet(shown: Sequence[Tile], *, columns: int = COLUMNS) -> Image:
    """One RGB picture of tiles, each with its box drawn and its file's name below."""
    rows = -(-len(shown) // columns)
    out = np.full((max(rows, 1) * (TILE_PX + _CAPTION_PX), columns * TILE_PX, 3), 32, dtype=np.uint8)
    for number, tile in enumerate(shown):
        y, x = number // columns * (TILE_PX + _CAPTION_PX), number % columns * TILE_PX
        out[y : y + TILE_PX, x : x + TILE_PX] = _draw(tile)
        name = tile.image.path.stem[-26:]
        write(out, name, (x + 3, y + TILE_PX + 13), colour=colour_of(int(tile.image.class_id[tile.row])))
    return out


def _draw(tile: Tile) -> Image:
    pixels = read_picture(tile.image.path)
    if pixels is None:
        blank = np.zeros((TILE_PX, TILE_PX, 3), dtype=np.uint8)
        write(blank, "cannot be read", (8, TILE_PX // 2), colour=(255, 255, 255))
        return blank
    x1, y1, x2, y2 = (float(value) for value in tile.image.xyxy[tile.row])
    half = max(max(x2 - x1, y2 - y1) * (0.5 + _CONTEXT), _LEAST_PX / 2)
    half = min(half, float(max(pixels.shape[:2])))
    scale = TILE_PX / (2 * half)
    left, top = (x1 + x2) / 2 - half, (y1 + y2) / 2 - half
    shift = np.array([[scale, 0, -left * scale], [0, scale, -top * scale]])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cut = np.asarray(cv2.warpAffine(pixels, shift, (TILE_PX, TILE_PX), flags=how), dtype=np.uint8)
    corners = np.array([x1 - left, y1 - top, x2 - left, y2 - top]) * scale
    box = (float(corners[0]), float(corners[1]), float(corners[2]), float(corners[3]))
    return draw_boxes(cut, [box], class_ids=[int(tile.image.class_id[tile.row])])


def write_sheets(images: LabelledSet, out: Path, *, order: Order = "tiny", most: int = 4) -> Iterator[Path]:
    """The JPEG files written: at most so many sheets for each class that has boxes.

    Raises:
        LabelError: If the folder cannot be written.
    """
    per_sheet = COLUMNS * ROWS
    for class_id, name in enumerate(images.classes):
        found = tiles(images, class_id, order=order)[: most * per_sheet]
        for number, start in enumerate(range(0, len(found), per_sheet), 1):
            file = out / f"{name}-{number}.jpg"
            try:
                out.mkdir(parents=True, exist_ok=True)
                file.write_bytes(encode_jpeg(sheet(found[start : start + per_sheet])))
            except OSError as error:
                raise LabelError(f"cannot write {file}: {error.strerror}; name another folder") from error
            yield file
