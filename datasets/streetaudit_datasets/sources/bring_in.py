"""A downloaded data set becomes a prepared one that training reads."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.new_folder import new_folder
from streetaudit_datasets.labels.open_set import open_set
from streetaudit_datasets.labels.prepared import write_prepared
from streetaudit_datasets.labels.values import Fault, LabelError, LabelledImage, LabelledSet
from streetaudit_datasets.sources.card import SourceCard
from streetaudit_datasets.sources.mapping import map_to_ours
from streetaudit_datasets.sources.table import Row, read_table


def read_source(card: SourceCard, folder: Path) -> LabelledSet:
    """A source's folder in our classes, as its card says.

    Raises:
        LabelError: If the folder or one of its main files cannot be used.
    """
    rows: dict[Path, Row] = {}
    faults: list[Fault] = []
    if card.table:
        rows, faults = read_table(folder, card.table)
    foreign = open_set(folder, classes=CLASSES, format_=card.format, labels=card.labels)
    if card.table:
        faults += [
            Fault(foreign.name(image), 0, f"{card.table.file} has no line for this picture; add one, or drop it")
            for image in foreign.images
            if image.path not in rows
        ]
    mapped = map_to_ours(foreign, card, rows=rows)
    return replace(mapped, faults=(*mapped.faults, *faults))


def import_source(card: SourceCard, folder: Path, out: Path) -> LabelledSet:
    """The prepared set that was written to a new folder; pictures that cannot be measured are faults.

    Raises:
        LabelError: If the source cannot be used, or `out` holds something already.
    """
    found = read_source(card, folder)
    usable = tuple(image for image in found.images if min(image.size) > 0)
    faults = [
        Fault(found.name(image), 0, "is no picture that can be read; fetch it again")
        for image in found.images
        if min(image.size) <= 0
    ]
    if not usable:
        raise LabelError(f"{folder} has no picture that can be used; first of {len(faults)}: {faults[:1]}")
    whole = replace(found, images=usable, faults=(*found.faults, *faults))
    with new_folder(out) as made:
        written = write_prepared(whole, made, names=file_names(whole, card.name))
    images = tuple(replace(image, path=out / "images" / image.path.name) for image in written.images)
    return replace(written, folder=out, images=images)


def file_names(images: LabelledSet, prefix: str) -> list[str]:
    """A file name with its own stem for every picture: source, stem, and a hash where a stem comes twice."""
    stems = [_stem(images, image) for image in images.images]
    counted = Counter(stem.casefold() for stem in stems)
    names = []
    for image, stem in zip(images.images, stems, strict=True):
        mark = f"-{_short_hash(images.name(image))}" if counted[stem.casefold()] > 1 else ""
        names.append(f"{prefix}-{stem}{mark}{image.path.suffix.lower()}")
    return names


def _stem(images: LabelledSet, image: LabelledImage) -> str:
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", image.path.stem)[:80].strip("-.")
    return plain or _short_hash(images.name(image))


def _short_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
