"""What stands before a fixed camera is one track, whatever passes before it."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Track
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.fixed import FOUNDING_S, FixedTracker
from track.street import IMAGE, Street, Thing, along, bus, parks, passes, set_up, stands


def fixed() -> FixedTracker:
    return FixedTracker(Tracker(new_confidence=0.4, match_iou=0.2), IMAGE)


def followed(things: Sequence[Thing], until_s: float, *, fps: float = 10.0, seed: int = 0) -> list[Track]:
    tracker, ended = fixed(), []
    for frame in Street(things, fps=fps, seed=seed).frames(until_s):
        ended += tracker.update(*frame)
    return ended + tracker.flush()


def stayed(tracks: Sequence[Track], name: str, least_s: float) -> list[tuple[float, float]]:
    """First and last time of the tracks of a class that stood for so long."""
    found = [t for t in tracks if CLASSES[t.class_id] == name and t.last_s - t.first_s >= least_s and _still(t)]
    return sorted((t.first_s, t.last_s) for t in found)


def _still(track: Track) -> bool:
    first, last = track.observations[0].xyxy, track.observations[-1].xyxy
    wide = last[2] - last[0]
    return min(abs(first[0] - last[0]), abs(first[2] - last[2])) < 0.5 * wide


CAR_AT = (2.0, 22.0)
PARKED = Thing("vehicle", stands(CAR_AT))
TRAFFIC = [Thing("vehicle", passes(1.0 + 4.0 * k, back=bool(k % 2))) for k in range(14)]
#: Each next car rolls up two seconds after the one before it has gone.
QUEUE = [
    Thing(
        "vehicle",
        along(
            (17.0 * k - 4.0, -24.0, 20.0),
            (17.0 * k, 2.0, 20.0),
            (17.0 * k + 13.0, 2.0, 20.0),
            (17.0 * k + 17.0, 28.0, 20.0),
        ),
    )
    for k in range(6)
]


@pytest.mark.parametrize("fps", [pytest.param(10.0, id="10-fps"), pytest.param(5.0, id="5-fps")])
@pytest.mark.parametrize(
    ("things", "until_s", "name", "stays"),
    [
        pytest.param([PARKED], 40.0, "vehicle", [(0.0, 40.0)], id="parked"),
        pytest.param([PARKED, *TRAFFIC], 60.0, "vehicle", [(0.0, 60.0)], id="parked-behind-traffic"),
        pytest.param([PARKED, bus(10.0)], 40.0, "vehicle", [(0.0, 40.0)], id="a-bus-drives-by"),
        pytest.param(
            [PARKED, bus(10.0, halts=(5.0, 17.0), at=2.0)], 60.0, "vehicle", [(0.0, 60.0)], id="a-bus-halts-before-it"
        ),
        pytest.param(
            [PARKED, bus(10.0, halts=(5.0, 110.0), at=2.0)],
            160.0,
            "vehicle",
            [(0.0, 160.0), (15.0, 120.0)],
            id="a-bus-stands-before-it",
        ),
        pytest.param([parks(12.0), *TRAFFIC], 60.0, "vehicle", [(12.0, 60.0)], id="drives-in-and-stays"),
        pytest.param([parks(12.0, to_s=45.0)], 60.0, "vehicle", [(12.0, 45.0)], id="comes-and-goes"),
        pytest.param(
            [parks(8.0, to_s=35.0), parks(50.0)], 90.0, "vehicle", [(8.0, 35.0), (50.0, 90.0)], id="one-after-the-other"
        ),
        pytest.param([parks(12.0, to_s=22.0)], 60.0, "vehicle", [], id="lets-somebody-out"),
        pytest.param(QUEUE, 100.0, "vehicle", [], id="a-queue-at-a-light"),
        pytest.param(TRAFFIC, 60.0, "vehicle", [], id="traffic-alone"),
        pytest.param([set_up(10.0, to_s=50.0)], 80.0, "street_stall", [(10.0, 50.0)], id="a-stall-comes-and-goes"),
        pytest.param([set_up(10.0), *TRAFFIC], 60.0, "street_stall", [(10.0, 60.0)], id="a-stall-behind-traffic"),
    ],
)
def test_what_stood_and_since_when(
    things: list[Thing], until_s: float, name: str, stays: list[tuple[float, float]], fps: float
) -> None:
    found = stayed(followed(things, until_s, fps=fps), name, least_s=18.0)
    assert len(found) == len(stays)
    for (first, last), (since, until) in zip(found, stays, strict=True):
        assert first == pytest.approx(since, abs=2.0)
        assert last == pytest.approx(until, abs=2.0)


def test_goods_that_become_a_stall_are_no_litter() -> None:
    goods = Thing("litter", stands((-6.0, 24.0), from_s=10.0, to_s=16.0), lambda _: (1.0, 0.7))
    tracks = followed([goods, Thing("street_stall", stands((-6.0, 24.0), from_s=16.5), lambda _: (2.0, 2.0))], 40.0)
    assert [(CLASSES[track.class_id], round(track.first_s)) for track in tracks] == [("street_stall", 10)]


def test_a_bin_that_fills_up_is_reported_as_what_it_has_become() -> None:
    closed = Thing("bin", stands((4.0, 15.0), to_s=40.0), lambda _: (0.6, 1.1))
    full = Thing("overflowing_bin", stands((4.0, 15.0), from_s=40.0), lambda _: (0.7, 1.3))
    tracks = followed([closed, full], 80.0)
    assert [CLASSES[track.class_id] for track in tracks] == ["bin", "overflowing_bin"]
    assert tracks[1].first_s == pytest.approx(40.0, abs=1.0)


def test_what_stands_is_told_while_it_stands() -> None:
    tracker = fixed()
    for index, time_s, detections in Street([PARKED]).frames(FOUNDING_S + 1.0):
        tracker.update(index, time_s, detections)
        if time_s < FOUNDING_S - 0.2:
            assert tracker.ongoing() == []
    (track,) = tracker.ongoing()
    assert track.track_id in tracker.alive_ids()
    assert [name for name, _ in tracker.current()] == [track.track_id]


def test_its_state_goes_on_exactly_where_it_was() -> None:
    frames = Street([PARKED, *TRAFFIC, bus(10.0)], seed=3).frames(30.0)
    whole, half = fixed(), fixed()
    ended_whole, ended_half = [], []
    for frame in frames:
        ended_whole += whole.update(*frame)
    for frame in frames[:120]:
        ended_half += half.update(*frame)
    half = FixedTracker.from_state(json.loads(json.dumps(half.state())))
    for frame in frames[120:]:
        ended_half += half.update(*frame)
    assert ended_half == ended_whole
    assert half.flush() == whole.flush()
