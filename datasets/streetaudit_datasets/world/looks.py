"""What simulated things look like, as signatures: their own, more or less like others of their kind, and never quite.

How far apart signatures of one thing and of two lie was measured on rendered drives under changed light and is drawn
here somewhat worse: other nights, other cameras, the other side of the thing.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from streetaudit.casework.signature import COLOURS, LAYOUT
from streetaudit_datasets.world.street import Floats
from streetaudit_datasets.world.things import Thing

Rng = np.random.Generator

#: How much single things of a kind differ from its common look, in layout and in colours; bins come in dozens.
_OWN = {"bin": (0.12, 0.2), "overflowing_bin": (0.2, 0.25), "litter": (0.25, 0.35)}
_OWN_ELSE = (0.26, 0.45)
#: How much two views of one thing differ, and how much all of a drive are off by its light.
_VIEW, _LIGHT = (0.2, 0.22), (0.05, 0.15)
#: Some views are worse than others, and some things stranger: standard deviation of the factor's logarithm.
_UNEVEN, _STRANGE = 0.45, 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What one drive's light adds to every signature: (LAYOUT,) and (COLOURS,)."""

    layout: Floats
    colours: Floats


def light_of(rng: Rng) -> Light:
    """The light of one drive."""
    return Light(_noise(rng, LAYOUT, _LIGHT[0]), _noise(rng, COLOURS, _LIGHT[1]))


def signature(rng: Rng, thing: Thing, light: Light, *, seed: int) -> bytes:
    """What one view of a thing gives on one drive."""
    layout, colours = _look(thing.class_name, f"{seed}:{thing.id}")
    poor = float(np.exp(rng.normal(0.0, _UNEVEN)))
    seen_layout = layout + light.layout + _noise(rng, LAYOUT, _VIEW[0] * poor)
    return _bytes(seen_layout) + _bytes(colours + light.colours + _noise(rng, COLOURS, _VIEW[1] * poor))


def _look(class_name: str, name: str) -> tuple[Floats, Floats]:
    """The thing's own roots of shares, the same whenever it is asked for."""
    common, own = (np.random.default_rng(zlib.crc32(text.encode())) for text in (class_name, name))
    strange = float(np.exp(own.normal(0.0, _STRANGE)))
    wide = tuple(strange * share for share in _OWN.get(class_name, _OWN_ELSE))
    layout, colours = (np.abs(_noise(common, size, 1.0)) for size in (LAYOUT, COLOURS))
    return np.abs(layout + _noise(own, LAYOUT, wide[0])), np.abs(colours + _noise(own, COLOURS, wide[1]))


def _noise(rng: Rng, size: int, share: float) -> Floats:
    """(size,) of about that length."""
    return np.asarray(rng.normal(0.0, share / np.sqrt(size), size))


def _bytes(roots: Floats) -> bytes:
    positive = np.clip(roots, 0.0, None)
    return bytes(np.round(255.0 * positive / max(float(positive.max()), 1e-9)).astype(int).tolist())
