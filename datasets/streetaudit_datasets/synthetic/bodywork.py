"""Pictures of a vehicle's sides, ends and windows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from streetaudit_datasets.synthetic.textures import Colour, Image, Rng, fractal, pick, toned

PX_PER_M = 90
GLASS = (44, 52, 60)


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of a vehicle.

    Attributes:
        size_m: length, width, height.
        belt_m: height of the lower edge of the side windows.
        bonnet_m: length of the bonnet; boot_m: of the boot.
        slant_m: how far windscreen and rear window lean.
        tuck_m: how far each side leans in at the roof.
        clear_m: ground clearance.
        wheel_m: radius of the wheels.
        box: whether the hind part is a closed load space.
    """

    size_m: tuple[float, float, float]
    belt_m: float
    bonnet_m: float
    boot_m: float
    slant_m: tuple[float, float]
    tuck_m: float
    clear_m: float
    wheel_m: float
    box: bool = False


def _shine(rng: Rng, height: int, width: int, paint: Colour) -> Image:
    """Lacquer: lighter towards the top where it mirrors the sky, darker below."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.clip(paint, 0, 255)
    rise = np.interp(np.linspace(0, 1, height), [0, 0.12, 0.3, 0.36, 1], [34, 16, 6, -10, -26]).astype(np.float32)
    tone = rise[:, None] + 4 * fractal(rng, height, width, cell_px=70)
    dirt = np.clip(np.linspace(-0.8, 1, height), 0, 1)[:, None] * rng.uniform(0, 26)
    return toned(image, tone - dirt.astype(np.float32))


def _wheel(image: Image, centre: tuple[int, int], radius: int, rng: Rng) -> None:
    cv2.circle(image, centre, int(radius * 1.17), (16, 16, 18, 255), -1, cv2.LINE_AA)
    cv2.circle(image, centre, radius, (30, 30, 32, 255), -1, cv2.LINE_AA)
    rim = int(rng.uniform(120, 200))
    cv2.circle(image, centre, int(radius * 0.66), (rim, rim, rim, 255), -1, cv2.LINE_AA)
    turn, spokes = rng.uniform(0, 2), int(rng.integers(5, 8))
    for k in range(spokes):
        angle = turn + 2 * np.pi * k / spokes
        end = (int(centre[0] + np.cos(angle) * radius * 0.5), int(centre[1] + np.sin(angle) * radius * 0.5))
        cv2.circle(image, end, max(1, int(radius * 0.15)), (48, 48, 50, 255), -1, cv2.LINE_AA)
    cv2.circle(image, centre, max(1, int(radius * 0.15)), (rim * 0.6, rim * 0.6, rim * 0.6, 255), -1, cv2.LINE_AA)


def side_of(rng: Rng, s: Shape, paint: Colour) -> Image:
    """The lower side from bumper to bumper, from the belt to the ground; its front is at the right."""
    length, _, _ = s.size_m
    width, height = int(length * PX_PER_M), int(s.belt_m * PX_PER_M)
    image = np.dstack([_shine(rng, height, width, paint), np.zeros((height, width), np.uint8)])
    m = PX_PER_M
    nose, tail = int(0.1 * m), int(0.06 * m)
    sill = height - int(s.clear_m * m)
    front_top = int((s.belt_m - bonnet_m(s)) * m)
    outline = np.array(
        [[tail, 0], [width - int(s.bonnet_m * m), 0], [width - nose, front_top], [width, int(height * 0.5)],
         [width, sill - 6], [width - int(0.12 * m), sill], [int(0.12 * m), sill], [0, sill - 8], [0, int(height * 0.3)]]
    )  # fmt: skip
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA)
    image[..., 3] = mask
    dark = (*(c * 0.55 for c in paint), 255)
    cv2.rectangle(image, (0, sill - int(0.1 * m)), (width, sill), (*(c * 0.4 for c in paint), 255), -1)
    image[..., 3] = np.minimum(image[..., 3], mask)
    axles = int(length * 0.19 * m), width - int(length * 0.2 * m)
    for x in np.linspace(axles[0] + 0.5 * m, width - (s.bonnet_m + 0.25) * m, 2 if s.box else 3):
        cv2.line(image, (int(x), 2), (int(x), sill - 5), dark, 1, cv2.LINE_AA)
        cv2.line(image, (int(x) - 22, 12), (int(x) - 10, 12), dark, 3, cv2.LINE_AA)
    cv2.line(image, (tail, int(height * 0.36)), (width - nose, int(height * 0.4)), dark, 1, cv2.LINE_AA)
    cv2.rectangle(image, (width - int(0.3 * m), front_top + 6), (width - 2, front_top + 16), (225, 228, 226, 255), -1)
    cv2.rectangle(image, (0, int(height * 0.2)), (int(0.2 * m), int(height * 0.38)), (160, 20, 24, 255), -1)
    image[..., 3] = np.minimum(image[..., 3], mask)
    for x in axles:
        _wheel(image, (x, height - int(s.wheel_m * m)), int(s.wheel_m * m), rng)
    return image


def bonnet_m(s: Shape) -> float:
    """Height of the bonnet's front edge."""
    return s.belt_m - (0.16 if s.bonnet_m > 0.5 else 0.3)


def front_of(rng: Rng, s: Shape, paint: Colour) -> Image:
    """The front: lamps, grille, plate."""
    wide, tall = int(s.size_m[1] * PX_PER_M), int((bonnet_m(s) - s.clear_m) * PX_PER_M)
    image = _shine(rng, tall, wide, paint)
    lamp = int(wide * rng.uniform(0.17, 0.24)), int(tall * rng.uniform(0.16, 0.26))
    y = int(tall * 0.1)
    for x in (4, wide - lamp[0] - 4):
        cv2.rectangle(image, (x, y), (x + lamp[0], y + lamp[1]), (60, 62, 64), -1)
        cv2.ellipse(
            image,
            (x + lamp[0] // 2, y + lamp[1] // 2),
            (lamp[0] // 3, lamp[1] // 2 - 1),
            0,
            0,
            360,
            (236, 238, 232),
            -1,
        )
    grille = int(wide * 0.28), int(tall * 0.16), int(wide * 0.72), int(tall * 0.46)
    cv2.rectangle(image, grille[:2], grille[2:], (26, 26, 28), -1)
    for y in range(grille[1], grille[3], 6):
        cv2.line(image, (grille[0], y), (grille[2], y), (120, 122, 124), 1)
    cv2.rectangle(image, (int(wide * 0.08), int(tall * 0.76)), (int(wide * 0.92), tall), (34, 34, 36), -1)
    return _plate(rng, image, y=int(tall * 0.58))


def rear_of(rng: Rng, s: Shape, paint: Colour) -> Image:
    """The rear: lamps, bumper, plate."""
    wide, tall = int(s.size_m[1] * PX_PER_M), int((s.belt_m - s.clear_m) * PX_PER_M)
    image = _shine(rng, tall, wide, paint)
    lamp = int(wide * rng.uniform(0.1, 0.2)), int(tall * rng.uniform(0.2, 0.36))
    for x in (2, wide - lamp[0] - 2):
        cv2.rectangle(image, (x, int(tall * 0.1)), (x + lamp[0], int(tall * 0.1) + lamp[1]), (164, 18, 24), -1)
        cv2.rectangle(
            image,
            (x + 2, int(tall * 0.1) + lamp[1] * 2 // 3),
            (x + lamp[0] - 2, int(tall * 0.1) + lamp[1] - 2),
            (226, 150, 90),
            -1,
        )
    cv2.rectangle(image, (int(wide * 0.05), int(tall * 0.8)), (int(wide * 0.95), tall), (36, 36, 38), -1)
    cv2.line(
        image,
        (int(wide * 0.1), int(tall * 0.62)),
        (int(wide * 0.9), int(tall * 0.62)),
        tuple(c * 0.5 for c in paint),
        2,
    )
    return _plate(rng, image, y=int(tall * 0.46))


def _plate(rng: Rng, image: Image, *, y: int) -> Image:
    """A number plate with marks that are no letters, so that no plate is anyone's."""
    wide = image.shape[1]
    half, tall = int(0.22 * PX_PER_M), int(0.12 * PX_PER_M)
    ground = pick(rng, ((26, 70, 170), (236, 236, 230), (70, 160, 100), (226, 180, 40)))
    ink = (240, 240, 240) if sum(ground) < 430 else (24, 24, 26)
    cv2.rectangle(image, (wide // 2 - half, y), (wide // 2 + half, y + tall), ground, -1)
    for k in range(7):
        x = wide // 2 - half + 4 + k * (2 * half - 8) // 7
        cv2.rectangle(image, (x, y + 3), (x + 3, y + tall - 3), ink, 1)
    return image


def _glass(rng: Rng, height: int, width: int) -> Image:
    image = np.empty((height, width, 3), np.uint8)
    rise = np.linspace(rng.uniform(40, 90), 0, height)[:, None, None]
    image[:] = np.clip(np.array(GLASS) + rise, 0, 255)
    cv2.ellipse(
        image, (int(width * rng.uniform(0.2, 0.8)), height), (width // 7 + 1, height // 2), 0, 0, 360, (26, 28, 30), -1
    )
    return np.asarray(cv2.GaussianBlur(image, (5, 5), 0))


def screen_of(rng: Rng, paint: Colour, *, solid: bool = False) -> Image:
    """A windscreen in its frame; solid where the load space has doors instead."""
    image = _glass(rng, 90, 150)
    if solid:
        image[:] = _shine(rng, 90, 150, paint)
        cv2.line(image, (75, 0), (75, 90), (60, 60, 60), 1)
        return image
    cv2.rectangle(image, (0, 0), (149, 89), paint, 7)
    cv2.rectangle(image, (8, 8), (141, 81), (24, 26, 28), 2)
    return image


def cabin_side(rng: Rng, s: Shape, paint: Colour) -> Image:
    """Side windows between pillars, RGBA; the cut-off corners are where screens lean. Front at the right."""
    bf, br = s.size_m[0] / 2 - s.bonnet_m, -s.size_m[0] / 2 + s.boot_m + 0.02
    width, height = int((bf - br) * PX_PER_M), int((s.size_m[2] - s.belt_m) * PX_PER_M)
    front, back = int(s.slant_m[0] * PX_PER_M), int(s.slant_m[1] * PX_PER_M)
    outline = np.array([[back, 0], [width - front, 0], [width, height], [0, height]])
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [outline], 255, cv2.LINE_AA)
    image = _shine(rng, height, width, paint)
    glass = _glass(rng, height, width)
    inset = np.array([[back + 12, 7], [width - front - 6, 7], [width - 16, height - 4], [14, height - 4]])
    if s.box:
        edge = int(width * 0.72)
        inset[0], inset[3] = (edge, 7), (edge, height - 4)
        image[:, : edge - 6] = np.clip(np.array(paint) + 8, 0, 255)
    panes = np.zeros((height, width), np.uint8)
    cv2.fillPoly(panes, [inset], 255, cv2.LINE_AA)
    for x in (0.36, 0.68) if not s.box else ():
        cv2.line(panes, (int(width * x), 0), (int(width * x) + 3, height), (0,), 6)
    image = np.where(panes[..., None] > 127, glass, image)
    return np.dstack([image, mask])
