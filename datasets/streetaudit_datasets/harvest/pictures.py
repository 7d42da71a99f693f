"""The pictures of decided sightings: whole frames with boxes, and windows in which something is not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from streetaudit.io.jpeg import encode_jpeg
from streetaudit_datasets.harvest.decided import Box, Decided, LeftOut
from streetaudit_datasets.harvest.places import Deal, cell_of
from streetaudit_datasets.labels.pictures import decode

#: A window round a dismissed box: its own size on every side, and never smaller than this.
_CONTEXT = 1.0
_LEAST_PX = 160
_SMALLEST_BOX_PX = 2.0


class Pictures(Protocol):
    """Where evidence pictures are."""

    def get(self, key: str) -> bytes | None:
        """The bytes of a picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Harvested:
    """One picture of the harvest.

    Attributes:
        name: Its file name.
        data: JPEG.
        size: Width and height, px.
        split: By its place.
        group: The cell it lies in.
        boxes: Box (px of this picture) of every decision that it shows as there.
        absent: Class that was looked for in it and is not there, None in a picture with boxes.
        decided: The decisions behind it, in the order of the boxes.
    """

    name: str
    data: bytes
    size: tuple[int, int]
    split: str
    group: str
    boxes: tuple[Box, ...]
    absent: str | None
    decided: tuple[Decided, ...]


def harvest_pictures(judged: Iterable[Decided], pictures: Pictures, deal: Deal) -> Iterator[Harvested | LeftOut]:
    """A frame for all that was confirmed in it, and a window for each thing that was not there."""
    frames: dict[str, list[Decided]] = defaultdict(list)
    for one in judged:
        frames[one.evidence.frame].append(one)
    for key, shown in sorted(frames.items()):
        splits = {deal.split_of(*one.spot) for one in shown}
        split = next(iter(splits))
        if len(splits) > 1 or split is None:
            why = (
                "its frame shows spots of several splits" if len(splits) > 1 else "it lies too near a spot to judge on"
            )
            yield from (LeftOut(f"sighting {one.sighting.id}", why) for one in shown)
            continue
        yield from _of_frame(key, shown, pictures, split=split, deal=deal)


def _of_frame(
    key: str, shown: list[Decided], pictures: Pictures, *, split: str, deal: Deal
) -> Iterator[Harvested | LeftOut]:
    data = pictures.get(key)
    pixels = decode(data) if data is not None else None
    if data is None or pixels is None:
        why = "its picture is gone from the evidence store" if data is None else "its picture cannot be decoded"
        yield from (LeftOut(f"sighting {one.sighting.id}", why) for one in shown)
        return
    fitting = []
    for one in shown:
        why_not = _why_not(one, pixels)
        if why_not:
            yield LeftOut(f"sighting {one.sighting.id}", why_not)
        else:
            fitting.append(one)
    there = [one for one in fitting if one.says == "there"]
    group = cell_of(*shown[0].spot, cell_m=deal.cell_m)
    if there:
        height, width = pixels.shape[:2]
        boxes = tuple(_clipped(one.xyxy, width, height) for one in there)
        name = f"frame-{key.rpartition('/')[2].partition('.')[0][:24]}.jpg"
        yield Harvested(name, data, (width, height), split, group, boxes, None, tuple(there))
    for one in fitting:
        if one.says == "not_there":
            yield _window(one, pixels, split=split, group=group)


def _why_not(one: Decided, pixels: NDArray[np.uint8]) -> str:
    height, width = pixels.shape[:2]
    if (width, height) != (one.evidence.width_px, one.evidence.height_px):
        return f"its picture is {width} x {height} px, not {one.evidence.width_px} x {one.evidence.height_px} as stored"
    x1, y1, x2, y2 = _clipped(one.xyxy, width, height)
    return "" if min(x2 - x1, y2 - y1) >= _SMALLEST_BOX_PX else "its box has no size"


def _clipped(box: Box, width: int, height: int) -> Box:
    x1, y1, x2, y2 = np.nan_to_num(np.array(box, dtype=np.float64))
    across, down = np.clip([x1, x2], 0, width), np.clip([y1, y2], 0, height)
    return float(across[0]), float(down[0]), float(across[1]), float(down[1])


def _window(one: Decided, pixels: NDArray[np.uint8], *, split: str, group: str) -> Harvested:
    """What lies round a dismissed box, at the frame's own scale.

    The rest of the frame was not judged: the same class may well be there.
    """
    height, width = pixels.shape[:2]
    x1, y1, x2, y2 = _clipped(one.xyxy, width, height)
    half_x = max((x2 - x1) * (0.5 + _CONTEXT), _LEAST_PX / 2)
    half_y = max((y2 - y1) * (0.5 + _CONTEXT), _LEAST_PX / 2)
    left, right = (int(np.clip((x1 + x2) / 2 + shift, 0, width)) for shift in (-half_x, half_x))
    top, bottom = (int(np.clip((y1 + y2) / 2 + shift, 0, height)) for shift in (-half_y, half_y))
    cut = np.ascontiguousarray(pixels[top:bottom, left:right])
    name = f"not-{one.class_name}-{one.sighting.id}.jpg"
    size = cut.shape[1], cut.shape[0]
    return Harvested(name, encode_jpeg(cut), size, split, group, (), one.class_name, (one,))


def lineage(picture: Harvested) -> Mapping[str, object]:
    """Where a picture's labels come from, for one line of JSON; reviewers' names stay in the store."""
    return {
        "file": f"images/{picture.name}",
        "split": picture.split,
        "cell": picture.group,
        "absent": picture.absent,
        "labels": [
            {
                "class": one.class_name,
                "says": one.says,
                "xyxy": list(picture.boxes[row]) if picture.boxes else None,
                "frame_xyxy": list(one.xyxy),
                "detected_xyxy": list(one.evidence.xyxy),
                "detected_class": one.sighting.class_name,
                "corrected": list(one.corrected),
                "case": str(one.case.id),
                "problem": one.case.problem,
                "sighting": str(one.sighting.id),
                "reviews": [str(review.id) for review in one.reviews],
                "decision": one.reviews[-1].decision.value,
                "reason": one.reviews[-1].reason,
                "decided_at": one.reviews[-1].at.isoformat(),
                "clip_sha256": one.sighting.clip_sha256,
                "time_s": one.evidence.time_s,
                "model_sha256": one.sighting.model_sha256,
                "rule": one.sighting.verdict.rule,
                "evidence": one.evidence.frame,
            }
            for row, one in enumerate(picture.decided)
        ],
    }
