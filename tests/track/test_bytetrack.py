import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from streetaudit.structures.detections import Detections
from streetaudit.structures.track import Track
from streetaudit.track.bytetrack import Tracker

LITTER, VEHICLE, BIN, OVERFLOWING, PERSON = 0, 3, 4, 5, 6
Row = tuple[float, float, float, float, float, int]


def detections(*rows: Row) -> Detections:
    """Rows of x1, y1, x2, y2, confidence, class id."""
    table = np.array(rows, np.float64).reshape(-1, 6)
    return Detections(table[:, :4].astype(np.float32), table[:, 4].astype(np.float32), table[:, 5].astype(np.int32))


def tracker(**changes: Any) -> Tracker:
    options = {"lost_after_s": 1.0, "high_confidence": 0.5, "new_confidence": 0.6, "match_iou": 0.2, "min_frames": 2}
    return Tracker(**(options | changes))


def box(x: float, confidence: float = 0.9, class_id: int = VEHICLE, y: float = 100) -> Row:
    return (x, y, x + 60, y + 40, confidence, class_id)


def run(follow: Tracker, frames: Sequence[Sequence[Row]], fps: float = 10) -> list[Track]:
    ended = []
    for index, rows in enumerate(frames):
        ended += follow.update(index, index / fps, detections(*rows))
    return ended + follow.flush()


def test_two_objects_keep_their_numbers_while_they_pass_each_other() -> None:
    frames = [[box(10 * i), box(300 - 10 * i, y=130)] for i in range(30)]
    tracks = run(tracker(), frames)
    assert [track.track_id for track in tracks] == [1, 2]
    assert [len(track.observations) for track in tracks] == [30, 30]
    assert tracks[0].observations[-1].xyxy[0] == 290
    assert tracks[1].observations[-1].xyxy[0] == 10


def test_observations_carry_the_frame_its_time_and_the_box_as_detected() -> None:
    (track,) = run(tracker(), [[], [box(5.25)], [box(6.5, 0.75)]], fps=4)
    first, second = track.observations
    assert (first.frame_index, first.time_s, first.xyxy) == (1, 0.25, (5.25, 100, 65.25, 140))
    assert (second.frame_index, second.time_s, second.confidence, second.class_id) == (2, 0.5, 0.75, VEHICLE)


@pytest.mark.parametrize(
    ("second", "taken"),
    [
        pytest.param(0.3, 3, id="weak-continues-an-active-track"),
        pytest.param(0.05, 2, id="below-low-is-ignored"),
    ],
)
def test_the_second_round_takes_weak_detections(second: float, taken: int) -> None:
    (track,) = run(tracker(), [[box(0)], [box(1)], [box(2, second)]])
    assert len(track.observations) == taken


@pytest.mark.parametrize(
    ("shift", "taken"),
    [
        pytest.param(0, 3, id="in-its-place"),
        pytest.param(30, 2, id="a-third-of-it"),
    ],
)
def test_a_weak_detection_finds_a_lost_track_again_only_in_its_place(shift: float, taken: int) -> None:
    (track,) = run(tracker(), [[box(0)], [box(0)], [], [box(shift, 0.3)], []])
    assert len(track.observations) == taken


def test_a_strong_detection_revives_a_lost_track() -> None:
    frames = [[box(10 * i)] if i < 5 or i > 9 else [] for i in range(15)]
    (track,) = run(tracker(), frames)
    assert len(track.observations) == 10


@pytest.mark.parametrize(
    ("gap_s", "tracks"), [pytest.param(0.9, 1, id="found-again"), pytest.param(1.1, 2, id="lost-for-good")]
)
@pytest.mark.parametrize("fps", [5, 30])
def test_lost_after_s_counts_seconds_and_not_frames(gap_s: float, tracks: int, fps: int) -> None:
    follow = tracker()
    times = [i / fps for i in range(fps)]
    times += [times[-1] + gap_s + i / fps for i in range(fps)]
    ended = [t for i, time_s in enumerate(times) for t in follow.update(i, time_s, detections(box(50)))]
    assert len(ended + follow.flush()) == tracks


def test_a_track_ends_in_the_update_that_finds_it_lost() -> None:
    follow = tracker()
    for index in range(3):
        assert follow.update(index, index / 10, detections(box(0))) == []
    assert follow.update(3, 1.15, detections()) == []
    (ended,) = follow.update(4, 1.3, detections())
    assert ended.last_s == pytest.approx(0.2)
    assert follow.flush() == []


@pytest.mark.parametrize(
    ("min_frames", "seen", "tracks"),
    [
        pytest.param(1, 1, 1, id="one-look-is-enough"),
        pytest.param(2, 1, 0, id="one-look-is-flicker"),
        pytest.param(3, 2, 0, id="two-of-three"),
        pytest.param(3, 3, 1, id="three-of-three"),
    ],
)
def test_min_frames(min_frames: int, seen: int, tracks: int) -> None:
    assert len(run(tracker(min_frames=min_frames), [[box(0)]] * seen)) == tracks


def test_a_tentative_object_is_forgotten_at_the_first_miss() -> None:
    assert run(tracker(), [[box(0)], [], [box(0)], [], [box(0)]]) == []


def test_flicker_does_not_take_an_objects_detection() -> None:
    steady = [[box(0)]] * 3
    flicker = [[box(0), box(8, 0.95)]]  # a second box of the same car, in one frame
    (track,) = run(tracker(), [*steady, *flicker, *steady])
    assert len(track.observations) == 7


@pytest.mark.parametrize(
    ("confidence", "class_id", "born"),
    [
        pytest.param(0.35, LITTER, True, id="litter-may-start-at-0.3"),
        pytest.param(0.25, LITTER, False, id="litter-below-its-threshold"),
        pytest.param(0.65, VEHICLE, False, id="vehicle-needs-0.7"),
        pytest.param(0.75, VEHICLE, True, id="vehicle-above-0.7"),
    ],
)
def test_thresholds_of_the_class_decide_what_starts_a_track(confidence: float, class_id: int, born: bool) -> None:
    thresholds = np.full(7, 0.7, np.float32)
    thresholds[LITTER] = 0.3
    tracks = run(tracker(thresholds=thresholds), [[box(0, confidence, class_id)]] * 3)
    assert bool(tracks) is born


@pytest.mark.parametrize(
    ("classes", "voted"),
    [
        pytest.param([BIN, OVERFLOWING, OVERFLOWING, BIN, OVERFLOWING], [OVERFLOWING], id="bin-flickers-in-one-track"),
        pytest.param([BIN, BIN, PERSON, PERSON], [BIN, PERSON], id="a-bin-is-never-a-person"),
    ],
)
def test_class_flicker_stays_inside_its_group(classes: list[int], voted: list[int]) -> None:
    tracks = run(tracker(), [[box(0, class_id=class_id)] for class_id in classes])
    assert [track.class_id for track in tracks] == voted


def test_time_that_runs_backwards_is_a_cut() -> None:
    follow = tracker()
    for index in range(3):
        follow.update(index, 10 + index / 10, detections(box(0)))
    (before,) = follow.update(3, 0.0, detections(box(0)))
    follow.update(4, 0.1, detections(box(0)))
    (after,) = follow.flush()
    assert (before.track_id, after.track_id) == (1, 2)
    assert after.first_s == 0.0


def test_two_frames_of_the_same_time_are_no_trouble() -> None:
    follow = tracker()
    for index in range(4):
        follow.update(index, 1.0, detections(box(index)))
    assert len(follow.flush()) == 1


def test_current_names_what_the_last_update_saw() -> None:
    follow = tracker()
    follow.update(0, 0.0, detections(box(0), box(400)))
    assert follow.current() == []  # still tentative
    follow.update(1, 0.1, detections(box(1), box(401)))
    follow.update(2, 0.2, detections(box(2), box(700)))
    ((track_id, seen),) = follow.current()
    assert (track_id, seen.xyxy[0]) == (1, 2)
    assert follow.alive_ids() == {1, 2}  # 2 is lost, not gone


def test_ongoing_shows_a_track_before_it_ends() -> None:
    follow = tracker()
    for index in range(5):
        follow.update(index, index / 10, detections(box(0)))
    (track,) = follow.ongoing()
    assert len(track.observations) == 5


def test_two_trackers_do_not_share_numbers() -> None:
    first, second = run(tracker(), [[box(0)]] * 3), run(tracker(), [[box(0)]] * 3)
    assert [t.track_id for t in first + second] == [1, 1]


def test_a_restarted_tracker_goes_on_as_if_nothing_had_happened() -> None:
    random = np.random.default_rng(5)
    frames = [
        [box(10 * i + random.normal(), random.uniform(0.2, 1)), box(400 - 8 * i, random.uniform(0.2, 1), PERSON)]
        for i in range(40)
    ]
    whole = run(tracker(), frames)
    follow, ended = tracker(), []
    for index, rows in enumerate(frames):
        ended += follow.update(index, index / 10, detections(*rows))
        follow = Tracker.from_state(json.loads(json.dumps(follow.state())))
    assert ended + follow.flush() == whole


def test_a_fresh_tracker_has_a_state_too() -> None:
    again = Tracker.from_state(json.loads(json.dumps(tracker(thresholds=np.full(7, 0.3)).state())))
    assert run(again, [[box(0, 0.35)]] * 3)


def test_an_object_that_stays_all_day_does_not_fill_the_memory() -> None:
    follow, frames = tracker(most_observations=64), 500
    for index in range(frames):
        follow.update(index, index / 10, detections(box(0)))
    (track,) = follow.flush()
    times = [seen.time_s for seen in track.observations]
    assert 32 <= len(times) <= 64
    assert (times[0], times[-1]) == (0.0, (frames - 1) / 10)
    assert times == sorted(times)


@pytest.mark.parametrize(
    "wrong",
    [{"lost_after_s": 0.0}, {"min_frames": 0}, {"match_iou": 0.0}, {"match_iou": 1.5}, {"thresholds": [0.5]}],
    ids=str,
)
def test_impossible_options_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="want"):
        tracker(**wrong)
