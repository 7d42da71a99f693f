"""Where a training image says nothing about a class, the loss must not listen.

Each source labels only some classes. A `LabelMask` says, for every cell of the finest grid and every class, whether the
absence of a box there is evidence. Mosaics mix sources, so the mask is a picture and not one row per image.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

STRIDES = (8, 16, 32)  # px; the three grids of the detector's head

BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float32]


def labelled_row(labelled: Iterable[str], classes: Sequence[str]) -> BoolArray:
    """One bool per class: whether an image's source labels it exhaustively.

    Raises:
        ValueError: If a name is no class.

    >>> labelled_row(["bin"], ["litter", "bin"]).tolist()
    [False, True]
    """
    names = set(labelled)
    unknown = names - set(classes)
    if unknown:
        raise ValueError(f"want classes out of {list(classes)}; got {sorted(unknown)}")
    return np.array([name in names for name in classes], dtype=np.bool_)


def blank_mask(height: int, width: int, class_count: int) -> BoolArray:
    """A mask (C, height/8, width/8) that knows nothing yet.

    Raises:
        ValueError: If a side is no multiple of the coarsest stride.
    """
    if height % STRIDES[-1] or width % STRIDES[-1]:
        raise ValueError(f"want sides that are multiples of {STRIDES[-1]} px; got {height} x {width}")
    return np.zeros((class_count, height // STRIDES[0], width // STRIDES[0]), dtype=np.bool_)


def fill(mask: BoolArray, window: tuple[int, int, int, int], *, row: BoolArray) -> None:
    """Write one image's row of labelled classes into its window (x1, y1, x2, y2 in px)."""
    x1, y1, x2, y2 = (int(side) // STRIDES[0] for side in window)
    mask[:, y1:y2, x1:x2] = row[:, None, None]


def forget(mask: BoolArray, boxes: FloatArray, *, class_ids: NDArray[np.int64]) -> None:
    """Make the cells under uncertain boxes (N, 4 xyxy px) say nothing about their class; id -1 means every class."""
    if not len(boxes):
        return
    low = np.floor(boxes[:, :2] / STRIDES[0]).astype(int).clip(0)
    high = np.ceil(boxes[:, 2:] / STRIDES[0]).astype(int)
    for (x1, y1), (x2, y2), class_id in zip(low, high, class_ids, strict=True):
        which = slice(None) if class_id < 0 else int(class_id)
        mask[which, y1:y2, x1:x2] = False


def flatten(mask: BoolArray) -> BoolArray:
    """The mask per anchor point (A, C), grids of stride 8, 16 and 32 one after another, as the head lays them out.

    A coarse cell counts as labelled only where all its fine cells are.
    """
    return np.concatenate([_coarsen(mask, stride // STRIDES[0]).reshape(len(mask), -1).T for stride in STRIDES])


def _coarsen(mask: BoolArray, factor: int) -> BoolArray:
    classes, height, width = mask.shape
    blocks = mask.reshape(classes, height // factor, factor, width // factor, factor)
    return np.asarray(blocks.all(axis=(2, 4)), dtype=np.bool_)
