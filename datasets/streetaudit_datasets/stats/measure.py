"""What is in a set, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.check.boxes import balance
from streetaudit_datasets.labels.values import LabelledSet

#: Edges of the box sizes, px of the root of the area at 640 px; the last bin is open.
SIZE_EDGES_PX = (0, 8, 16, 32, 64, 96, 160, 320)
GRID = 16
_AT_PX = 640.0


@dataclass(frozen=True, slots=True, eq=False)
class SetStats:
    """The numbers of a set.

    Attributes:
        pictures: By split.
        sources: Pictures by source and split.
        groups: Places and sequences by split.
        boxes: By class and split.
        labelled: Pictures by source, and there by class that is labelled exhaustively.
        sizes: Boxes by class in the bins of SIZE_EDGES_PX.
        crowding: Pictures by their number of boxes.
        centres: By class: how many box centres lie in each cell, int64 (GRID, GRID).
    """

    pictures: dict[str, int]
    sources: dict[str, dict[str, int]]
    groups: dict[str, int]
    boxes: dict[str, dict[str, int]]
    labelled: dict[str, dict[str, int]]
    sizes: dict[str, list[int]]
    crowding: dict[int, int]
    centres: dict[str, NDArray[np.int64]]

    def fields(self) -> dict[str, Any]:
        """The numbers for JSON, without the maps of centres."""
        found = {name: getattr(self, name) for name in self.__slots__ if name != "centres"}
        return {**found, "size_edges_px": list(SIZE_EDGES_PX)}


@dataclass(frozen=True, slots=True)
class _Flat:
    """All sound boxes of a set as arrays."""

    class_id: NDArray[np.int32]
    size_px: NDArray[np.float64]
    centre: NDArray[np.float64]


def measure_set(images: LabelledSet) -> SetStats:
    """The numbers of a set; boxes that are none are left out (`check` names them)."""
    flat = _flatten(images)
    per_class = {name: flat.class_id == i for i, name in enumerate(images.classes)}
    edges = [*SIZE_EDGES_PX, np.inf]
    sources = sorted({image.source for image in images.images})
    return SetStats(
        pictures=_count(image.split for image in images.images),
        sources={s: _count(image.split for image in images.images if image.source == s) for s in sources},
        groups=_count(
            split for split, _ in {(image.split, image.group or images.name(image)) for image in images.images}
        ),
        boxes=balance(images),
        labelled={s: _labelled(images, s) for s in sources},
        sizes={name: np.histogram(flat.size_px[own], edges)[0].tolist() for name, own in per_class.items()},
        crowding=dict(sorted(Counter(len(image.xyxy) for image in images.images).items())),
        centres={name: _map(flat.centre[own]) for name, own in per_class.items()},
    )


def _count(words: Any) -> dict[str, int]:
    return dict(sorted(Counter(words).items()))


def _labelled(images: LabelledSet, source: str) -> dict[str, int]:
    own = [image.labelled or frozenset() for image in images.images if image.source == source]
    return {name: sum(name in labelled for labelled in own) for name in images.classes}


def _flatten(images: LabelledSet) -> _Flat:
    ids, sizes, centres = [np.empty(0, np.int32)], [np.empty(0)], [np.empty((0, 2))]
    for image in images.images:
        boxes = image.xyxy.astype(np.float64)
        sound = np.isfinite(boxes).all(axis=1) & (boxes[:, 2:] > boxes[:, :2]).all(axis=1)
        if min(image.size) <= 0 or not sound.any():
            continue
        boxes = boxes[sound]
        ids.append(image.class_id[sound])
        sizes.append(np.sqrt((boxes[:, 2:] - boxes[:, :2]).prod(axis=1)) * _AT_PX / max(image.size))
        centres.append((boxes[:, :2] + boxes[:, 2:]) / 2 / np.array(image.size))
    return _Flat(np.concatenate(ids), np.concatenate(sizes), np.concatenate(centres))


def _map(centres: NDArray[np.float64]) -> NDArray[np.int64]:
    counts, _, _ = np.histogram2d(centres[:, 1], centres[:, 0], bins=GRID, range=((0, 1), (0, 1)))
    return counts.astype(np.int64)
