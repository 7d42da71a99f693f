import hashlib
from pathlib import Path

import numpy as np
import pytest

from streetaudit.errors import DetectionsError
from streetaudit.io.detections_file import read_detections, write_detections
from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES

HEADER = "frame,x1,y1,x2,y2,score,label\n"


def written(folder: Path, content: str) -> Path:
    (folder / "a.detections.csv").write_text(content)
    return folder / "a.detections.csv"


def test_the_contracts_csv(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "1,10,20,30,40.5,0.9,litter\n3,1,2,3,4,0.5,Car\n3,5,6,7,8,0.25,giraffe\n\n")
    stored = read_detections(path)
    assert sorted(stored.by_frame) == [0, 2]
    assert stored.by_frame[0].xyxy.tolist() == [[10.0, 20.0, 30.0, 40.5]]
    assert stored.by_frame[0].confidence.tolist() == pytest.approx([0.9])
    assert [CLASSES[i] for i in stored.by_frame[2].class_id] == ["vehicle"]
    assert stored.labels == {"litter": 1, "Car": 1, "giraffe": 1}
    assert stored.dropped == 1
    assert stored.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    path = written(tmp_path, "label,track,x1,y1,x2,y2,score,frame\nbin,7,1,2,3,4,1,1\n")
    assert read_detections(path).by_frame[0].xyxy.tolist() == [[1.0, 2.0, 3.0, 4.0]]


def test_frames_may_count_from_zero(tmp_path: Path) -> None:
    path = written(tmp_path, HEADER + "0,1,2,3,4,1,bin\n")
    assert sorted(read_detections(path, frames_1based=False).by_frame) == [0]


@pytest.mark.parametrize(
    ("row", "label"),
    [
        pytest.param("1,-1,10,20,30,40,27.5,-1,-1,-1", "person", id="mot15"),
        pytest.param("1,4,10,20,30,40,1,3,0.8", "vehicle", id="mot16-car"),
        pytest.param("1,4,10,20,30,40,1,8,0.8", None, id="mot16-distractor"),
        pytest.param("1,-1,10,20,30,40,0.5", "person", id="short"),
    ],
)
def test_motchallenge_text(row: str, label: str | None, tmp_path: Path) -> None:
    seen = read_detections(written(tmp_path, row + "\n")).by_frame.get(0, Detections.empty())
    assert [CLASSES[i] for i in seen.class_id] == ([] if label is None else [label])
    assert label is None or seen.xyxy.tolist() == [[10.0, 20.0, 40.0, 60.0]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        pytest.param(HEADER + "1,1,2,3,4,0.5,bin\n2,1,2,3,x,0.5,bin\n", "line 3: y2 is 'x', not a number", id="word"),
        pytest.param(HEADER + "1,1,2,3,nan,0.5,bin\n", "line 2: y2 is 'nan'", id="nan"),
        pytest.param(HEADER + "1,3,2,1,4,0.5,bin\n", "line 2: the box", id="box-turned-round"),
        pytest.param(HEADER + "0,1,2,3,4,0.5,bin\n", "line 2: the frame '0'", id="frame-zero"),
        pytest.param(HEADER + "1.5,1,2,3,4,0.5,bin\n", "line 2: the frame '1.5'", id="half-a-frame"),
        pytest.param(HEADER + "1,1,2,3,4,50,bin\n", "line 2: the score 50", id="per-cent"),
        pytest.param(HEADER + "1,1,2,3\n", "line 2: has 4 values", id="short-row"),
        pytest.param("frame,x1,y1,x2,y2,label\n", "line 1: the header lacks score", id="header-lacks-one"),
        pytest.param("1,2,3\n", "line 1: has 3 values", id="mot-short"),
        pytest.param("minutes of the meeting\n", "line 1", id="text"),
        pytest.param("", "is empty", id="empty"),
    ],
)
def test_a_bad_row_is_named(content: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DetectionsError, match=words):
        read_detections(written(tmp_path, content))


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(DetectionsError, match="no such file"):
        read_detections(tmp_path / "gone.csv")


def test_what_is_written_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    corner = rng.uniform(0, 500, (9, 2))
    box = np.hstack([corner, corner + rng.uniform(2, 90, (9, 2))]).astype(np.float32)
    seen = Detections(box, rng.uniform(0, 1, 9).astype(np.float32), np.arange(9, dtype=np.int32) % 7)
    write_detections(tmp_path / "a.csv", [(4, seen), (5, Detections.empty())])
    back = read_detections(tmp_path / "a.csv").by_frame
    assert list(back) == [4]
    assert np.allclose(back[4].xyxy, seen.xyxy, atol=0.006)
    assert np.allclose(back[4].confidence, seen.confidence, atol=6e-5)
    assert np.array_equal(back[4].class_id, seen.class_id)
