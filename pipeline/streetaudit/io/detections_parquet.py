"""Detections as Parquet: the contract's columns and the frames' times, one row a detection.

A frame that was looked at and showed nothing has one row without a box, so that the file knows every frame that was
looked at. pyarrow is loaded where a file is opened: most commands never need it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import DetectionsError
from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES, own_class

#: Columns of boxes in the file, in the contract's words; `frame` counts from 1, `label` is null where nothing was seen.
BOX_COLUMNS = ("x1", "y1", "x2", "y2")
NEEDED = ("frame", *BOX_COLUMNS, "score", "label")

_ROWS_A_GROUP = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class DetectionTable:
    """The detections of one clip, one row each, frames ascending.

    Attributes:
        frame: int64 (N,), 0-based.
        time_s: float64 (N,), NaN where the file does not say.
        seen: The N detections; rows of frames without any have class -1.
        labels: Every label in the file to how often it stands there.
    """

    frame: NDArray[np.int64]
    time_s: NDArray[np.float64]
    seen: Detections
    labels: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Detections, those of classes that are not watched left out."""
        return int((self.seen.class_id >= 0).sum())

    def frames(self) -> Iterator[tuple[int, float, Detections]]:
        """Every frame in the file, with its time and what was seen in it that we watch."""
        starts = np.flatnonzero(np.diff(self.frame, prepend=-1))
        ends = np.append(starts[1:], len(self.frame))[: len(starts)]
        seen = self.seen
        all_watched = bool((seen.class_id >= 0).all())
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            rows = slice(start, end)
            here = Detections(seen.xyxy[rows], seen.confidence[rows], seen.class_id[rows])
            if not all_watched:
                here = here.where(here.class_id >= 0)
            yield int(self.frame[start]), float(self.time_s[start]), here


class ParquetWriter:
    """Takes the frames of one clip, one after the other, and gives the file's bytes; holds them compressed."""

    def __init__(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        label = pa.dictionary(pa.int8(), pa.string())
        floats = [pa.field(name, pa.float32()) for name in (*BOX_COLUMNS, "score")]
        self._schema = pa.schema(
            [pa.field("frame", pa.int32()), pa.field("time_s", pa.float64()), *floats, pa.field("label", label)]
        )
        self._classes = pa.array(CLASSES)
        self._sink = pa.BufferOutputStream()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._frames: list[tuple[int, float, Detections]] = []
        self._rows = 0

    def add(self, frame_index: int, time_s: float, seen: Detections) -> None:
        """Take what was seen in one frame, also if that is nothing."""
        self._frames.append((frame_index, time_s, seen))
        self._rows += max(1, len(seen))
        if self._rows >= _ROWS_A_GROUP:
            self._flush()

    def finish(self, metadata: Mapping[str, str]) -> bytes:
        """The whole file, with these words about it."""
        self._flush()
        self._writer.add_key_value_metadata(dict(metadata))
        self._writer.close()
        data: bytes = self._sink.getvalue().to_pybytes()
        return data

    def _flush(self) -> None:
        if not self._frames:
            return
        import pyarrow as pa

        counts = [max(1, len(seen)) for _, _, seen in self._frames]
        frame = np.repeat([index + 1 for index, _, _ in self._frames], counts)
        time_s = np.repeat([time_s for _, time_s, _ in self._frames], counts)
        parts = [seen if len(seen) else _NOTHING for _, _, seen in self._frames]
        xyxy = np.concatenate([part.xyxy for part in parts])
        score = np.concatenate([part.confidence for part in parts])
        class_id = np.concatenate([part.class_id for part in parts])
        empty = class_id < 0
        label = pa.array(np.where(empty, 0, class_id).astype(np.int8), mask=empty)
        columns = [pa.array(frame.astype(np.int32)), pa.array(time_s)]
        columns += [pa.array(xyxy[:, side], mask=empty) for side in range(4)]
        columns += [pa.array(score, mask=empty), pa.DictionaryArray.from_arrays(label, self._classes)]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))
        self._frames, self._rows = [], 0


_NOTHING = Detections(np.zeros((1, 4), np.float32), np.zeros(1, np.float32), np.full(1, -1, np.int32))


def read_parquet(data: bytes, *, name: str) -> tuple[DetectionTable, dict[str, str]]:
    """The detections in a file's bytes, and the words about them.

    Raises:
        DetectionsError: If it is no Parquet, lacks a column of the contract, or a row is not sound.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(pa.BufferReader(data))
        table = file.read(use_threads=False)
    except (pa.ArrowException, OSError) as error:
        raise DetectionsError(f"{name}: is no Parquet file that can be read ({error}); write it again") from error
    missing = [column for column in NEEDED if column not in table.column_names]
    if missing:
        raise DetectionsError(f"{name}: lacks the columns {', '.join(missing)}; it must have {', '.join(NEEDED)}")
    words = {key.decode(): value.decode(errors="replace") for key, value in (file.metadata.metadata or {}).items()}
    try:
        return _table(table), words
    except (pa.ArrowException, ValueError) as error:
        raise DetectionsError(f"{name}: {error}; write it again") from error


def _table(table: Any) -> DetectionTable:
    import pyarrow as pa

    frame = _numbers(table, "frame", pa.float64())
    if not np.array_equal(frame, np.floor(frame)) or (len(frame) and frame.min() < 1):
        raise ValueError("a frame is no whole number from 1 on")
    order = np.argsort(frame, kind="stable")
    class_id, labels = _classes(table)
    xyxy = np.stack([_numbers(table, side, pa.float32()) for side in BOX_COLUMNS], axis=1)
    score = _numbers(table, "score", pa.float32())
    has_times = "time_s" in table.column_names
    time_s = _numbers(table, "time_s", pa.float64()) if has_times else np.full(len(frame), np.nan)
    _check_boxes(xyxy[class_id != _NO_BOX], score[class_id != _NO_BOX])
    class_id = np.maximum(class_id, -1)
    seen = Detections(xyxy[order], score[order], class_id[order].astype(np.int32))
    return DetectionTable(frame[order].astype(np.int64) - 1, time_s[order], seen, labels)


#: A row without a box, against -1: a box of a class that we do not watch.
_NO_BOX = -2


def _classes(table: Any) -> tuple[NDArray[np.int64], dict[str, int]]:
    """Our class id of every row, and how often each label stands in the file."""
    label = table.column("label").unify_dictionaries().combine_chunks().dictionary_encode()
    words = [str(word) for word in label.dictionary.to_pylist()]
    ours = [own_class(word) for word in words]
    ids = np.array([-1 if name is None else CLASSES.index(name) for name in ours] + [_NO_BOX])
    index = label.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
    counts = np.bincount(index, minlength=len(words) + 1)
    return ids[index], {word: int(count) for word, count in zip(words, counts, strict=False) if count}


def _numbers(table: Any, name: str, kind: Any) -> NDArray[Any]:
    """A column as this type of Arrow's, NaN where it says nothing."""
    values: NDArray[Any] = table.column(name).combine_chunks().cast(kind).to_numpy(zero_copy_only=False)
    return values


def _check_boxes(xyxy: NDArray[np.float32], score: NDArray[np.float32]) -> None:
    if not np.isfinite(xyxy).all() or not (xyxy[:, 2:] > xyxy[:, :2]).all():
        raise ValueError("a box is empty or no number: x2 and y2 must be larger than x1 and y1")
    if not ((score >= 0) & (score <= 1)).all():
        raise ValueError("a score is not between 0 and 1")
