import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.builders import frame, seen
from streetaudit.casework.views import BestViews, rough_score, sharpness
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame

MIDDLE = (140.0, 70.0, 180.0, 110.0)
NOTHING = Detections.empty()
FRAME_BYTES = 320 * 180 * 3


def offer(views: BestViews, at: Frame, *tracks: tuple[int, tuple[float, float, float, float]]) -> None:
    views.offer(at, NOTHING, [(track_id, seen(at, *box)) for track_id, box in tracks])


def indices(views: BestViews, track_id: int) -> list[int]:
    return [view.frame.index for view in views.take(track_id)]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param({}, {"box": (150, 80, 170, 100)}, id="larger"),
        pytest.param({}, {"confidence": 0.4}, id="surer"),
        pytest.param({}, {"box": (0, 70, 40, 110)}, id="whole"),
        pytest.param({}, {"box": (10, 10, 50, 50)}, id="central"),
    ],
)
def test_what_makes_a_better_view(better: dict[str, object], worse: dict[str, object]) -> None:
    def score(values: dict[str, object]) -> float:
        box, confidence = values.get("box", MIDDLE), values.get("confidence", 0.8)
        assert isinstance(box, tuple)
        assert isinstance(confidence, float)
        return rough_score(seen(frame(0), *box, confidence=confidence), (320, 180))

    assert score(better) > score(worse) > 0.0


def test_sharpness_orders_blurred_and_sharp() -> None:
    values = [sharpness(frame(0, noise=noise).image, MIDDLE) for noise in (0.0, 2.0, 10.0, 40.0)]
    assert values == sorted(values)
    assert values[0] == 0.0
    assert 0.5 < values[-1] < 1.0


@pytest.mark.parametrize(
    "box", [(-50, -50, -10, -10), (400, 300, 500, 400), (10, 10, 10, 10), (319, 179, 330, 190)], ids=str
)
def test_boxes_off_the_frame_are_never_sharp_and_never_fail(box: tuple[float, float, float, float]) -> None:
    assert 0.0 <= sharpness(frame(0).image, box) < 1.0


def test_the_best_views_come_out_best_first_and_only_once() -> None:
    views = BestViews(keep=2)
    for index, side in enumerate((10, 40, 20, 80, 30)):
        offer(
            views,
            frame(index, time_s=float(index)),
            (1, (160 - side / 2, 90 - side / 2, 160 + side / 2, 90 + side / 2)),
        )
    assert indices(views, 1) == [3, 1]
    assert views.take(1) == ()
    assert views.held_bytes == 0


def test_views_of_one_moment_do_not_crowd_out_another() -> None:
    views = BestViews(keep=2)
    offer(views, frame(0, time_s=0.0), (1, (150, 80, 170, 100)))
    for index in range(1, 6):
        half = 20.0 + 5.0 * index
        at = frame(index, time_s=10.0 + index / 20.0)
        offer(views, at, (1, (160 - half, 90 - half, 160 + half, 90 + half)))
    assert sorted(indices(views, 1))[0] == 0


def test_a_hair_better_is_not_better() -> None:
    views = BestViews(keep=1)
    offer(views, frame(0, time_s=0.0), (1, MIDDLE))
    offer(views, frame(1, time_s=5.0), (1, (139.0, 69.0, 181.0, 111.0)))
    assert indices(views, 1) == [0]


def test_a_blurred_frame_loses_against_a_sharp_one() -> None:
    views = BestViews(keep=1)
    offer(views, frame(0, time_s=0.0, noise=0.5), (1, MIDDLE))
    offer(views, frame(1, time_s=5.0, noise=40.0), (1, MIDDLE))
    assert indices(views, 1) == [1]


def test_only_the_watched_classes_are_kept() -> None:
    views = BestViews(classes={0})
    at = frame(0)
    views.offer(at, NOTHING, [(1, seen(at, *MIDDLE)), (2, seen(at, *MIDDLE, class_name="person"))])
    assert (len(views.take(1)), len(views.take(2))) == (1, 0)


def test_tracks_share_their_frames() -> None:
    views = BestViews()
    for index in range(3):
        offer(views, frame(index, time_s=float(index)), *[(track, MIDDLE) for track in range(20)])
    assert views.held_bytes == 3 * FRAME_BYTES


def test_flicker_that_is_never_taken_is_forgotten() -> None:
    views = BestViews(forget_after_s=10.0)
    offer(views, frame(0, time_s=0.0), (1, MIDDLE))
    offer(views, frame(1, time_s=11.0), (2, MIDDLE))
    assert views.held_bytes == FRAME_BYTES
    assert views.take(1) == ()


def test_a_tracks_only_view_outlives_the_second_best_of_another() -> None:
    views = BestViews(max_bytes=2 * FRAME_BYTES)
    offer(views, frame(0, time_s=0.0), (1, (150, 80, 170, 100)))
    offer(views, frame(1, time_s=1.0), (2, MIDDLE))
    offer(views, frame(2, time_s=2.0), (2, MIDDLE))
    assert indices(views, 1) == [0]
    assert len(indices(views, 2)) == 1


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 5), st.floats(5.0, 80.0)), max_size=4, unique_by=lambda t: t[0]),
        min_size=1,
        max_size=40,
    )
)
def test_memory_is_bounded_whatever_comes(offered: list[list[tuple[int, float]]]) -> None:
    views = BestViews(max_bytes=4 * FRAME_BYTES)
    blank = np.zeros((180, 320, 3), np.uint8)
    for index, tracks in enumerate(offered):
        boxes = [(track, (160.0 - half, 90.0 - half, 160.0 + half, 90.0 + half)) for track, half in tracks]
        offer(views, Frame(index, index / 3.0, blank), *boxes)
        assert views.held_bytes <= 4 * FRAME_BYTES
    assert all(len(views.take(track)) <= 3 for track in range(6))
    assert views.held_bytes == 0


def test_keeping_none_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="keep >= 1"):
        BestViews(keep=0)
