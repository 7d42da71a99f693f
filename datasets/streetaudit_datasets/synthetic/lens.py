"""What a lens and a sensor do to a clean picture: blur, vignette, gain, noise."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from streetaudit_datasets.synthetic.textures import Image, Rng


@dataclass(frozen=True, slots=True, eq=False)
class Lens:
    """One camera's faults.

    Attributes:
        exposure: gain on the picture.
        gamma: bend of the tone curve; 1 is none.
        warmth: shift of the white balance, -1..1.
        vignette: darkness of the corners, 0..1.
        soft_px: deviation of the lens blur; 0 is sharp.
        noise: deviation of the sensor noise, 0..255 scale.
        shutter_s: how long the shutter is open.
    """

    exposure: float = 1.0
    gamma: float = 1.0
    warmth: float = 0.0
    vignette: float = 0.22
    soft_px: float = 0.0
    noise: float = 2.5
    shutter_s: float = 0.01


def draw_lens(rng: Rng, *, exposure: float, noise: float) -> Lens:
    """A lens with faults of its own."""
    return Lens(
        exposure=exposure * float(rng.uniform(0.82, 1.2)),
        gamma=float(rng.uniform(0.82, 1.2)),
        warmth=float(rng.normal(0, 0.35)),
        vignette=float(rng.uniform(0.02, 0.4)),
        soft_px=float(max(0.0, rng.normal(0.4, 0.5))),
        noise=noise * float(rng.uniform(0.4, 1.6)),
        shutter_s=float(rng.uniform(0.002, 0.02)),
    )


@dataclass(slots=True, eq=False)
class Sensor:
    """Applies a lens to pictures of one size; keeps what does not change between them.

    Attributes:
        lens: the faults.
        rng: for the noise.
    """

    lens: Lens
    rng: Rng
    _fall: Image | None = None
    _grain: Image | None = None

    def expose(self, image: Image) -> Image:
        """The picture as the camera would record it."""
        height, width = image.shape[:2]
        lens = self.lens
        if lens.soft_px > 0.25:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), lens.soft_px))
        if self._fall is None or self._fall.shape != image.shape:
            self._fall, self._grain = self._vignette(height, width), self._noise(height, width)
        image = np.asarray(cv2.multiply(image, self._fall, scale=1 / 255))
        image = np.asarray(cv2.LUT(image, self._curve()))
        return self._with_noise(image)

    def _vignette(self, height: int, width: int) -> Image:
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        fall = 1 - self.lens.vignette * (x * x + y * y * (height / width) ** 2) / (1 + (height / width) ** 2)
        return np.repeat((fall * 255).astype(np.uint8)[..., None], 3, axis=2)

    def _curve(self) -> Image:
        tone = np.clip(np.linspace(0, 1, 256) * self.lens.exposure, 0, 4)
        tone = np.where(tone > 0.8, 0.8 + 0.2 * np.tanh((tone - 0.8) / 0.3), tone)
        tone = np.clip(tone, 0, 1) ** self.lens.gamma
        warm = np.array([1 + 0.06 * self.lens.warmth, 1.0, 1 - 0.06 * self.lens.warmth])
        curve: Image = np.clip(tone[:, None] * warm * 255, 0, 255).astype(np.uint8)[None]
        return curve

    def _noise(self, height: int, width: int) -> Image:
        grain = self.rng.normal(0, self.lens.noise, (height + 64, width + 64)).astype(np.float32)
        colour = self.rng.normal(0, self.lens.noise * 0.5, (height // 2 + 32, width // 2 + 32, 3)).astype(np.float32)
        blotches = np.asarray(cv2.resize(colour, (width + 64, height + 64)))
        noise: Image = np.clip(128 + grain[..., None] + blotches, 0, 255).astype(np.uint8)
        return noise

    def _with_noise(self, image: Image) -> Image:
        height, width = image.shape[:2]
        if self._grain is None:
            return image
        y, x = (int(v) for v in self.rng.integers(0, 64, 2))
        grain = self._grain[y : y + height, x : x + width]
        return np.asarray(cv2.addWeighted(image, 1.0, grain, 1.0, -128.0))


def jpeg(image: Image, *, quality: int) -> Image:
    """The picture after JPEG."""
    _, packed = cv2.imencode(".jpg", image[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    opened = cv2.imdecode(packed, cv2.IMREAD_COLOR)
    if opened is None:
        raise ValueError(f"want a picture that OpenCV can pack as JPEG, got shape {image.shape}")
    return np.ascontiguousarray(opened[..., ::-1], dtype=np.uint8)
