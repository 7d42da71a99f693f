"""Batches of augmented pictures, drawn from several prepared sets by their shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_models import partial_labels
from streetaudit_models.augment import Canvas, compose
from streetaudit_models.recipe import Phase
from streetaudit_models.samples import Sample, read_set

_AHEAD = 3  # batches made while the network works


@dataclass(slots=True, eq=False)
class Pool:
    """The samples of one set, with their decoded pictures kept in memory.

    Attributes:
        chance: float64 (N,), how likely each sample is drawn; sums to the set's share.
    """

    samples: list[Sample]
    chance: NDArray[np.float64]
    pictures: dict[int, NDArray[np.uint8]]
    longest_px: int
    print_id: int | None = None

    def picture(self, index: int) -> NDArray[np.uint8]:
        """One decoded RGB picture, no longer than `longest_px`."""
        if index not in self.pictures:
            self.pictures[index] = _read(self.samples[index].image, self.longest_px)
        return self.pictures[index]


def _read(file: Path, longest_px: int) -> NDArray[np.uint8]:
    image = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
    scale = longest_px / max(image.shape[:2])
    if scale < 1:
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(image, dtype=np.uint8)


def load_shares(data: Path, phase: Phase, *, classes: Sequence[str]) -> Pool:
    """One pool over all sets of a phase; each set gets its share of the draws."""
    samples: list[Sample] = []
    chances: list[NDArray[np.float64]] = []
    for one in phase.data:
        own = list(read_set(data / one.folder, classes, split="train"))
        weight = np.array([sample.weight for sample in own], dtype=np.float64)
        samples += own
        chances.append(weight / weight.sum() * one.share)
    chance = np.concatenate(chances)
    print_id = list(classes).index(phase.augment.print_class) if phase.augment.print_class in classes else None
    return Pool(
        samples,
        chance / chance.sum(),
        {},
        longest_px=int(1.25 * max(max(size) for size in phase.sizes)),
        print_id=print_id,
    )


def batches(pool: Pool, phase: Phase, *, seed: int, batch: int) -> Iterator[dict[str, Any]]:
    """The batches of one epoch as ultralytics' loss wants them, plus `class_mask`; made ahead in one thread."""
    count = phase.pictures // phase.batch
    phase = replace(phase, batch=batch)  # a crew shares the recipe's batch
    with ThreadPoolExecutor(max_workers=1) as worker:
        pending = [worker.submit(_batch, pool, phase, (seed, step)) for step in range(min(_AHEAD, count))]
        for step in range(count):
            ready = pending.pop(0).result()
            if step + _AHEAD < count:
                pending.append(worker.submit(_batch, pool, phase, (seed, step + _AHEAD)))
            yield ready


def _batch(pool: Pool, phase: Phase, seed: tuple[int, int]) -> dict[str, Any]:
    rng = np.random.default_rng(seed)

    size = phase.sizes[seed[1] % len(phase.sizes)]  # by step alone: a crew's processes keep in step

    def draw() -> tuple[Sample, NDArray[np.uint8]]:
        index = int(rng.choice(len(pool.samples), p=pool.chance))
        return pool.samples[index], pool.picture(index)

    how, print_id = phase.augment, pool.print_id
    return _collate([compose(draw, size, how=how, rng=rng, print_id=print_id) for _ in range(phase.batch)])


def _collate(canvases: Sequence[Canvas]) -> dict[str, Any]:
    import torch

    height, width = canvases[0].image.shape[:2]
    boxes = np.concatenate([canvas.boxes for canvas in canvases])
    centre, size = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    relative = np.hstack([centre, size]) / np.array([width, height, width, height], dtype=np.float32)
    owner = np.repeat(np.arange(len(canvases)), [len(canvas.boxes) for canvas in canvases])
    return {
        "img": torch.from_numpy(np.stack([canvas.image for canvas in canvases])),
        "bboxes": torch.from_numpy(relative.astype(np.float32)),
        "cls": torch.from_numpy(np.concatenate([canvas.class_ids for canvas in canvases]).astype(np.float32)),
        "batch_idx": torch.from_numpy(owner.astype(np.float32)),
        "class_mask": torch.from_numpy(np.stack([partial_labels.flatten(canvas.mask) for canvas in canvases])),
    }
