"""What hangs in streets by right and is no advert: traffic signs, direction boards, street names, house numbers.

Every picture is RGBA uint8 (H, W, 4).
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from streetaudit_models.posters import Rgba, Rng

_WHITE, _RED, _BLUE, _BLACK, _YELLOW = (246, 246, 244), (200, 24, 32), (20, 72, 168), (20, 20, 24), (248, 200, 20)
_NAMES = ("MAIN ST", "RUE HAUTE", "HAUPTSTR.", "VIA ROMA", "12", "7A", "108", "25", "No. 3", "ULITSA MIRA", "CALLE 9")


def draw_sign(rng: Rng) -> Rgba:
    """One random sign."""
    makers: tuple[Callable[[Rng], Rgba], ...] = (_disc, _triangle, _square, _plate, _plate, _board, _board, _board)
    return makers[int(rng.integers(len(makers)))](rng)


def _blank(height: int, width: int, colour: tuple[int, int, int]) -> Rgba:
    return np.dstack([np.full((height, width, 3), colour, np.uint8), np.full((height, width), 255, np.uint8)])


def _disc(rng: Rng) -> Rgba:
    """A round sign: a red rim about a number or a bar, or blue with a white arrow."""
    blue = bool(rng.random() < 0.3)
    sign = _blank(120, 120, _BLUE if blue else _WHITE)
    if blue:
        cv2.arrowedLine(sign, (60, 95), (60, 25), (*_WHITE, 255), 12, tipLength=0.4)
    else:
        _write(sign, str(rng.integers(2, 9) * 10), _BLACK)
        if rng.random() < 0.4:
            cv2.line(sign, (20, 20), (100, 100), (*_RED, 255), 12)
        cv2.circle(sign, (60, 60), 52, (*_RED, 255), 15)
    sign[..., 3] = cv2.circle(np.zeros((120, 120), np.uint8), (60, 60), 59, 255, -1)
    return sign


def _triangle(rng: Rng) -> Rgba:
    """A red triangle with a mark in it."""
    sign = _blank(110, 120, _WHITE if rng.random() < 0.7 else _YELLOW)
    corners = np.array([[60, 2], [118, 106], [2, 106]])
    sign[..., 3] = cv2.fillPoly(np.zeros((110, 120), np.uint8), [corners], 255)
    cv2.polylines(sign, [corners], True, (*_RED, 255), 18)
    cv2.line(sign, (60, 45), (60, 80), (*_BLACK, 255), 9)
    return sign


def _square(rng: Rng) -> Rgba:
    """A square sign: parking, crossing, a bus stop."""
    sign = _blank(120, 120, _BLUE if rng.random() < 0.75 else _YELLOW)
    if rng.random() < 0.5:
        _write(sign, str(rng.choice(["P", "H", "i", "M"])), _WHITE)
    else:
        cv2.fillPoly(sign, [np.array([[60, 20], [100, 98], [20, 98]])], (*_WHITE, 255))
    return sign


def _plate(rng: Rng) -> Rgba:
    """A street's name or a house's number."""
    text = str(rng.choice(_NAMES))
    sign = _blank(60, 30 + 32 * len(text), (_BLUE, _WHITE, (20, 96, 60), (24, 36, 80))[int(rng.integers(4))])
    _write(sign, text, _BLACK if int(sign[30, 30, :3].sum()) > 450 else _WHITE)
    cv2.rectangle(sign, (3, 3), (sign.shape[1] - 4, 56), (*_WHITE, 255), 2)
    return sign


def _board(rng: Rng) -> Rgba:
    """A large board beside a road: directions, or the sights that it leads to."""
    grounds = ((112, 62, 30), _BLUE, (0, 110, 70), _WHITE, (112, 62, 30))
    ground = grounds[int(rng.integers(len(grounds)))]
    ink = _BLACK if ground == _WHITE else _WHITE
    height, width = int(rng.integers(90, 200)), int(rng.integers(120, 260))
    sign = _blank(height, width, ground)
    foot = int(height * rng.uniform(0.45, 0.9))
    for _ in range(int(rng.integers(0, 4))):  # hills, roofs and towers
        corners = rng.uniform((0.08, 0.15), (0.92, 0.75), (3, 2)) * (width, height)
        cv2.fillPoly(sign, [corners.astype(np.int32)], (*ink, 255))
    for y in range(foot, height - 14, 18):
        text = "".join(chr(65 + int(k)) for k in rng.integers(0, 26, int(rng.integers(4, 10))))
        cv2.putText(sign, text, (12, y + 12), cv2.FONT_HERSHEY_DUPLEX, 0.5, (*ink, 255), 1, cv2.LINE_AA)
    if rng.random() < 0.4:
        end = int(width * rng.choice([0.2, 0.8])), int(height * 0.2)
        cv2.arrowedLine(sign, (width // 2, int(height * 0.42)), end, (*ink, 255), 8, tipLength=0.4)
    cv2.rectangle(sign, (4, 4), (width - 5, height - 5), (*ink, 255), 3)
    return sign


def _write(sign: Rgba, text: str, colour: tuple[int, int, int]) -> None:
    height, width = sign.shape[:2]
    (wide, tall), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, 1.0, 3)
    scale = min(0.72 * width / wide, 0.5 * height / tall)
    foot = int((width - wide * scale) / 2), int((height + tall * scale) / 2)
    cv2.putText(sign, text, foot, cv2.FONT_HERSHEY_DUPLEX, scale, (*colour, 255), max(2, int(3 * scale)), cv2.LINE_AA)
