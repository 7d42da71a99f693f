"""Several sets as one, in one list of classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from streetaudit_datasets.labels.values import LabelError, LabelledImage, LabelledSet


def merge(sets: Sequence[LabelledSet]) -> LabelledSet:
    """One set out of several of one folder; classes are matched by name.

    Raises:
        ValueError: If there is none.
    """
    if not sets:
        raise ValueError("want at least one set; got none")
    classes = tuple(dict.fromkeys(name for one in sets for name in one.classes))
    images = [image for one in sets for image in _renumbered(one, classes)]
    faults = tuple(fault for one in sets for fault in one.faults)
    return replace(sets[0], classes=classes, images=tuple(images), faults=faults)


def _renumbered(one: LabelledSet, classes: Sequence[str]) -> list[LabelledImage]:
    if one.classes == tuple(classes[: len(one.classes)]):
        return list(one.images)
    to = np.array([classes.index(name) for name in one.classes], dtype=np.int32)
    images = []
    for image in one.images:
        if len(image.class_id) and int(image.class_id.max()) >= len(to):
            raise LabelError(f"{image.row} has class {int(image.class_id.max())}, which nothing names; name it first")
        images.append(replace(image, class_id=to[image.class_id]))
    return images
