import numpy as np
import pytest

from streetaudit.structures.clip import DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.place import Place
from streetaudit.structures.taxonomy import own_class
from streetaudit.structures.track import Observation, Track


def seen(*rows: tuple[float, int]) -> Track:
    return Track(1, tuple(Observation(i, i / 10, (0, 0, 9, 9), c, k) for i, (c, k) in enumerate(rows)))


def test_detections_must_agree_about_their_number() -> None:
    with pytest.raises(ValueError, match="want shapes"):
        Detections(np.zeros((2, 4), np.float32), np.zeros(1, np.float32), np.zeros(2, np.int32))


@pytest.mark.parametrize(
    ("track", "class_id", "confidence"),
    [
        pytest.param(seen((0.9, 4)), 4, 0.9, id="one"),
        pytest.param(seen((0.9, 4), (0.5, 5), (0.5, 5)), 5, 0.5, id="votes-are-weighed"),
        pytest.param(seen((0.9, 4), (0.7, 4), (0.1, 4), (0.2, 4)), 4, 0.8, id="better-half"),
    ],
)
def test_a_track_s_class_and_confidence(track: Track, class_id: int, confidence: float) -> None:
    assert track.class_id == class_id
    assert track.confidence == pytest.approx(confidence)


@pytest.mark.parametrize(
    ("record", "complete"),
    [
        pytest.param(DecodeRecord(100, 100, 0.0, 4.0), True, id="all"),
        pytest.param(DecodeRecord(99, 100, 0.0, 4.0), True, id="one-in-a-hundred"),
        pytest.param(DecodeRecord(98, 100, 0.0, 4.0), False, id="two-in-a-hundred"),
        pytest.param(DecodeRecord(50, None, 0.0, 4.0), True, id="nothing-declared"),
        pytest.param(DecodeRecord(0, None, None, None), False, id="nothing-decoded"),
        pytest.param(DecodeRecord(100, 100, 0.0, 4.0, ended="no progress for 10 s"), False, id="killed"),
    ],
)
def test_complete_means_cleanly_ended_and_99_percent(record: DecodeRecord, complete: bool) -> None:
    assert record.is_complete is complete


@pytest.mark.parametrize("bad", [(91.0, 0.0, 1.0), (0.0, 181.0, 1.0), (0.0, 0.0, -1.0), (0.0, 0.0, float("nan"))])
def test_a_place_cannot_be_nonsense(bad: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="want"):
        Place(*bad)


def test_every_frame_is_counted_once() -> None:
    coverage = Coverage()
    coverage.look(0.0)
    coverage.skip("sampling", 3)
    coverage.skip("sampling")
    assert (coverage.frames, coverage.looked_at, coverage.skipped) == (5, 1, {"sampling": 4})


@pytest.mark.parametrize(
    ("label", "ours"),
    [("Car", "vehicle"), ("overflowing bin", "overflowing_bin"), ("PERSON", "person"), ("dog", None)],
)
def test_labels_of_other_taxonomies(label: str, ours: str | None) -> None:
    assert own_class(label) == ours
