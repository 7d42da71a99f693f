"""Reviewers' decisions as a prepared set that training reads, with the way back to every case."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from streetaudit.config import Config
from streetaudit.errors import StoreError
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.harvest.decided import Decided, LeftOut, Position, decided
from streetaudit_datasets.harvest.pictures import Harvested, Pictures, harvest_pictures, lineage
from streetaudit_datasets.harvest.places import Deal
from streetaudit_datasets.labels.new_folder import new_folder
from streetaudit_datasets.labels.prepared import write_labels
from streetaudit_datasets.labels.values import Boxes, LabelError, LabelledImage, LabelledSet

LINEAGE = "lineage.jsonl"
SOURCE = "harvest"


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a harvest brought in.

    Attributes:
        pictures: By split.
        boxes: By class, of things that are there.
        negatives: Pictures by the class that is not there.
        left_out: By reason.
    """

    pictures: dict[str, int]
    boxes: dict[str, int]
    negatives: dict[str, int]
    left_out: dict[str, int]


def harvest(config: Config, out: Path, *, deal: Deal) -> Harvest:
    """What was written to `out`; a former harvest there is replaced.

    Raises:
        LabelError: If there is nothing to harvest, or `out` holds something else.
        StoreError: If there is no store.
    """
    fixed = {
        c.name: (c.lat, c.lon) for c in config.camera if c.kind == "fixed" and c.lat is not None and c.lon is not None
    }
    with _existing_store(config) as store:
        return gather(store, EvidenceFolder(config.path(config.store.evidence)), out, deal=deal, fixed=fixed)


def _existing_store(config: Config) -> Store:
    prefix = "sqlite:///"
    file = Path(config.store_url.removeprefix(prefix))
    if config.store_url.startswith(prefix) and not file.exists():
        raise StoreError(f"there is no case store at {file}; audit some footage first, or name another --config")
    return open_store(config.store_url)


def gather(
    store: Store, pictures: Pictures, out: Path, *, deal: Deal, fixed: dict[str, Position] | None = None
) -> Harvest:
    """What was written to `out` from the decisions of a store.

    Raises:
        LabelError: If no decision speaks of a picture, or `out` holds something else.
    """
    judged, left_out = [], Counter[str]()
    for one in decided(store, fixed=fixed):
        if isinstance(one, Decided):
            judged.append(one)
        else:
            left_out[one.reason] += 1
    kept: list[LabelledImage] = []
    negatives, boxes = Counter[str](), Counter[str]()
    with new_folder(out, replaces=LINEAGE) as made:
        (made / "images").mkdir()
        with (made / LINEAGE).open("w", encoding="utf-8") as lines:
            for picture in harvest_pictures(judged, pictures, deal):
                if isinstance(picture, LeftOut):
                    left_out[picture.reason] += 1
                    continue
                kept.append(_write(made, picture))
                lines.write(json.dumps(lineage(picture), ensure_ascii=False) + "\n")
                negatives.update([picture.absent] if picture.absent else [])
                boxes.update(one.class_name for one in picture.decided if one.says == "there")
        if not kept:
            raise LabelError(_nothing(left_out))
        write_labels(LabelledSet(made, CLASSES, tuple(kept), format="prepared"))
    splits = Counter(image.split for image in kept)
    return Harvest(dict(splits), dict(boxes), dict(negatives), dict(left_out.most_common()))


def _nothing(left_out: Counter[str]) -> str:
    why = "; ".join(f"{count}: {reason}" for reason, count in left_out.most_common(3))
    return f"no decision became a label ({why or 'nobody has decided a case'}); review some cases, then harvest again"


def _write(folder: Path, picture: Harvested) -> LabelledImage:
    path = folder / "images" / picture.name
    path.write_bytes(picture.data)
    boxes = Boxes()
    for one, box in zip(picture.decided, picture.boxes, strict=False):
        boxes.add(CLASSES.index(one.class_name), box)
    xyxy, class_id, confidence = boxes.arrays()
    # In a whole frame only the decided things are known: the absence of a further box says nothing.
    labelled = frozenset({picture.absent} if picture.absent else ())
    times = [one.sighting.seen_at for one in picture.decided if one.sighting.seen_at]
    return LabelledImage(
        path, picture.size, xyxy, class_id, confidence, labelled=labelled, source=SOURCE,
        group=f"cell:{picture.group}", split=picture.split, taken_at=max(times, default=None), licence="own footage",
    )  # fmt: skip
