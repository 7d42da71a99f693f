"""Labels of a foreign list of classes become labels of ours, with what their absence means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import numpy as np

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.values import Fault, LabelledImage, LabelledSet
from streetaudit_datasets.sources.card import SourceCard
from streetaudit_datasets.sources.table import Row

_IGNORED = -1


@dataclass(frozen=True, slots=True)
class _ClassMap:
    """What every class of a source becomes.

    Attributes:
        to: Our class id by the source's, _IGNORED where the box is left out.
        unsure: Our classes that a box of this source class leaves open.
    """

    to: tuple[int, ...]
    unsure: tuple[frozenset[str], ...]
    unknown: tuple[str, ...] = field(default=())


def map_to_ours(foreign: LabelledSet, card: SourceCard, *, rows: Mapping[Path, Row] | None = None) -> LabelledSet:
    """The set in our classes: mapped, grouped and dated as the card says; every class is ours afterwards.

    Args:
        foreign: As the source's format gave it.
        card: What its labels mean.
        rows: What the card's table says of each picture.
    """
    classes = _class_map(foreign.classes, card)
    faults = [
        Fault(f"card {card.name}", 0, f"class {name!r} is not in its map; add a line: a class of ours, or ignore")
        for name in classes.unknown
    ]
    images = []
    for read in foreign.images:
        image, beyond = read, read.class_id >= len(foreign.classes)
        if beyond.any():
            says = (
                f"class {int(image.class_id[beyond][0])} has no name in {len(foreign.classes)}; its boxes are left out"
            )
            faults.append(Fault(image.row, 0, says))
            image = _only(read, ~beyond)
        images.append(_map_one(image, foreign, card, classes=classes, row=(rows or {}).get(image.path)))
    return replace(foreign, classes=CLASSES, images=tuple(images), faults=(*foreign.faults, *faults))


def _class_map(names: tuple[str, ...], card: SourceCard) -> _ClassMap:
    listed = {name.casefold(): target for name, target in card.classes.items()}
    to, unsure, unknown = [], [], []
    for name in names:
        target = listed.get(name.casefold(), card.unlisted)
        if target == "refuse":
            unknown.append(name)
        one = isinstance(target, str) and target in CLASSES
        to.append(CLASSES.index(target) if one and isinstance(target, str) else _IGNORED)
        unsure.append(frozenset() if isinstance(target, str) else frozenset(target))
    return _ClassMap(tuple(to), tuple(unsure), tuple(unknown))


def _map_one(
    image: LabelledImage, foreign: LabelledSet, card: SourceCard, *, classes: _ClassMap, row: Row | None
) -> LabelledImage:
    names = foreign.classes
    doubtful = {ours for i in image.class_id for ours in classes.unsure[i]}
    for name in image.doubtful:
        i = names.index(name)
        doubtful |= classes.unsure[i] | ({CLASSES[classes.to[i]]} if classes.to[i] != _IGNORED else set())
    if card.unlisted == "refuse" and any(names[i] in classes.unknown for i in image.class_id):
        doubtful |= set(CLASSES)  # nobody knows what its unknown boxes are
    mapped = np.array(classes.to, dtype=np.int32)[image.class_id] if len(image.class_id) else image.class_id
    kept = _only(replace(image, class_id=mapped), mapped != _IGNORED)
    relative = foreign.name(image)
    return replace(
        kept,
        labelled=frozenset(_labelled(image, card, row) - doubtful),
        doubtful=frozenset(),
        source=_source(relative, card, row),
        group=_group(relative, card, row),
        split=(row.split if row and row.split else image.split),
        taken_at=_taken(relative, card),
        licence=row.licence if row and row.licence else card.licence,
    )


def _labelled(image: LabelledImage, card: SourceCard, row: Row | None) -> set[str]:
    if row is not None and row.labelled is not None:
        return set(row.labelled)
    looked_for = image.labelled or frozenset()
    where = {ours for ours, needed in card.exhaustive_where.items() if looked_for.issuperset(needed)}
    return {*card.exhaustive} | where


def _only(image: LabelledImage, keep: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> LabelledImage:
    return replace(image, xyxy=image.xyxy[keep], class_id=image.class_id[keep], confidence=image.confidence[keep])


def _source(relative: str, card: SourceCard, row: Row | None) -> str:
    if row is not None and row.source:
        return row.source
    part = re.search(card.source_pattern, relative) if card.source_pattern else None
    return part[1] if part else card.name


def _group(relative: str, card: SourceCard, row: Row | None) -> str:
    """Groups of two sources never share a name, for each begins with its card's."""
    if card.group.by == "table":
        return f"{card.name}:{row.group}" if row and row.group else f"{card.name}:{relative}"
    found = re.search(card.group.pattern, relative) if card.group.by == "path" else None
    return f"{card.name}:{found[1] if found else relative}"


def _taken(relative: str, card: SourceCard) -> datetime | None:
    found = re.search(card.taken.pattern, relative) if card.taken else None
    if not found or not card.taken:
        return None
    try:
        # Aware where the format has an offset; else compared within the source only.
        return datetime.strptime(found[1], card.taken.format)  # noqa: DTZ007
    except ValueError:
        return None  # digits that are no date: the pattern fits more than dates
