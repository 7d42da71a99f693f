"""Pictures that look alike: a 64-bit difference hash finds candidates, a tiny picture of each confirms them.

The hash is dHash (Krawetz, "Kind of like that", 2013): whether each of 8 x 8 cells is brighter than its left
neighbour. It survives scaling and compression; the mirrored hash is compared too. Roads and skies have few cells that
differ, so that unlike pictures may share a hash: a correlation of 24 x 24 px decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_CELLS = 8
_THUMB = 24
#: Differing bits of 64 up to which two pictures are compared further, and the correlation from which they are alike.
MOST_BITS = 12
LEAST_CORRELATION = 0.96
_CHUNK = 512


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """What a picture looks like from afar.

    Attributes:
        hash: 64 bits.
        mirrored: The hash of the picture turned left to right.
        thumb: float32 (24, 24), mean 0 and norm 1; zeros for a picture of one colour.
    """

    hash: int
    mirrored: int
    thumb: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, by number, that look alike."""

    first: int
    second: int
    correlation: float
    is_mirrored: bool


def fingerprint(image: NDArray[np.uint8]) -> Fingerprint:
    """The fingerprint of an RGB picture uint8 (H, W, 3)."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    thumb = cv2.resize(grey, (_THUMB, _THUMB), interpolation=cv2.INTER_AREA).astype(np.float32)
    thumb -= thumb.mean()
    return Fingerprint(dhash(grey), dhash(grey[:, ::-1]), thumb / max(float(np.linalg.norm(thumb)), 1e-6))


def dhash(grey: NDArray[np.uint8]) -> int:
    """The 64 bits of a grey picture uint8 (H, W).

    >>> dhash(np.tile(np.arange(90, dtype=np.uint8), (90, 1))) == 2**64 - 1
    True
    """
    small = cv2.resize(grey, (_CELLS + 1, _CELLS), interpolation=cv2.INTER_AREA)
    bits = (small[:, 1:] > small[:, :-1]).reshape(-1)
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def alike(prints: Sequence[Fingerprint]) -> Iterator[Pair]:
    """Every pair of pictures that look alike, mirrored or not, by rising numbers.

    Compares all with all, 64 bits at a time: a minute for 100,000 pictures.
    """
    if not prints:
        return
    hashes = np.array([one.hash for one in prints], dtype=np.uint64)
    mirrored = np.array([one.mirrored for one in prints], dtype=np.uint64)
    thumbs = np.stack([one.thumb for one in prints])
    for start in range(0, len(prints), _CHUNK):
        rows = hashes[start : start + _CHUNK, None]
        near = np.bitwise_count(rows ^ hashes) <= MOST_BITS
        turned = np.bitwise_count(rows ^ mirrored) <= MOST_BITS
        for i, j in zip(*np.nonzero(near | turned), strict=True):
            if start + i < j:
                pair = _judge(thumbs, int(start + i), int(j))
                if pair.correlation >= LEAST_CORRELATION:
                    yield pair


def _judge(thumbs: NDArray[np.float32], first: int, second: int) -> Pair:
    straight = float((thumbs[first] * thumbs[second]).sum())
    turned = float((thumbs[first] * thumbs[second][:, ::-1]).sum())
    return Pair(first, second, max(straight, turned), turned > straight)
