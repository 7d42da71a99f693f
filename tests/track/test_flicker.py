"""A short track where a much longer one is, is that one's flicker; what really stands there beside it is not."""

from collections.abc import Iterable

import numpy as np
import pytest

from streetaudit.structures.detections import Detections
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Observation, Track
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.flicker import is_flicker
from streetaudit.track.life import Life

CAR = (100.0, 100.0, 220.0, 180.0)
FPS = 10.0
Row = tuple[str, tuple[float, float, float, float]]


def detections(rows: Iterable[Row]) -> Detections:
    listed = list(rows)
    boxes = np.array([box for _, box in listed], np.float32).reshape(-1, 4)
    ids = np.array([CLASSES.index(name) for name, _ in listed], np.int32)
    return Detections(boxes, np.full(len(listed), 0.9, np.float32), ids)


def tracks(frames: list[list[Row]], *, flicker_frames: int = 8) -> list[Track]:
    tracker, ended = Tracker(flicker_frames=flicker_frames), []
    for index, rows in enumerate(frames):
        ended += tracker.update(index, index / FPS, detections(rows))
    return ended + tracker.flush()


def parked(count: int, *, beside: dict[int, Row] | None = None) -> list[list[Row]]:
    """Frames that show one car, and in some of them something else too."""
    return [[("vehicle", CAR)] + ([beside[i]] if beside and i in beside else []) for i in range(count)]


def names(found: list[Track]) -> list[str]:
    return sorted(CLASSES[track.class_id] for track in found)


@pytest.mark.parametrize(
    ("other", "when", "left"),
    [
        pytest.param(("street_stall", CAR), range(10, 14), ["vehicle"], id="its-own-box-under-another-name"),
        pytest.param(("street_stall", CAR), range(10, 24), ["street_stall", "vehicle"], id="too-long-for-flicker"),
        pytest.param(("litter", (150, 165, 175, 180)), range(10, 14), ["litter", "vehicle"], id="a-bag-before-the-car"),
        pytest.param(
            ("street_stall", (400, 100, 500, 180)), range(10, 14), ["street_stall", "vehicle"], id="somewhere-else"
        ),
        pytest.param(
            ("vehicle", (130, 110, 250, 190)), range(10, 14), ["vehicle", "vehicle"], id="a-second-car-beside"
        ),
    ],
)
def test_what_is_flicker(other: Row, when: range, left: list[str]) -> None:
    assert names(tracks(parked(40, beside=dict.fromkeys(when, other)))) == left


def life(frames: Iterable[int], *, box: tuple[float, float, float, float] = CAR) -> Life:
    seen = [Observation(i, i / FPS, box, 0.9, CLASSES.index("vehicle")) for i in frames]
    return Life(CLASSES.index("vehicle"), track_id=1, observations=seen)


@pytest.mark.parametrize(
    ("box", "frames", "is_piece"),
    [
        pytest.param((120, 110, 240, 190), range(20, 24), True, id="in-the-gap-of-the-long-one"),
        pytest.param((120, 110, 240, 190), range(22, 26), False, id="one-frame-shows-both"),
        pytest.param((300, 110, 420, 190), range(20, 24), False, id="elsewhere"),
        pytest.param((120, 110, 240, 190), range(60, 64), False, id="at-another-time"),
    ],
)
def test_a_piece_that_took_the_detections_of_a_track(
    box: tuple[float, float, float, float], frames: range, is_piece: bool
) -> None:
    long = life([*range(20), *range(24, 50)])
    assert is_flicker(life(frames, box=box), [long], most_frames=8) is is_piece


def test_nothing_is_flicker_where_none_is_wanted() -> None:
    frames = parked(40, beside=dict.fromkeys(range(10, 14), ("street_stall", CAR)))
    assert names(tracks(frames, flicker_frames=0)) == ["street_stall", "vehicle"]


def test_tracks_name_those_that_one_frame_shows_beside_them() -> None:
    far = ("vehicle", (400.0, 100.0, 500.0, 180.0))
    first, second = tracks(parked(30, beside=dict.fromkeys(range(10, 29), far)))
    assert first.beside is not None
    assert second.beside is not None
    assert second.track_id in first.beside or first.track_id in second.beside


def test_tracks_one_after_the_other_are_not_beside() -> None:
    frames = [*parked(10), *[[] for _ in range(20)], *parked(10)]
    first, second = tracks(frames)
    assert (first.beside, second.beside) == (frozenset(), frozenset())
