from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from streetaudit.errors import DetectionsError
from streetaudit.io.detections_file import read_detections
from streetaudit.io.detections_parquet import ParquetWriter, read_parquet
from streetaudit.structures.detections import Detections


def seen(*rows: tuple[float, float, float, float, float, int]) -> Detections:
    table = np.array(rows, np.float32).reshape(-1, 6)
    return Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))


FRAMES = [
    (0, 0.0, seen((1.1, 2, 3, 4, 0.9, 0), (5, 6, 7, 8, 0.1, 6))),
    (3, 0.12, seen()),
    (4, 1 / 3, seen((9, 9, 10.3, 11, 0.7, 5))),
]


def written(frames: list[tuple[int, float, Detections]]) -> bytes:
    writer = ParquetWriter()
    for frame in frames:
        writer.add(*frame)
    return writer.finish({"about": "测试"})


def test_what_was_seen_comes_back_bit_for_bit_with_the_frames_that_showed_nothing() -> None:
    table, words = read_parquet(written(FRAMES), name="x")
    assert words["about"] == "测试"
    assert len(table) == 3
    for (index, time_s, wanted), (got_index, got_s, got) in zip(FRAMES, table.frames(), strict=True):
        assert (got_index, got_s) == (index, time_s)
        assert got.xyxy.tolist() == wanted.xyxy.tolist()
        assert got.confidence.tolist() == wanted.confidence.tolist()
        assert got.class_id.tolist() == wanted.class_id.tolist()


def test_the_same_frames_give_the_same_bytes() -> None:
    assert written(FRAMES) == written(FRAMES)


def test_many_row_groups_keep_their_order() -> None:
    frames = [(i, i / 10, seen(*[(j, 0, j + 1, 1, 0.5, j % 7) for j in range(i % 4)])) for i in range(60_000)]
    table, _ = read_parquet(written(frames), name="x")
    again = list(table.frames())
    assert [index for index, _, _ in again] == list(range(60_000))
    assert all(len(got) == i % 4 for i, (_, _, got) in enumerate(again))


def test_a_clip_without_a_frame_gives_an_empty_table() -> None:
    table, _ = read_parquet(written([]), name="x")
    assert list(table.frames()) == []


def test_it_serves_as_a_detections_file_of_the_contract(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(written(FRAMES))
    stored = read_detections(path)
    assert sorted(stored.by_frame) == [0, 4]
    assert stored.labels == {"litter": 1, "person": 1, "overflowing_bin": 1}
    assert stored.dropped == 0


def foreign(**columns: list[object]) -> bytes:
    given: dict[str, list[object]] = {
        "frame": [1],
        "x1": [1],
        "y1": [1],
        "x2": [5],
        "y2": [5],
        "score": [0.5],
        "label": ["car"],
    }
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({**given, **columns}), sink)
    data: bytes = sink.getvalue().to_pybytes()
    return data


def test_other_programs_words_and_types_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "theirs.parquet"
    path.write_bytes(foreign(frame=[2, 1, 1], x1=[1, 1, 2], y1=[1] * 3, x2=[5] * 3, y2=[5] * 3, score=[0.5] * 3,
                             label=["Car", "giraffe", "truck"]))  # fmt: skip
    stored = read_detections(path)
    assert {frame: one.class_id.tolist() for frame, one in stored.by_frame.items()} == {0: [3], 1: [3]}
    assert stored.dropped == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"PAR1 and nothing more", "no Parquet", id="garbage"),
        pytest.param(written(FRAMES)[:-20], "no Parquet", id="cut-off"),
        pytest.param(foreign(frame=[0]), "whole number from 1", id="frames-from-0"),
        pytest.param(foreign(frame=[1.5]), "whole number from 1", id="half-a-frame"),
        pytest.param(foreign(x2=[0]), "x2 and y2 must be larger", id="empty-box"),
        pytest.param(foreign(y2=[float("nan")]), "x2 and y2 must be larger", id="nan"),
        pytest.param(foreign(score=[1.5]), "between 0 and 1", id="score"),
    ],
)
def test_what_is_not_sound_is_refused_with_the_reason(data: bytes, says: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.parquet"
    path.write_bytes(data)
    with pytest.raises(DetectionsError, match=says):
        read_detections(path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"frame": [1], "label": ["car"]}), sink)
    with pytest.raises(DetectionsError, match="x1, y1, x2, y2, score"):
        read_parquet(sink.getvalue().to_pybytes(), name="x")
