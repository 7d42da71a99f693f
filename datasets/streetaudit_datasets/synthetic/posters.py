"""Print: posters, flyers, stickers and banners as RGBA pictures, new or torn and stained."""

from __future__ import annotations

import cv2
import numpy as np

from streetaudit_datasets.synthetic.lettering import LATIN, chinese, number, pages, squares, words
from streetaudit_datasets.synthetic.textures import Colour, Image, Rng, fractal, pick, toned, value_noise, with_opacity

BOLD: tuple[Colour, ...] = (
    (214, 32, 38), (244, 196, 28), (24, 82, 176), (18, 132, 70), (236, 112, 24), (150, 30, 120), (20, 20, 24),
    (20, 160, 190), (236, 60, 120),
)  # fmt: skip
PAPER: tuple[Colour, ...] = (
    (244, 242, 236), (250, 236, 160), (248, 206, 206), (206, 232, 206), (200, 222, 244), (238, 232, 214),
    (255, 160, 90),
)  # fmt: skip
INK: tuple[Colour, ...] = ((20, 20, 24), (190, 24, 30), (24, 60, 150), (10, 90, 50))


def headline(rng: Rng, image: Image, *, box: tuple[int, int, int, int], colour: Colour) -> None:
    """A large line: Chinese more often than Latin."""
    if rng.random() < 0.68:
        chinese(image, rng, box=box, colour=colour)
    else:
        words(image, str(rng.choice(LATIN)), box=box, colour=colour, rng=rng)


def photo(rng: Rng, height: int, width: int) -> Image:
    """A picture of nothing in particular: blurred shapes in loud colours, as adverts have."""
    image = np.empty((height, width, 3), np.uint8)
    top, bottom = np.array(pick(rng, BOLD)), np.array(pick(rng, PAPER))
    image[:] = (top + (bottom - top) * np.linspace(0, 1, height)[:, None, None]).astype(np.uint8)
    for _ in range(int(rng.integers(3, 8))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        axes = (int(width * rng.uniform(0.06, 0.35)) + 1, int(height * rng.uniform(0.06, 0.35)) + 1)
        colour = pick(rng, BOLD + PAPER + ((222, 172, 140), (196, 146, 112)))
        cv2.ellipse(image, centre, axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(image, (0, 0), max(0.6, width / 90)))


def poster(rng: Rng, *, height: int = 256, width: int = 192) -> Image:
    """A printed poster: photograph, headline, small print, number, code."""
    loud = rng.random() < 0.6
    ground = pick(rng, BOLD) if loud else pick(rng, PAPER)
    ink = pick(rng, PAPER) if loud else pick(rng, INK)
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.array(ground, np.uint8)
    margin = width // 14
    top = int(height * rng.uniform(0.02, 0.1))
    if rng.random() < 0.6:
        tall = int(height * rng.uniform(0.25, 0.5))
        at = top if rng.random() < 0.5 else int(height * 0.4)
        image[at : at + tall, margin : width - margin] = photo(rng, len(image[at : at + tall]), width - 2 * margin)
    big = int(height * rng.uniform(0.12, 0.22))
    headline(rng, image, box=(margin, top, width - 2 * margin, big), colour=ink)
    if rng.random() < 0.7:
        headline(rng, image, box=(margin, top + big + 4, width - 2 * margin, big // 2), colour=pick(rng, BOLD + PAPER))
    low = int(height * rng.uniform(0.6, 0.72))
    pages(
        rng,
        image,
        colour=ink,
        lines=int(rng.integers(2, 5)),
        area=(margin, low, width - 2 * margin, int(height * 0.18)),
    )
    words(image, number(rng), box=(margin, int(height * 0.87), int(width * 0.62), height // 11), colour=ink, rng=rng)
    if rng.random() < 0.5:
        squares(image, rng, box=(int(width * 0.72), int(height * 0.8), int(width * 0.22)))
    if rng.random() < 0.3:
        cv2.rectangle(image, (2, 2), (width - 3, height - 3), ink, max(1, width // 50))
    return image


def flyer(rng: Rng, *, height: int = 128, width: int = 96) -> Image:
    """A cheap sheet: paper, a heading, lines of print, a number, sometimes strips to tear off."""
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.array(pick(rng, PAPER), np.uint8)
    ink = pick(rng, INK)
    margin = max(2, width // 12)
    headline(rng, image, box=(margin, height // 14, width - 2 * margin, height // 5), colour=pick(rng, INK))
    lines = int(rng.integers(3, 7))
    pages(rng, image, colour=ink, lines=lines, area=(margin, height * 3 // 10, width - 2 * margin, height * 4 // 10))
    words(
        image,
        number(rng),
        box=(margin, height * 3 // 4, width - 2 * margin, height // 6),
        colour=pick(rng, INK),
        rng=rng,
    )
    if rng.random() < 0.25:
        for x in range(0, width, max(5, width // 9)):
            cv2.line(image, (x, height * 5 // 6), (x, height), (90, 90, 90), 1)
    return image


def sticker(rng: Rng, *, height: int = 40, width: int = 112) -> Image:
    """A small strip: a service and its number in one colour."""
    image = np.empty((height, width, 3), np.uint8)
    loud = rng.random() < 0.5
    image[:] = np.array(pick(rng, BOLD if loud else PAPER), np.uint8)
    ink = pick(rng, PAPER) if loud else pick(rng, INK)
    headline(rng, image, box=(4, 3, width - 8, height // 2 - 3), colour=ink)
    words(image, number(rng), box=(4, height // 2, width - 8, height // 2 - 2), colour=ink, rng=rng)
    return image


def banner(rng: Rng, *, height: int = 80, width: int = 480) -> Image:
    """A long cloth with one line of large writing."""
    image = np.empty((height, width, 3), np.uint8)
    ground = BOLD[0] if rng.random() < 0.5 else pick(rng, BOLD + PAPER)
    image[:] = np.array(ground, np.uint8)
    ink = (250, 240, 210) if sum(ground) < 420 else pick(rng, INK)
    box = (height // 3, height // 6, width - height // 2, height * 2 // 3)
    headline(rng, image, box=box, colour=ink)
    folds = 13 * np.sin(np.linspace(0, rng.uniform(9, 24), width) + rng.uniform(0, 6)).astype(np.float32)
    return toned(image, np.tile(folds, (height, 1)))


def aged(rng: Rng, image: Image, *, torn: float = 0.35) -> Image:
    """The sheet as RGBA with creases, stains, sun-bleach and, torn of the time, ragged edges."""
    height, width = image.shape[:2]
    out = toned(image, 9 * fractal(rng, height, width, cell_px=max(6.0, width / 3)))
    fade = rng.uniform(0, 0.35)
    out = np.clip(out * (1 - fade) + 212 * fade, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 4))):
        a = (int(rng.integers(width)), int(rng.integers(height)))
        b = (int(rng.integers(width)), int(rng.integers(height)))
        cv2.line(
            out, a, b, np.clip(out[a[1], a[0]].astype(int) + rng.integers(-60, 60), 0, 255).tolist(), 1, cv2.LINE_AA
        )
    mask = np.full((height, width), 255, np.uint8)
    if rng.random() < torn:
        _tear(rng, mask)
    return with_opacity(out, mask)


def _tear(rng: Rng, mask: Image) -> None:
    height, width = mask.shape
    noise = value_noise(rng, height, width, cell_px=max(3.0, width / 9))
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    if rng.random() < 0.6:  # a corner or a side has gone
        angle = rng.uniform(0, 2 * np.pi)
        reach = x * np.cos(angle) + y * np.sin(angle)
        mask[reach + 0.22 * noise > rng.uniform(0.55, 1.0)] = 0
    else:
        mask[np.maximum(np.abs(x), np.abs(y)) + 0.16 * noise > 0.97] = 0


def wad(rng: Rng, *, height: int = 256, width: int = 256) -> Image:
    """Many sheets pasted over each other, RGBA: what grows on poles and shutters."""
    out = np.zeros((height, width, 4), np.uint8)
    for _ in range(int(rng.integers(4, 12))):
        made = flyer(rng) if rng.random() < 0.7 else sticker(rng)
        tall = int(height * rng.uniform(0.25, 0.5))
        wide = int(tall * made.shape[1] / made.shape[0])
        wide = min(wide, int(width * 0.8))
        sheet = aged(rng, np.asarray(cv2.resize(made, (max(8, wide), tall))))
        turned = cv2.getRotationMatrix2D((wide / 2, tall / 2), float(rng.normal(0, 6)), 1.0)
        turned[:, 2] += (rng.uniform(0, max(1, width - wide)), rng.uniform(0, max(1, height - tall)))
        placed = np.asarray(cv2.warpAffine(sheet, turned, (width, height)))
        over = placed[..., 3:] > 127
        out = np.where(over, placed, out)
    return out


def stencil(rng: Rng, *, height: int = 64, width: int = 220) -> Image:
    """Sprayed writing with soft edges, RGBA."""
    mask = np.zeros((height, width, 3), np.uint8)
    words(mask, number(rng), box=(4, height // 2, width - 8, height // 2 - 4), colour=(255, 255, 255), rng=rng)
    chinese(mask, rng, box=(4, 3, width - 8, height // 2 - 6), colour=(255, 255, 255))
    soft = cv2.GaussianBlur(mask[..., 0], (0, 0), 1.1).astype(np.float32)
    soft *= np.clip(0.85 + 0.4 * value_noise(rng, height, width, cell_px=9), 0, 1)
    colour = pick(rng, ((24, 24, 30), (170, 20, 24), (30, 50, 140)))
    image = np.empty((height, width, 3), np.uint8)
    image[:] = np.array(colour, np.uint8)
    return with_opacity(image, soft.astype(np.uint8))
