"""Whether boxes can be boxes of their picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from streetaudit_datasets.check.findings import Finding
from streetaudit_datasets.labels.values import LabelledImage, LabelledSet

#: A corner so far outside, as a share of the side, is a rounding error of the label's text.
_SLACK = 0.004
#: Shorter side in px at 640 px below which a detector of ours sees nothing.
TINY_PX = 6.0
_AT_PX = 640.0
_RARE = 50


def check_boxes(images: LabelledSet) -> Iterator[Finding]:
    """Findings about the boxes of every picture."""
    for image in images.images:
        yield from _of_image(image, images.name(image), len(images.classes))


def _of_image(image: LabelledImage, name: str, classes: int) -> Iterator[Finding]:
    if not len(image.xyxy):
        return
    where = f"{name} ({image.row})"
    finite = np.isfinite(image.xyxy).all(axis=1)
    sides = image.xyxy[:, 2:] - image.xyxy[:, :2]
    empty = finite & (sides <= 0).any(axis=1)
    yield from _each("unknown_class", where, image, (image.class_id < 0) | (image.class_id >= classes))
    yield from _each("box_not_finite", where, image, ~finite)
    yield from _each("box_empty", where, image, empty)
    sound = finite & ~empty
    if min(image.size) <= 0:
        return  # the picture itself is broken, and said to be
    relative = image.relative()
    outside = ((relative < -_SLACK) | (relative > 1 + _SLACK)).any(axis=1)
    yield from _each("box_outside", where, image, sound & outside)
    small = sides.min(axis=1) * _AT_PX / max(image.size) < TINY_PX
    yield from _each("box_tiny", where, image, sound & small)
    for row in _repeated(image):
        yield Finding("box_repeated", where, f"box {row + 1}: {_corners(image, row)}")


def _each(kind: str, where: str, image: LabelledImage, wrong: ArrayLike) -> Iterator[Finding]:
    for row in np.flatnonzero(wrong):
        yield Finding(kind, where, f"box {row + 1} of class {image.class_id[row]}: {_corners(image, int(row))}")


def _corners(image: LabelledImage, row: int) -> str:
    x1, y1, x2, y2 = (f"{float(value):.1f}" for value in image.xyxy[row])
    return f"({x1}, {y1}) to ({x2}, {y2}) px of {image.size[0]} x {image.size[1]}"


def _repeated(image: LabelledImage) -> list[int]:
    seen: set[tuple[float, ...]] = set()
    again = []
    for row, (class_id, box) in enumerate(zip(image.class_id, image.xyxy, strict=True)):
        key = (float(class_id), *(round(float(v), 1) for v in box if np.isfinite(v)))
        if key in seen:
            again.append(row)
        seen.add(key)
    return again


def balance(images: LabelledSet) -> dict[str, dict[str, int]]:
    """Boxes by class and split, every class of the set among them."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in images.classes}
    for image in images.images:
        for class_id in image.class_id:
            if 0 <= class_id < len(images.classes):
                counted[images.classes[class_id]][image.split] += 1
    return {name: dict(counter) for name, counter in counted.items()}


def check_balance(images: LabelledSet) -> Iterator[Finding]:
    """Findings about classes: rare ones, and ones that a split lacks."""
    splits = sorted({image.split for image in images.images})
    for name, row in balance(images).items():
        total = sum(row.values())
        if total < _RARE:
            yield Finding("rare_class", name, f"{total} boxes")
        lacking = [split for split in splits if total and not row.get(split)]
        if lacking:
            yield Finding("unsplit_class", name, f"{total} boxes, none in {', '.join(lacking)}")
    silent = [image for image in images.images if image.labelled is not None and not image.labelled]
    if silent:
        yield Finding(
            "unlabelled", images.name(silent[0]), f"and {len(silent) - 1} more pictures" if silent[1:] else ""
        )
