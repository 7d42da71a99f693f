"""Drawn street pictures for the review page: a seed gives the same street."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]
WIDTH, HEIGHT = 1280, 720


def street(problem: str, seed: int) -> tuple[Picture, Box]:
    """A street with one thing of that problem in it, and the thing's box."""
    rng = np.random.default_rng(seed)
    image = _ground(rng)
    _houses(image, rng)
    _road(image)
    for _ in range(int(rng.integers(1, 4))):
        _car(image, int(rng.integers(60, 560)), int(rng.integers(430, 470)), float(rng.uniform(0.5, 0.9)), rng)
    box = _THINGS[problem](image, rng)
    _blurred_person(image, rng)
    return _photographed(image, rng), box


def crop(image: Picture, box: Box) -> Picture:
    """The box with some surroundings, enlarged."""
    x1, y1, x2, y2 = box
    pad = 0.45 * max(x2 - x1, y2 - y1)
    left, top = max(0, int(x1 - 1.4 * pad)), max(0, int(y1 - pad))
    part = image[top : int(y2 + pad), left : int(x2 + 1.4 * pad)]
    return np.asarray(cv2.resize(part, (640, int(640 * part.shape[0] / part.shape[1]))), np.uint8)


def jpeg(image: Picture) -> bytes:
    done, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 82])
    if not done:
        raise ValueError("want an image that JPEG can hold")
    return bytes(data.tobytes())


def _ground(rng: np.random.Generator) -> Picture:
    sky = np.linspace(0, 1, 330)[:, None, None]
    tone = rng.uniform(-18, 18)
    above = (1 - sky) * (150 + tone, 175 + tone, 200 + tone) + sky * (214 + tone, 218 + tone, 220 + tone)
    image = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    image[:330] = above
    image[330:] = (128, 126, 122)
    return np.asarray(np.clip(image, 0, 255), np.uint8)


def _houses(image: Picture, rng: np.random.Generator) -> None:
    x = 0
    while x < WIDTH:
        wide, tall = int(rng.integers(120, 260)), int(rng.integers(150, 300))
        wall = rng.integers((120, 105, 95), (200, 185, 170)).tolist()
        cv2.rectangle(image, (x, 380 - tall), (x + wide, 400), wall, -1)
        for wy in range(400 - tall, 330, 46):
            for wx in range(x + 14, x + wide - 24, 40):
                lit = rng.random() < 0.15
                cv2.rectangle(image, (wx, wy), (wx + 22, wy + 28), (230, 214, 160) if lit else (70, 80, 92), -1)
        cv2.rectangle(image, (x + 8, 340), (x + wide - 8, 398), rng.integers(40, 130, 3).tolist(), -1)
        x += wide + int(rng.integers(0, 12))


def _road(image: Picture) -> None:
    cv2.fillPoly(image, [np.array([[0, 400], [WIDTH, 400], [WIDTH, 470], [0, 520]])], (158, 152, 146))
    cv2.fillPoly(image, [np.array([[0, 520], [WIDTH, 470], [WIDTH, 720], [0, 720]])], (88, 88, 92))
    cv2.line(image, (0, 522), (WIDTH, 471), (206, 203, 196), 7)
    for k in range(-2, 14):
        cv2.line(image, (k * 110, 520 - k * 4), (k * 110 + 90, 402), (140, 134, 128), 1)
    for k in range(7):
        start = (60 + k * 190, 640 - k * 8)
        cv2.line(image, start, (start[0] + 95, start[1] - 5), (222, 222, 214), 7)


def _car(image: Picture, x: int, y: int, scale: float, rng: np.random.Generator) -> Box:
    long, tall = int(280 * scale), int(72 * scale)
    paint = rng.integers(40, 225, 3).tolist()
    cv2.ellipse(image, (x + long // 2, y + tall + 12), (int(long * 0.55), 12), 0, 0, 360, (60, 60, 62), -1)
    roof = np.array([[0.2, 0.1], [0.34, -0.62], [0.7, -0.62], [0.86, 0.1]]) * (long, tall) + (x, y)
    cv2.fillPoly(image, [roof.astype(np.int32)], (58, 68, 80))
    cv2.rectangle(image, (x, y), (x + long, y + tall - 6), paint, -1)
    cv2.rectangle(image, (x, y + tall // 2), (x + long, y + tall - 6), [c * 0.8 for c in paint], -1)
    for wx in (x + long // 5, x + 4 * long // 5):
        cv2.circle(image, (wx, y + tall - 2), int(24 * scale), (28, 28, 30), -1)
        cv2.circle(image, (wx, y + tall - 2), int(11 * scale), (150, 150, 152), -1)
    cv2.circle(image, (x + long - 6, y + 14), int(8 * scale), (240, 225, 170), -1)
    return float(x - 4), y - 0.64 * tall, float(x + long + 4), float(y + tall + 22 * scale)


def _parked(image: Picture, rng: np.random.Generator) -> Box:
    return _car(image, int(rng.integers(520, 840)), int(rng.integers(480, 520)), float(rng.uniform(1.0, 1.25)), rng)


def _litter(image: Picture, rng: np.random.Generator) -> Box:
    x, y = int(rng.integers(620, 1000)), int(rng.integers(440, 500))
    points = []
    for _ in range(int(rng.integers(9, 16))):
        px, py = x + int(rng.normal(0, 34)), y + int(abs(rng.normal(0, 12)))
        size = int(rng.integers(7, 20))
        corners = rng.integers(-size, size, (5, 2)) + np.array((px, py))
        hull = cv2.convexHull(corners.astype(np.int32))
        cv2.fillPoly(image, [hull], rng.integers((120, 110, 90), (240, 238, 230)).tolist())
        cv2.polylines(image, [hull], isClosed=True, color=(90, 84, 78), thickness=1)
        points.append(hull.reshape(-1, 2))
    return _around(np.vstack(points))


def _bin(image: Picture, rng: np.random.Generator) -> Box:
    x, y = int(rng.integers(640, 1000)), int(rng.integers(400, 430))
    cv2.rectangle(image, (x, y), (x + 62, y + 96), (40, 96, 70), -1)
    cv2.rectangle(image, (x + 6, y + 10), (x + 56, y + 30), (24, 60, 44), -1)
    for _ in range(10):
        cx, cy = x + int(rng.integers(-8, 66)), y - int(rng.integers(-4, 28))
        cv2.circle(image, (cx, cy), int(rng.integers(9, 17)), rng.integers(60, 240, 3).tolist(), -1)
    cv2.ellipse(image, (x - 18, y + 92), (20, 12), 0, 0, 360, (50, 50, 56), -1)
    return float(x - 40), float(y - 46), float(x + 80), float(y + 106)


def _stall(image: Picture, rng: np.random.Generator) -> Box:
    x, y = int(rng.integers(560, 900)), int(rng.integers(330, 352))
    cloth = rng.integers((150, 30, 30), (230, 120, 90)).tolist()
    for k in range(6):
        stripe = cloth if k % 2 else (236, 232, 224)
        cv2.fillPoly(
            image,
            [np.array([[x + k * 36, y], [x + k * 36 + 36, y], [x + k * 38 + 42, y + 40], [x + k * 38, y + 40]])],
            stripe,
        )
    for px in (x + 4, x + 212):
        cv2.line(image, (px, y + 38), (px, y + 150), (96, 92, 88), 4)
    cv2.rectangle(image, (x, y + 92), (x + 220, y + 138), (122, 92, 62), -1)
    for k in range(9):
        cv2.circle(image, (x + 18 + k * 23, y + 88), 10, rng.integers((150, 60, 20), (240, 200, 70)).tolist(), -1)
    return float(x - 6), float(y - 6), float(x + 234), float(y + 156)


def _poster(image: Picture, rng: np.random.Generator) -> Box:
    x, y = int(rng.integers(600, 1000)), int(rng.integers(230, 300))
    cv2.rectangle(image, (x, y), (x + 78, y + 104), (238, 220, 60), -1)
    cv2.rectangle(image, (x + 6, y + 6), (x + 72, y + 34), (190, 30, 30), -1)
    for k in range(5):
        cv2.line(image, (x + 8, y + 46 + 11 * k), (x + int(rng.integers(44, 70)), y + 46 + 11 * k), (60, 50, 40), 3)
    return float(x - 3), float(y - 3), float(x + 81), float(y + 107)


_THINGS = {
    "litter": _litter,
    "overflowing_bin": _bin,
    "street_stall": _stall,
    "illegal_ad": _poster,
    "mis_parked_vehicle": _parked,
}


def _around(points: NDArray[np.int32]) -> Box:
    (x1, y1), (x2, y2) = points.min(axis=0), points.max(axis=0)
    return float(x1 - 4), float(y1 - 4), float(x2 + 4), float(y2 + 4)


def _blurred_person(image: Picture, rng: np.random.Generator) -> None:
    x, y = int(rng.integers(120, 520)), 352
    cv2.rectangle(image, (x, y + 26), (x + 30, y + 84), rng.integers(30, 160, 3).tolist(), -1)
    cv2.rectangle(image, (x + 4, y + 84), (x + 26, y + 128), (50, 54, 66), -1)
    cv2.circle(image, (x + 15, y + 12), 13, (206, 170, 146), -1)
    head = image[y - 6 : y + 30, x - 6 : x + 36]
    small = cv2.resize(head, (5, 4), interpolation=cv2.INTER_AREA)
    image[y - 6 : y + 30, x - 6 : x + 36] = cv2.resize(small, head.shape[1::-1], interpolation=cv2.INTER_LINEAR)


def _photographed(image: Picture, rng: np.random.Generator) -> Picture:
    soft = cv2.GaussianBlur(image, (0, 0), 0.9).astype(np.float32)
    grain = rng.normal(0, 5, (HEIGHT // 2, WIDTH // 2, 1)).astype(np.float32)
    soft += cv2.resize(grain, (WIDTH, HEIGHT))[:, :, None]
    x = np.linspace(-1, 1, WIDTH)[None, :, None] ** 2 + np.linspace(-1, 1, HEIGHT)[:, None, None] ** 2
    return np.asarray(np.clip(soft * (1.04 - 0.16 * x) * rng.uniform(0.82, 1.05), 0, 255), np.uint8)
