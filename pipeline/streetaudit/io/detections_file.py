"""Detections as a file: the contract's CSV, MOTChallenge text, or Parquet."""

from __future__ import annotations

import csv
import hashlib
import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from streetaudit.errors import ClipError, DetectionsError
from streetaudit.io.detections_parquet import read_parquet
from streetaudit.io.footage import open_regular
from streetaudit.io.whole_file import text_target
from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES, own_class

HEADER = ("frame", "x1", "y1", "x2", "y2", "score", "label")

#: MOTChallenge's classes by number (MOT16 paper, table 1) that mean one of ours; files without one are of pedestrians.
_MOT_LABELS = {-1: "person", 1: "person", 2: "person", 3: "vehicle", 5: "vehicle", 7: "person"}
#: How every Parquet file begins.
_PARQUET = b"PAR1"
#: A night of 20 boxes a frame at 10 frames a second.
_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class DetectionsFile:
    """A file's detections.

    Attributes:
        by_frame: 0-based frame in presentation order to what was seen in it; frames without detections are absent.
        sha256: Of the file's bytes: the identity of whatever made it.
        labels: Every label of the file to how often it stands there, also those that we do not watch.
        dropped: Rows of labels that we do not watch.
    """

    by_frame: Mapping[int, Detections]
    sha256: str
    labels: Mapping[str, int]
    dropped: int


@dataclass(frozen=True, slots=True)
class _Row:
    frame: int
    xyxy: tuple[float, float, float, float]
    confidence: float
    label: str


def read_detections(path: Path, *, frames_1based: bool = True) -> DetectionsFile:
    """The detections of a CSV with the contract's header, of a MOTChallenge text without one, or of a Parquet.

    Args:
        path: The file.
        frames_1based: As the contract and MOTChallenge count; False if the first frame of a text is 0.

    Raises:
        DetectionsError: If it cannot be read, or a row is not sound; the message names the line.
    """
    content = _bytes(path)
    if content.startswith(_PARQUET):
        return _from_parquet(content, path)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DetectionsError(f"{path}: is not UTF-8 text ({error}); export it again as UTF-8") from error
    labels: Counter[str] = Counter()
    rows: dict[int, list[_Row]] = {}
    for row in _rows(path, lines, first_frame=1 if frames_1based else 0):
        labels[row.label] += 1
        if own_class(row.label) is not None:
            rows.setdefault(row.frame, []).append(row)
    by_frame = {frame: _detections(rows[frame]) for frame in sorted(rows)}
    dropped = sum(count for label, count in labels.items() if own_class(label) is None)
    return DetectionsFile(by_frame, hashlib.sha256(content).hexdigest(), dict(labels), dropped)


def _from_parquet(content: bytes, path: Path) -> DetectionsFile:
    table, _ = read_parquet(content, name=str(path))
    by_frame = {frame: seen for frame, _, seen in table.frames() if len(seen)}
    dropped = sum(count for label, count in table.labels.items() if own_class(label) is None)
    return DetectionsFile(by_frame, hashlib.sha256(content).hexdigest(), table.labels, dropped)


def _bytes(path: Path) -> bytes:
    try:
        descriptor = open_regular(path)
    except ClipError as error:
        raise DetectionsError(str(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise DetectionsError(f"{path}: is larger than {_MOST_BYTES >> 20} MiB; give the detections of one clip")
    return content


def _rows(path: Path, lines: list[str], *, first_frame: int) -> Iterator[_Row]:
    header = [cell.strip().lower() for cell in lines[0].split(",")] if lines else []
    named = "frame" in header
    if named and not set(HEADER) <= set(header):
        missing = ", ".join(name for name in HEADER if name not in header)
        raise DetectionsError(f"{path}, line 1: the header lacks {missing}; it must be {','.join(HEADER)}")
    for number, cells in enumerate(csv.reader(lines), start=1):
        if not cells or (named and number == 1):
            continue
        try:
            yield _named_row(cells, header, first_frame) if named else _mot_row(cells, first_frame)
        except (ValueError, IndexError) as error:
            raise DetectionsError(f"{path}, line {number}: {error}; correct that line") from error


def _named_row(cells: list[str], header: list[str], first_frame: int) -> _Row:
    if len(cells) < len(header):
        raise ValueError(f"has {len(cells)} values where {len(header)} are wanted")
    said = dict(zip(header, cells, strict=False))
    x1, y1, x2, y2 = (_finite(said[name], name) for name in ("x1", "y1", "x2", "y2"))
    score = _finite(said["score"], "score")
    return _checked(_frame(said["frame"], first_frame), (x1, y1, x2, y2), score, said["label"].strip())


def _mot_row(cells: list[str], first_frame: int) -> _Row:
    """frame, id, left, top, width, height, confidence, class, visibility; the class may be missing."""
    if len(cells) < 7:
        raise ValueError(f"has {len(cells)} values; MOTChallenge text has at least 7, or give the CSV with its header")
    left, top, width, height = (_finite(cell, "box") for cell in cells[2:6])
    number = int(float(cells[7])) if len(cells) > 7 and cells[7].strip() and len(cells) < 10 else -1
    label = _MOT_LABELS.get(number, f"mot_{number}")
    confidence = min(1.0, max(0.0, _finite(cells[6], "confidence")))  # some detectors' files hold raw scores
    return _checked(_frame(cells[0], first_frame), (left, top, left + width, top + height), confidence, label)


def _checked(frame: int, xyxy: tuple[float, float, float, float], confidence: float, label: str) -> _Row:
    x1, y1, x2, y2 = xyxy
    if not (x2 > x1 and y2 > y1):
        raise ValueError(f"the box {x1:g},{y1:g},{x2:g},{y2:g} is empty: x2 and y2 must be larger than x1 and y1")
    if not 0.0 <= confidence <= 1.0:
        raise ValueError(f"the score {confidence:g} is not between 0 and 1")
    return _Row(frame, xyxy, confidence, label)


def _frame(text: str, first_frame: int) -> int:
    value = _finite(text, "frame")
    if value != int(value) or value < first_frame:
        raise ValueError(f"the frame {text.strip()!r} is no whole number from {first_frame} on")
    return int(value) - first_frame


def _finite(text: str, name: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{name} is {text.strip()!r}, not a number")
    return value


def _detections(rows: list[_Row]) -> Detections:
    class_id = [CLASSES.index(own_class(row.label) or "") for row in rows]
    return Detections(
        np.array([row.xyxy for row in rows], np.float32),
        np.array([row.confidence for row in rows], np.float32),
        np.array(class_id, np.int32),
    )


def write_detections(path: Path, by_frame: Iterable[tuple[int, Detections]]) -> None:
    """Write the contract's CSV, whole or not at all; frames are handed in 0-based and written 1-based.

    Raises:
        StoreError: If it cannot be written.
    """
    with text_target(path) as file:
        file.write(",".join(HEADER) + "\n")
        for frame, seen in by_frame:
            for box, confidence, class_id in zip(seen.xyxy, seen.confidence, seen.class_id, strict=True):
                x1, y1, x2, y2 = (f"{value:.2f}" for value in box)
                file.write(f"{frame + 1},{x1},{y1},{x2},{y2},{confidence:.4f},{CLASSES[class_id]}\n")
