"""A prepared set of photographs with rendered stalls, print, litter and bins set into them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.collage import Mix, compose
from streetaudit_datasets.synthetic.stills import Still
from streetaudit_models.infer import read_image
from streetaudit_models.samples import Sample

MIX = Mix(
    sheets=1.3,
    standing=(("street_stall", 1.1), ("illegal_ad", 0.35), ("litter", 0.8), ("bin", 0.4), ("overflowing_bin", 0.3)),
)
_COLUMNS = ("file", "split", "source", "group", "labelled", "scored", "weight")
_JPEG_QUALITY = 90


def write_collages(samples: Iterable[Sample], out: Path, *, classes: Sequence[str], seed: int) -> int:
    """How many collages were written; each keeps its photograph's labels and group, and is never scored."""
    for name in ("images", "labels"):
        (out / name).mkdir(parents=True, exist_ok=True)
    count = 0
    with (out / "manifest.csv").open("w", newline="", encoding="utf-8") as handle:
        table = csv.writer(handle)
        table.writerow(_COLUMNS)
        for count, sample in enumerate(samples, start=1):
            stem = f"collage-{seed}-{count:05d}"
            _write_one(sample, out, stem, classes=classes, rng=np.random.default_rng([seed, count]))
            labelled = " ".join(name for name, known in zip(classes, sample.labelled, strict=True) if known)
            table.writerow([f"images/{stem}.jpg", "train", "collage", sample.group, labelled, "", 1.0])
    return count


def _write_one(sample: Sample, out: Path, name: str, *, classes: Sequence[str], rng: np.random.Generator) -> None:
    photograph = read_image(sample.image)
    scale = np.tile(photograph.shape[1::-1], 2).astype(np.float64)
    made = compose(rng, photograph, boxes=sample.boxes.astype(np.float64) * scale, mix=MIX)
    picture = cv2.cvtColor(made.image, cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(out / "images" / f"{name}.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    lines = [*_kept_lines(sample), *_added_lines(made, scale, classes)]
    (out / "labels" / f"{name}.txt").write_text("".join(lines), encoding="utf-8")


def _kept_lines(sample: Sample) -> list[str]:
    rows = zip(sample.class_ids.tolist(), sample.boxes.tolist(), sample.confidence.tolist(), strict=True)
    return [_line(class_id, box) + ("" if sure >= 1 else f" {sure:.3f}") + "\n" for class_id, box, sure in rows]


def _added_lines(made: Still, scale: NDArray[np.float64], classes: Sequence[str]) -> list[str]:
    boxes = (made.xyxy / scale).tolist()
    return [_line(list(classes).index(label), box) + "\n" for label, box in zip(made.labels, boxes, strict=True)]


def _line(class_id: int, box: Sequence[float]) -> str:
    x1, y1, x2, y2 = box
    return f"{class_id} {(x1 + x2) / 2:.5f} {(y1 + y2) / 2:.5f} {x2 - x1:.5f} {y2 - y1:.5f}"
