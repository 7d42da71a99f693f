from __future__ import annotations

import numpy as np
import pytest

from streetaudit.structures.detections import Detections
from streetaudit.structures.track import Observation
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.foreseen import foreseen

Box = tuple[float, float, float, float]


def shifted(seen: Observation, time_s: float) -> Box | None:
    """Everything goes 200 px to the right in a second."""
    off = 200.0 * (time_s - seen.time_s)
    x1, y1, x2, y2 = seen.xyxy
    return x1 + off, y1, x2 + off, y2


def seen_at(*xyxy: Box) -> Detections:
    count = len(xyxy)
    return Detections(np.array(xyxy, np.float32), np.full(count, 0.9, np.float32), np.zeros(count, np.int32))


@pytest.mark.parametrize(
    ("box", "fits"),
    [
        pytest.param((200, 0, 240, 40), 1.0, id="just-there"),
        pytest.param((220, 0, 260, 40), 0.583, id="half-a-size-off"),
        pytest.param((260, 0, 300, 40), 0.0, id="more-than-a-size-off"),
        pytest.param((170, -30, 270, 70), 0.0, id="much-larger"),
    ],
)
def test_what_lies_where_it_was_foreseen_fits(box: Box, fits: float) -> None:
    last = [Observation(0, 0.0, (0.0, 0.0, 40.0, 40.0), 0.9, 0)]
    assert foreseen(last, np.array([box], np.float32), 1.0, foresee=shifted)[0, 0] == pytest.approx(fits, abs=0.001)


def test_where_nothing_can_be_foreseen_nothing_fits() -> None:
    last = [Observation(0, 0.0, (0.0, 0.0, 40.0, 40.0), 0.9, 0)]
    assert foreseen(last, np.array([(0, 0, 40, 40)], np.float32), 1.0, foresee=lambda *_: None)[0, 0] == 0.0


@pytest.mark.parametrize(("foresees", "tracks"), [(True, 1), (False, 0)])
def test_a_tracker_that_foresees_follows_what_jumps_from_look_to_look(foresees: bool, tracks: int) -> None:
    tracker = Tracker(foresee=shifted if foresees else None)
    for look in range(5):
        time_s = look * 0.5
        assert tracker.update(look, time_s, seen_at((200 * time_s, 0, 200 * time_s + 40, 40))) == []
    assert len(tracker.flush()) == tracks
