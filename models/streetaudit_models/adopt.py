"""A YOLO folder whose labels are complete becomes a prepared set: only the manifest is added."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from streetaudit.errors import ModelError

_COLUMNS = ("file", "split", "source", "group", "labelled", "scored", "weight")


def adopt(folder: Path, *, source: str, classes: Sequence[str], val_every: int = 12, group_of: int = 12) -> int:
    """How many pictures the manifest now names.

    Args:
        folder: Holds `images/` and `labels/`.
        source: The name that scores are listed under.
        classes: All of them are taken as labelled wherever they are seen.
        val_every: One group in so many is for validation.
        group_of: Pictures that follow each other share a scene; so many make a group.

    Raises:
        ModelError: If the folder holds no pictures.
    """
    pictures = sorted(
        file for file in (folder / "images").glob("*") if (folder / "labels" / f"{file.stem}.txt").exists()
    )
    if not pictures:
        raise ModelError(f"{folder} has no images/ with labels/ beside them; render some with `streetaudit data synth`")
    every = " ".join(classes)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as handle:
        table = csv.writer(handle)
        table.writerow(_COLUMNS)
        for number, picture in enumerate(pictures):
            group = number // group_of
            split = "val" if group % val_every == val_every // 2 else "train"
            table.writerow([f"images/{picture.name}", split, source, f"{source}{group}", every, every, 1.0])
    return len(pictures)
