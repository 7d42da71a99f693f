"""A drawing as an image, for reports and terminals that show no SVG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit.plot.drawing import Area, Circle, Drawing, Layer, Line, Mark, Points, Shape, scale_bar_m
from streetaudit.plot.words import word

Image = NDArray[np.uint8]

_PAPER = (250, 250, 248)
_INK = (44, 62, 80)
#: OpenCV draws at sixteenths of a pixel.
_SHIFT = 4
_FONT = cv2.FONT_HERSHEY_SIMPLEX


@dataclass(frozen=True, slots=True)
class _View:
    west_m: float
    north_m: float
    px_per_m: float

    def pixels(self, points: Points) -> NDArray[np.int32]:
        """(N, 2) sixteenths of a pixel."""
        px = (points - (self.west_m, self.north_m)) * (self.px_per_m, -self.px_per_m)
        return np.asarray(np.round(px * 2**_SHIFT), np.int32)


def to_image(drawing: Drawing, width_px: int = 1600, *, most_height_px: int = 1600) -> Image:
    """uint8 (H, W, 3) RGB of the whole drawing with a scale bar and a legend; its letters are Latin only."""
    west, south, east, north = drawing.bounds_m()
    px_per_m = min(width_px / (east - west), most_height_px / (north - south))
    height_px = max(240, round((north - south) * px_per_m))
    spare_m = (width_px / px_per_m - (east - west)) / 2.0, (height_px / px_per_m - (north - south)) / 2.0
    image = np.full((height_px, width_px, 3), _PAPER, np.uint8)
    view = _View(west - spare_m[0], north + spare_m[1], px_per_m)
    for layer in drawing.layers:
        for shape in layer.shapes:
            _paint(image, shape, layer, view)
    _scale_bar(image, px_per_m)
    _legend(image, drawing)
    return image


def _paint(image: Image, shape: Shape, layer: Layer, view: _View) -> None:
    colour = _rgb(layer.colour)
    match shape:
        case Area(rings):
            trails = [view.pixels(ring) for ring in rings]
            _fill(image, trails, colour, layer.fill)
            _outline(image, trails, colour, layer.stroke_px, closed=True)
        case Line(points):
            _outline(image, [view.pixels(points)], colour, layer.stroke_px, closed=False)
        case Circle(east_m, north_m, radius_m):
            turn = np.linspace(0.0, 2.0 * np.pi, 60, endpoint=False)
            rim = np.column_stack([east_m + radius_m * np.cos(turn), north_m + radius_m * np.sin(turn)])
            trails = [view.pixels(rim)]
            _fill(image, trails, colour, layer.fill)
            _outline(image, trails, colour, layer.stroke_px, closed=True)
        case Mark(east_m, north_m):
            centre = view.pixels(np.array([[east_m, north_m]]))[0]
            white = (255, 255, 255)
            _dot(image, centre, layer.mark_px, colour if layer.hollow else white)
            _dot(image, centre, layer.mark_px - 3, white if layer.hollow else colour)


def _fill(image: Image, trails: list[NDArray[np.int32]], colour: tuple[int, int, int], opacity: float) -> None:
    if opacity <= 0.0:
        return
    every = np.concatenate(trails) >> _SHIFT
    left, top = np.maximum(every.min(axis=0), 0).tolist()
    right, bottom = np.minimum(every.max(axis=0) + 2, (image.shape[1], image.shape[0])).tolist()
    if left >= right or top >= bottom:
        return
    mask = np.zeros((bottom - top, right - left), np.uint8)
    moved = [trail - (np.array([left, top], np.int32) << _SHIFT) for trail in trails]
    cv2.fillPoly(mask, moved, 255, lineType=cv2.LINE_AA, shift=_SHIFT)
    part = image[top:bottom, left:right]
    share = (mask[..., None] / 255.0) * opacity
    part[:] = np.round(part * (1.0 - share) + np.array(colour) * share).astype(np.uint8)


def _outline(
    image: Image, trails: list[NDArray[np.int32]], colour: tuple[int, int, int], width_px: float, *, closed: bool
) -> None:
    if width_px > 0.0:
        cv2.polylines(image, trails, closed, colour, max(1, round(width_px)), cv2.LINE_AA, _SHIFT)


def _dot(image: Image, centre: NDArray[np.int32], diameter_px: float, colour: tuple[int, int, int]) -> None:
    x, y = centre.tolist()
    cv2.circle(image, (x, y), round(diameter_px / 2.0 * 2**_SHIFT), colour, -1, cv2.LINE_AA, _SHIFT)


def _scale_bar(image: Image, px_per_m: float) -> None:
    length_m = scale_bar_m(1.0 / px_per_m)
    y, x = image.shape[0] - 18, 18
    end = x + round(length_m * px_per_m)
    cv2.line(image, (x, y), (end, y), _INK, 2, cv2.LINE_AA)
    says = f"{length_m / 1000:g} km" if length_m >= 1000 else f"{length_m:g} m"
    cv2.putText(image, says, (x, y - 8), _FONT, 0.5, _INK, 1, cv2.LINE_AA)


def _legend(image: Image, drawing: Drawing) -> None:
    shown = [layer for layer in drawing.layers if layer.shapes]
    lines = [f"{word(layer.name, 'en')} ({len(layer.shapes)})" for layer in shown]
    width = 40 + max((cv2.getTextSize(line, _FONT, 0.5, 1)[0][0] for line in lines), default=0)
    height = 12 + 20 * len(lines)
    corner = image[8 : 8 + height, 8 : 8 + width]
    corner[:] = np.round(corner * 0.2 + np.array((255, 255, 255)) * 0.8).astype(np.uint8)
    for number, (layer, line) in enumerate(zip(shown, lines, strict=True)):
        y = 28 + 20 * number
        cv2.circle(image, (22, y - 5), 5, _rgb(layer.colour), 2 if layer.hollow else -1, cv2.LINE_AA)
        cv2.putText(image, line, (34, y), _FONT, 0.5, _INK, 1, cv2.LINE_AA)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
