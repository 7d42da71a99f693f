"""Noise, dirt and cloth: arrays that everything else is painted with."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Colour = tuple[float, float, float]
Rng = np.random.Generator

SMALLEST_MIP_PX = 4


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """An image with its pyramid of halved copies.

    Attributes:
        mips: uint8 (H, W, 3) RGB or (H, W, 4) RGB and opacity, each half the one before.
        glows: true where lamps do not matter: the texture shines with its own light.
        mean: its colour from afar.
        fullness: the share of it that is opaque.
    """

    mips: tuple[Image, ...]
    glows: bool
    mean: Colour
    fullness: float

    @property
    def opaque(self) -> bool:
        """Whether it has no opacity channel."""
        return bool(self.mips[0].shape[2] == 3)

    def at(self, scale: float) -> Image:
        """The copy that suits scale texture pixels to an image pixel."""
        level = int(np.log2(max(scale, 1.0)) + 0.35)
        return self.mips[min(level, len(self.mips) - 1)]


def texture(image: Image, *, glows: bool = False) -> Texture:
    """The texture of an image; colours bleed under transparent pixels so that edges do not darken."""
    mips = [np.ascontiguousarray(bleed(image) if image.shape[2] == 4 else image)]
    while min(mips[-1].shape[:2]) >= 2 * SMALLEST_MIP_PX and len(mips) < 8:
        height, width = mips[-1].shape[:2]
        mips.append(np.asarray(cv2.resize(mips[-1], (width // 2, height // 2), interpolation=cv2.INTER_AREA)))
    last = mips[-1].reshape(-1, mips[-1].shape[2]).astype(np.float64)
    share = last[:, 3] / 255 if last.shape[1] == 4 else np.ones(len(last))
    red, green, blue = (float(v) for v in (last[:, :3] * (share + 1e-6)[:, None]).sum(axis=0) / (share + 1e-6).sum())
    return Texture(tuple(mips), glows, (red, green, blue), float(share.mean()))


def bleed(image: Image) -> Image:
    """The RGBA image with its mean opaque colours spread under what is transparent."""
    solid = image[..., 3] > 127
    if not solid.any() or solid.all():
        return image
    height, width = solid.shape
    small = (max(1, width // 4), max(1, height // 4))
    weight = cv2.resize(solid.astype(np.float32), small, interpolation=cv2.INTER_AREA)
    colour = cv2.resize(
        np.where(solid[..., None], image[..., :3], 0).astype(np.uint8), small, interpolation=cv2.INTER_AREA
    )
    mean = image[solid][:, :3].mean(axis=0)
    size = max(3, min(small) // 6) | 1
    colour, weight = cv2.blur(colour.astype(np.float32), (size, size)), cv2.blur(weight, (size, size))
    spread = (colour + 0.02 * mean) / (weight + 0.02)[..., None]
    spread = cv2.resize(spread.astype(np.float32), (width, height))
    out = image.copy()
    out[..., :3] = np.where(solid[..., None], image[..., :3], np.clip(spread, 0, 255).astype(np.uint8))
    return out


def value_noise(rng: Rng, height: int, width: int, *, cell_px: float) -> Floats:
    """Smooth noise in -1..1 with features of about cell_px."""
    rows, columns = max(2, int(height / cell_px) + 2), max(2, int(width / cell_px) + 2)
    coarse = rng.uniform(-1, 1, (rows, columns)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32)


def fractal(rng: Rng, height: int, width: int, *, cell_px: float, octaves: int = 4) -> Floats:
    """Noise over several scales, about -1..1."""
    total = np.zeros((height, width), np.float32)
    weight = 1.0
    for octave in range(octaves):
        size = cell_px / 2**octave
        if size < 1:
            break
        total += weight * value_noise(rng, height, width, cell_px=size)
        weight *= 0.55
    return total / 1.6


def tileable(rng: Rng, size_px: int, *, slope: float) -> Floats:
    """Noise that repeats without a seam, deviation 1, with a 1 / f^slope spectrum."""
    frequency = np.fft.fftfreq(size_px)
    radius = np.hypot(frequency[:, None], frequency[None, :])
    radius[0, 0] = 1.0
    amplitude = radius**-slope
    amplitude[0, 0] = 0.0
    phase = np.exp(2j * np.pi * rng.random((size_px, size_px)))
    noise = np.fft.ifft2(amplitude * phase).real.astype(np.float32)
    scaled: Floats = noise / np.float32(noise.std())
    return scaled


def filled(height: int, width: int, colour: Colour) -> Image:
    """A plain image."""
    return np.full((height, width, 3), np.clip(colour, 0, 255), np.uint8)


def toned(image: Image, tone: Floats) -> Image:
    """The image with tone (H, W) added to its colour channels."""
    out = image.copy()
    added = image[..., :3].astype(np.float32) + tone[..., None]
    out[..., :3] = np.clip(added, 0, 255).astype(np.uint8)
    return out


def weathered(rng: Rng, image: Image, *, strength: float = 1.0) -> Image:
    """The image with blotches, grain and streaks that run down."""
    height, width = image.shape[:2]
    tone = 9 * fractal(rng, height, width, cell_px=max(8, height / 4))
    tone += rng.normal(0, 3.5, (height, width)).astype(np.float32)
    streaks = value_noise(rng, 2, width, cell_px=4)[0]
    fall = np.linspace(1.0, 0.2, height, dtype=np.float32)[:, None]
    tone -= 10 * np.clip(streaks, 0, 1)[None, :] * fall
    return toned(image, strength * tone)


def with_opacity(image: Image, mask: Image) -> Image:
    """RGBA from RGB and a mask."""
    return np.dstack([image, mask])


def jitter(rng: Rng, colour: Colour, *, by: float = 12.0) -> Colour:
    """A colour near the given one."""
    shift = rng.normal(0, by) + rng.normal(0, by / 2, 3)
    red, green, blue = (float(c) for c in np.clip(np.array(colour) + shift, 4, 250))
    return red, green, blue


def pick(rng: Rng, colours: tuple[Colour, ...]) -> Colour:
    """One of the colours."""
    return colours[int(rng.integers(len(colours)))]
