"""What lights the street: sun, sky and lamps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from streetaudit_datasets.synthetic.textures import Colour, Rng

Sun = tuple[float, float, float]
KINDS = ("sunny", "overcast", "dusk", "night")


@dataclass(frozen=True, slots=True)
class Light:
    """The light over the whole street; colours are factors on what a surface reflects.

    Attributes:
        kind: one of KINDS.
        sun: unit vector (3,) towards the sun, local east, north, up.
        sun_colour: direct light.
        ambient: light from the sky, without direction.
        zenith: sky colour overhead, 0..255.
        horizon: sky colour low down, 0..255.
        exposure: the camera's gain.
        noise: deviation of the sensor's noise, 0..255 scale.
    """

    kind: str
    sun: Sun
    sun_colour: Colour
    ambient: Colour
    zenith: Colour
    horizon: Colour
    exposure: float
    noise: float

    @property
    def has_shadows(self) -> bool:
        """Whether the sun throws hard shadows."""
        return self.kind == "sunny"

    @property
    def lamps_on(self) -> bool:
        """Whether street lamps and windows shine."""
        return self.kind in ("dusk", "night")

    def on(self, normal: tuple[float, float, float], *, lit: float = 1.0) -> Colour:
        """The factor on a surface with this normal; lit is its share of sun."""
        facing = sum(n * s for n, s in zip(normal, self.sun, strict=True))
        direct = max(0.0, facing) * lit
        sky = 0.84 + 0.16 * normal[2]
        red, green, blue = (a * sky + direct * s for a, s in zip(self.ambient, self.sun_colour, strict=True))
        return red, green, blue


def draw_light(rng: Rng, *, kind: str | None = None) -> Light:
    """A light of this kind, or of any kind."""
    if kind is None:
        kind = str(rng.choice(KINDS, p=(0.44, 0.38, 0.1, 0.08)))
    if kind not in KINDS:
        raise ValueError(f"want one of {KINDS}, got {kind!r}")
    azimuth = rng.uniform(0, 2 * np.pi)
    elevation = np.radians(rng.uniform(28, 65))
    sun = (
        float(np.cos(elevation) * np.sin(azimuth)),
        float(np.cos(elevation) * np.cos(azimuth)),
        float(np.sin(elevation)),
    )
    made = {"sunny": _sunny, "overcast": _overcast, "dusk": _dusk, "night": _night}[kind]
    return made(rng, sun)


def _sunny(rng: Rng, sun: Sun) -> Light:
    warm = rng.uniform(0.0, 0.12)
    blue = (92 + rng.uniform(-25, 25), 140 + rng.uniform(-20, 15), 205 + rng.uniform(-20, 25))
    pale = (188 + rng.uniform(-20, 25), 206 + rng.uniform(-15, 20), 224)
    direct = (0.72, 0.68 - warm * 0.3, 0.62 - warm)
    return Light("sunny", sun, direct, (0.52, 0.56, 0.62), blue, pale, rng.uniform(0.88, 1.12), 2.2)


def _overcast(rng: Rng, sun: Sun) -> Light:
    grey, tint, amb = rng.uniform(165, 228), rng.uniform(-5, 9), rng.uniform(0.82, 1.0)
    zenith, horizon = (grey - 14, grey - 10, grey + tint), (grey + 14, grey + 14, grey + 14 + tint / 2)
    ambient = (amb, amb, amb * 1.02)
    return Light("overcast", sun, (0.10, 0.10, 0.10), ambient, zenith, horizon, rng.uniform(0.9, 1.1), 2.6)


def _dusk(rng: Rng, sun: Sun) -> Light:
    horizon = (rng.uniform(190, 235), rng.uniform(140, 175), 130.0)
    return Light(
        "dusk", sun, (0.08, 0.06, 0.05), (0.50, 0.47, 0.55), (70, 84, 128), horizon, rng.uniform(0.95, 1.2), 5.0
    )


def _night(rng: Rng, sun: Sun) -> Light:
    ambient = (0.38, 0.36, 0.40)
    return Light("night", sun, (0.0, 0.0, 0.0), ambient, (16, 18, 30), (52, 46, 50), rng.uniform(1.0, 1.4), 6.0)
