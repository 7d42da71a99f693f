"""One camera from its pictures to its reports: told early, told once, and again after a restart as the same thing."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from edge.builders import Hands
from streetaudit.conclude import Concluder
from streetaudit.edge.camera_parts import CameraParts
from streetaudit.edge.early import Early
from streetaudit.edge.latest import Latest
from streetaudit.edge.reports import Reports
from streetaudit.edge.time_line import TimeLine
from streetaudit.edge.watch import CameraWatch
from streetaudit.locate.place import Locator
from streetaudit.structures.camera import Camera
from streetaudit.structures.city import Verdict
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.live import LiveSighting
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.track import Observation, Track
from streetaudit.track.bytetrack import Tracker
from streetaudit.track.fixed import FixedTracker
from track.street import IMAGE, Street, Thing, bus, parks, passes, stands

FPS, DWELL_S = 5.0, 20.0
PARKED = Thing("vehicle", stands((2.0, 22.0)))


@dataclass
class Box:
    """A gateway that keeps everything in memory."""

    hands: Hands = field(default_factory=Hands)
    told: list[LiveSighting] = field(default_factory=list)
    states: dict[str, Any] = field(default_factory=dict)
    full: bool = False
    line: TimeLine = field(init=False)

    def __post_init__(self) -> None:
        self.line = TimeLine(self.hands.clock, None, boot="b", synced=lambda: True)

    def tell(self, live: LiveSighting, state: tuple[str, str]) -> None:
        self.told.append(live)
        self.save(*state)

    def save(self, name: str, body: str) -> None:
        self.states[name] = body

    def saved(self, name: str) -> dict[str, Any] | None:
        body = self.states.get(name)
        return None if body is None else json.loads(body)

    def may_look(self) -> bool:
        return not self.full


def judge(*, class_name: str, dwell_s: float | None, motion: str, **_: object) -> Verdict:
    stood = class_name == "vehicle" and motion == "stationary" and (dwell_s or 0.0) >= DWELL_S
    return Verdict("mis_parked_vehicle" if stood else None, "parking", "r1", "because")


@dataclass
class Seen:
    """A detector that knows the street by heart: the frame's index says what is seen."""

    frames: Sequence[tuple[int, float, Detections]]
    looked: list[int] = field(default_factory=list)

    def __call__(self, frame: Frame) -> Detections:
        self.looked.append(frame.index)
        return self.frames[frame.index][2]


def parts(detect: Seen, *, paced: bool) -> CameraParts:
    def concluder(identity: str, name: str, size: tuple[int, int]) -> Concluder:
        locate = Locator(Camera("corner", "fixed"), lambda _: NotPlaced("no position"))
        return Concluder(identity, name, "corner", "c" * 64, size, None, locate, judge, lambda _: None)

    return CameraParts(
        name="corner",
        gateway="box",
        detect=detect,
        tracker=lambda size: FixedTracker(Tracker(new_confidence=0.4, match_iou=0.2), size),
        concluder=concluder,
        model_sha256="c" * 64,
        rule_version="r1",
        dwell_s=lambda class_id: DWELL_S if class_id == 3 else None,
        keep=lambda _: None,
        update_s=30.0,
        slow_s=2.0,
        paced=paced,
    )


def picture(index: int) -> np.ndarray[Any, Any]:
    """A street whose picture is never twice the same: noise, as every sensor has."""
    rng = np.random.default_rng(7)
    street = np.kron(rng.integers(30, 220, (45, 80), np.uint8), np.ones((16, 16), np.uint8))
    noise = np.random.default_rng(index).integers(0, 4, street.shape, np.uint8)
    return np.repeat((street + noise)[..., None], 3, axis=2)


PICTURES = [picture(index) for index in range(6)]


def watched(
    things: Sequence[Thing], until_s: float, box: Box, *, from_s: float = 0.0, paced: bool = False
) -> tuple[CameraWatch, Seen]:
    """Let a camera see a stretch of the street, with the box's clocks going along."""
    frames = Street(things, fps=FPS).frames(until_s)
    detect = Seen(frames)
    latest = Latest(keep_all=True)
    quality, stage = (lambda: box.line.quality), (lambda: "all")
    watch = CameraWatch(
        parts(detect, paced=paced),
        box,
        latest,
        reports=lambda before: Reports(quality, stage, before),  # type: ignore[arg-type] # a stage
    )
    watch.start()
    for index, clip_s, _ in frames[round(from_s * FPS) :]:
        box.hands.pass_s(1.0 / FPS if paced else 0.0)
        latest.put(Frame(index, box.hands.monotonic_s if paced else clip_s, PICTURES[index % len(PICTURES)]))
    while latest.held:
        time.sleep(0.001)
    return watch, detect


def ended(watch: CameraWatch, latest_of: CameraWatch | None = None) -> None:
    watch._latest.end()
    assert watch.join(20.0)
    assert not watch.failed


def test_a_parked_car_is_told_when_the_rule_fires_and_is_one_thing_to_the_end() -> None:
    box = Box()
    watch, _ = watched([PARKED, bus(40.0)], 120.0, box)
    ended(watch)
    assert len({live.sighting.id for live in box.told}) == 1
    first, last = box.told[0], box.told[-1]
    assert first.sighting.last_s == pytest.approx(DWELL_S, abs=1.0)
    assert [live.ongoing for live in box.told] == [True] * (len(box.told) - 1) + [False]
    assert 3 <= len(box.told) <= 5  # at 20 s, 50 s, 110 s and the end: ever more seldom
    revisions = [live.revision for live in box.told]
    assert revisions == sorted(set(revisions))
    assert last.sighting.last_s - last.sighting.first_s == pytest.approx(120.0, abs=1.0)


@pytest.mark.parametrize(
    "things",
    [
        pytest.param([Thing("vehicle", passes(1.0 + 4.0 * k)) for k in range(10)], id="traffic"),
        pytest.param([parks(10.0, to_s=22.0)], id="lets-somebody-out"),
        pytest.param([Thing("person", stands((0.0, 15.0)), lambda _: (0.6, 1.7))], id="somebody-waits"),
    ],
)
def test_what_does_not_stay_is_never_told(things: list[Thing]) -> None:
    box = Box()
    watch, _ = watched(things, 50.0, box)
    ended(watch)
    assert box.told == []


def test_a_restart_goes_on_with_the_same_thing_and_its_dwell() -> None:
    box = Box()
    watch, _ = watched([PARKED], 16.0, box, paced=True)
    assert watch.stop()
    assert box.told == []
    line = box.line.state()
    box.hands.pass_s(20.0)  # the box is away
    box.line = TimeLine(box.hands.clock, line, boot="b", synced=lambda: True)
    watch, _ = watched([PARKED], 50.0, box, from_s=36.0, paced=True)
    assert watch.stop()
    assert len(box.told) >= 1
    assert box.told[0].sighting.last_s - box.told[0].sighting.first_s == pytest.approx(36.0, abs=3.0)
    assert box.told[0].ongoing


def test_after_a_restart_what_was_told_is_the_same_case() -> None:
    box = Box()
    watch, _ = watched([PARKED], 25.0, box, paced=True)
    assert watch.stop()
    line = box.line.state()
    box.line = TimeLine(box.hands.clock, line, boot="b", synced=lambda: True)
    watch, _ = watched([PARKED], 70.0, box, from_s=25.0, paced=True)
    assert watch.stop()
    assert len(box.told) >= 2
    assert len({live.sighting.id for live in box.told}) == 1
    assert box.told[-1].revision > box.told[0].revision


def test_every_frame_is_looked_at_or_counted() -> None:
    box = Box()
    watch, detect = watched([PARKED], 30.0, box, paced=True)
    assert watch.stop()
    assert watch.coverage.looked_at == len(detect.looked)
    assert watch.coverage.frames == 150
    assert watch.coverage.skipped["still"] > 0  # before nothing that moves, a look now and then is enough
    assert min(np.diff(detect.looked).max(), 10) <= 2.0 * FPS + 1  # but never fewer than promised


def test_a_full_disk_ends_the_looking_and_is_counted() -> None:
    box = Box(full=True)
    watch, detect = watched([PARKED], 10.0, box, paced=True)
    assert watch.stop()
    assert detect.looked == []
    assert watch.coverage.skipped == {"disk": 50}


def test_a_picture_of_another_size_begins_anew() -> None:
    box = Box()
    watch, _ = watched([PARKED], 25.0, box)
    watch._latest.put(Frame(0, 30.0, np.ascontiguousarray(PICTURES[0][::2, ::2])))
    ended(watch)
    assert not box.told[-1].ongoing


def observed(track_id: int, from_s: float, to_s: float) -> Track:
    times = np.arange(from_s, to_s + 0.01, 0.5)
    return Track(track_id, tuple(Observation(i, float(t), (0.0, 0.0, 9.0, 9.0), 0.9, 3) for i, t in enumerate(times)))


class Standing:
    def __init__(self) -> None:
        self.tracks: list[Track] = []

    def ongoing(self) -> list[Track]:
        return self.tracks

    def best(self, track_id: int) -> tuple[()]:
        return ()


def test_what_was_told_is_told_again_ever_more_seldom() -> None:
    standing = Standing()
    early = Early(standing, standing, dwell_s=lambda _: 20.0, update_s=60.0)
    told = []
    for now in np.arange(0.0, 1000.0, 1.0).tolist():
        standing.tracks = [observed(1, 0.0, now)]
        for track, _ in early.due(now):
            told.append(now)
            early.told(track.track_id, now)
    assert told == pytest.approx([20.0, 80.0, 200.0, 440.0, 920.0], abs=1.0)


def test_what_is_about_to_fire_is_known_beforehand() -> None:
    standing = Standing()
    early = Early(standing, standing, dwell_s=lambda _: 20.0, update_s=60.0)
    assert early.soon_s() is None
    standing.tracks = [observed(1, 5.0, 9.0)]
    assert list(early.due(9.0)) == []
    assert early.soon_s() == 25.0


def test_ids_are_those_of_the_session() -> None:
    ids: set[UUID] = set()
    for _ in range(2):
        box = Box()
        watch, _ = watched([PARKED], 25.0, box)
        ended(watch)
        ids |= {live.sighting.id for live in box.told}
    assert len(ids) == 2  # another session, another thing, as far as anybody knows
    assert IMAGE == (1280, 720)
