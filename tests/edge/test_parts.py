"""The small parts of the gateway: its clock, its disk, its turns, and what its cameras' pictures say."""

from __future__ import annotations

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.builders import NOON, Hands, live
from streetaudit.edge.disk import Disk
from streetaudit.edge.latest import Latest
from streetaudit.edge.metrics import Histogram, Page
from streetaudit.edge.pace import Pace
from streetaudit.edge.picture import PictureWatch, View
from streetaudit.edge.reports import Reports
from streetaudit.edge.time_line import LONGEST_AWAY_S, TimeLine
from streetaudit.edge.turns import Turns
from streetaudit.errors import ConfigError
from streetaudit.io.health_http import HealthServer
from streetaudit.structures.city import Verdict
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame

Image = NDArray[np.uint8]
Change = Callable[[Image, float], Image]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def line(hands: Hands, before: dict[str, Any] | None = None, *, boot: str = "b", synced: bool = True) -> TimeLine:
    return TimeLine(hands.clock, before, boot=boot, synced=lambda: synced)


@pytest.mark.parametrize(
    ("jump", "boot", "away_s", "on_line_s"),
    [
        pytest.param(timedelta(0), "b", 20.0, 20.0, id="same-boot"),
        pytest.param(timedelta(days=-3650), "b", 20.0, 20.0, id="same-boot-and-the-clock-was-set-back"),
        pytest.param(timedelta(0), "other", 20.0, 20.0, id="power-cut-with-a-clock"),
    ],
)
def test_the_line_goes_on_after_a_restart(jump: timedelta, boot: str, away_s: float, on_line_s: float) -> None:
    hands = Hands()
    before = line(hands)
    hands.pass_s(100.0)
    state = before.state()
    hands.pass_s(away_s)
    hands.wall += jump
    if boot == "other":
        hands.monotonic_s = 3.0
    after = line(hands, state, boot=boot)
    assert after.now_s() == pytest.approx(100.0 + on_line_s)
    assert after.goes_on


def test_without_a_clock_nobody_knows_how_long_it_was_away() -> None:
    hands = Hands(wall=EPOCH)
    state = line(hands, synced=False).state()
    hands.monotonic_s = 5.0
    after = line(hands, state, boot="other", synced=False)
    assert 0.0 < after.away_s < LONGEST_AWAY_S
    assert after.wall() is None
    assert after.zero_at() is None


def test_after_a_long_absence_everything_begins_anew() -> None:
    hands = Hands()
    state = line(hands).state()
    hands.pass_s(LONGEST_AWAY_S + 1.0)
    assert not line(hands, state).goes_on


def test_a_server_sets_a_clock_that_nobody_has_set() -> None:
    hands = Hands(wall=EPOCH)
    made = line(hands, synced=False)
    assert made.quality == "unsynced"
    assert made.hear(NOON, took_s=60.0) is None  # too late to be believed
    made.hear(NOON, took_s=0.2)
    quality: str = made.quality
    assert quality == "server"
    assert made.wall() == NOON + timedelta(seconds=0.1)
    hands.pass_s(50.0)
    zero = made.zero_at()
    assert zero is not None
    assert abs(zero - NOON) < timedelta(seconds=1.0)


@pytest.mark.parametrize(
    ("used_mb", "free_mb", "stage"),
    [
        pytest.param(100, 5000, "all", id="plenty"),
        pytest.param(550, 5000, "no_raw", id="half"),
        pytest.param(800, 5000, "short", id="three-quarters"),
        pytest.param(920, 5000, "stills", id="nearly"),
        pytest.param(1001, 5000, "stopped", id="over-the-quota"),
        pytest.param(10, 400, "stopped", id="somebody-else-filled-the-disk"),
        pytest.param(100, 560, "no_raw", id="little-room-left-for-us"),
    ],
)
def test_the_ladder(used_mb: int, free_mb: int, stage: str, tmp_path: Path) -> None:
    disk = Disk(tmp_path, quota_bytes=10**9, floor_bytes=500 * 10**6, free=lambda _: free_mb * 10**6)
    assert disk.look(used_mb * 10**6).stage == stage


def test_a_step_is_left_only_with_some_room(tmp_path: Path) -> None:
    disk = Disk(tmp_path, quota_bytes=1000, floor_bytes=0, free=lambda _: 10**9)
    assert [disk.look(used).stage for used in (760, 740, 690)] == ["short", "short", "no_raw"]


def test_every_camera_gets_its_equal_share_of_the_detector() -> None:
    class Slow:
        thresholds = np.zeros(7, np.float32)

        def __call__(self, frame: Frame) -> Detections:
            time.sleep(0.004)
            return Detections.empty()

    turns, stop, counts = Turns([Slow()]), threading.Event(), [0] * 8

    def camera(number: int) -> None:
        while not stop.is_set():
            turns(Frame(0, 0.0, np.zeros((1, 1, 3), np.uint8)))
            counts[number] += 1

    threads = [threading.Thread(target=camera, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    time.sleep(0.8)
    stop.set()
    for thread in threads:
        thread.join()
    assert min(counts) > 5
    assert max(counts) - min(counts) <= 2


def test_the_newest_frame_wins_and_the_others_are_counted() -> None:
    latest = Latest()
    for index in range(5):
        latest.put(Frame(index, 0.0, np.zeros((1, 1, 3), np.uint8)))
    frame = latest.take(0.0)
    assert frame is not None
    assert (frame.index, latest.overtaken, latest.held) == (4, 4, 0)
    assert latest.take(0.0) is None
    latest.end()
    assert latest.is_over


def test_nothing_that_moves_is_looked_at_seldom_but_never_less_than_promised() -> None:
    pace, looks = Pace(slow_s=2.0), []
    for step in range(300):
        now = step * 0.2
        if pace.due(now, changed=0.1 if 30.0 <= now < 31.0 else 0.0):
            pace.looked(now, soon_s=None)
            looks.append(now)
    gaps = np.diff(looks)
    assert gaps.max() <= 2.0 + 0.21
    assert len([look for look in looks if look < 30.0]) <= 17
    assert len([look for look in looks if 30.0 <= look < 36.0]) >= 28


def test_a_rule_that_is_about_to_fire_is_waited_for_closely() -> None:
    pace = Pace(slow_s=10.0)
    assert pace.due(0.0, 0.0)
    pace.looked(0.0, soon_s=5.0)
    assert [pace.due(now, 0.0) for now in (4.0, 5.0, 5.2)] == [False, True, True]


def street(seed: int = 7) -> Image:
    rng = np.random.default_rng(seed)
    coarse = np.kron(rng.integers(20, 235, (18, 32), np.uint8), np.ones((20, 20), np.uint8))
    fine = np.kron(rng.integers(0, 40, (72, 128), np.uint8), np.ones((5, 5), np.uint8))
    return np.repeat((coarse.astype(np.int16) // 2 + 60 + fine).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)


def noisy(image: Image, index: int) -> Image:
    noise = np.random.default_rng(index).integers(-3, 4, image.shape[:2])[..., None]
    return (image.astype(np.int16) + noise).clip(0, 255).astype(np.uint8)


def shown(change: Change, *, until_s: float = 60.0, fps: float = 5.0) -> list[tuple[View, bool]]:
    """(view, usable) of each picture: 30 s of the usual street, then of what `change` makes of it."""
    watch, base = PictureWatch(), street()
    said: list[tuple[View, bool]] = []
    for index in range(round(until_s * fps)):
        now = index / fps
        image = noisy(base, index)
        look = watch.look(np.ascontiguousarray(change(image, now) if now >= 30.0 else image), now)
        said.append((look.view, look.usable))
    return said


@pytest.mark.parametrize(
    ("change", "view"),
    [
        pytest.param(lambda image, _: image, "sound", id="as-ever"),
        pytest.param(lambda image, now: np.roll(image, 1, 1) if int(now) % 2 else image, "sound", id="trembles"),
        pytest.param(lambda image, _: (image * 0.45).astype(np.uint8), "sound", id="a-cloud"),
        pytest.param(lambda image, now: (image * (1.0 - (now - 30.0) / 45.0)).astype(np.uint8), "sound", id="dusk"),
        pytest.param(lambda image, _: cv2.GaussianBlur(image, (0, 0), 9.0), "defocused", id="out-of-focus"),
        pytest.param(lambda image, _: np.full_like(image, 90) + image // 64, "blocked", id="a-bag-over-it"),
        pytest.param(lambda image, _: np.roll(image, 60, 1), "moved", id="turned-a-little"),
        pytest.param(lambda image, now: noisy(street(99), int(now * 5)), "moved", id="turned-away"),
    ],
)
def test_what_is_wrong_with_a_view_is_seen_within_seconds(change: Change, view: str) -> None:
    said = shown(change)
    assert {one for one, _ in said[:150]} == {"sound"}
    assert said[-1][0] == view
    if view != "sound":
        first = next(index for index, (one, _) in enumerate(said) if one != "sound")
        assert (first - 150) / 5.0 <= 10.0
        assert not any(usable for _, usable in said[151:])  # nothing is judged by it from the first such picture on


def test_a_lorry_before_the_lens_is_no_other_view() -> None:
    def lorry(image: Image, now: float) -> Image:
        if 32.0 < now < 38.0:
            image = image.copy()
            image[100:330, 100:520] = 120
        return image

    assert {view for view, _ in shown(lorry)} == {"sound"}


def test_a_frozen_picture_is_told_from_a_quiet_street() -> None:
    watch, base = PictureWatch(), street()
    for index in range(50):
        assert not watch.look(noisy(base, index), index / 5.0).same
    still = noisy(base, 50)
    said = [watch.look(still.copy(), 10.0 + index / 5.0) for index in range(80)]
    assert all(look.same and not look.usable for look in said[1:])
    assert next(look.view for look in said if look.view != "sound") == "frozen"
    assert said[-1].view == "frozen"
    assert watch.look(noisy(base, 51), 30.0).view == "sound"


def test_a_camera_that_was_turned_while_the_box_was_off_is_found_out() -> None:
    first = PictureWatch()
    for index in range(60):
        first.look(noisy(street(), index), index / 5.0)
    state = first.state()
    assert state is not None
    second = PictureWatch(state)
    said = [second.look(noisy(street(99), index), 100.0 + index / 5.0).view for index in range(60)]
    assert said[-1] == "moved"


def reports() -> Reports:
    return Reports(lambda: "synced", lambda: "all")


def test_a_thing_that_turned_out_legal_ends_as_what_it_was_told_as() -> None:
    made, seen = reports(), live().sighting
    assert made.report(replace(seen, verdict=Verdict(None, "r", "r1", "no")), ongoing=True, now_s=5.0) is None
    first = made.report(seen, ongoing=True, now_s=10.0)
    later = replace(seen, verdict=Verdict(None, "r", "r1", "outside its hours"), last_s=99.0)
    assert made.report(later, ongoing=True, now_s=20.0) is None
    last = made.report(later, ongoing=False, now_s=30.0)
    assert first is not None
    assert last is not None
    assert (last.sighting.id, last.sighting.verdict, last.sighting.last_s) == (seen.id, seen.verdict, 99.0)
    assert (last.ongoing, last.revision > first.revision) == (False, True)


def test_what_was_told_outlives_a_restart() -> None:
    made = reports()
    first = made.report(live().sighting, ongoing=True, now_s=10.0)
    assert first is not None
    again = Reports(lambda: "synced", lambda: "all", made.state())
    assert again.is_told(first.sighting.track_id)
    second = again.report(live().sighting, ongoing=True, now_s=10.0)
    assert second is not None
    assert second.revision == first.revision + 1


def test_metrics_are_what_prometheus_reads() -> None:
    page, histogram = Page(), Histogram((0.5, 1.0))
    for value in (0.2, 0.7, 3.0):
        histogram.add(value)
    page.add("up", "gauge", "Says.", [({"camera": 'a"b\\c\nd'}, 1), ({"camera": "e"}, 0.25)])
    page.add("none", "gauge", "Nothing.", [])
    page.histogram("wait_seconds", "Waits.", histogram)
    assert page.text().splitlines() == [
        "# HELP streetaudit_edge_up Says.",
        "# TYPE streetaudit_edge_up gauge",
        'streetaudit_edge_up{camera="a\\"b\\\\c\\nd"} 1',
        'streetaudit_edge_up{camera="e"} 0.25',
        "# HELP streetaudit_edge_wait_seconds Waits.",
        "# TYPE streetaudit_edge_wait_seconds histogram",
        'streetaudit_edge_wait_seconds_bucket{le="0.5"} 1',
        'streetaudit_edge_wait_seconds_bucket{le="1"} 2',
        'streetaudit_edge_wait_seconds_bucket{le="+Inf"} 3',
        "streetaudit_edge_wait_seconds_sum 3.9",
        "streetaudit_edge_wait_seconds_count 3",
    ]


def test_health_is_served_and_nothing_else() -> None:
    server = HealthServer("127.0.0.1:0", lambda path: (503, "text/plain", "no\n") if path == "/healthz" else None)
    try:
        for path, status in (("/healthz?x=1", 503), ("/other", 404)):
            with pytest.raises(urllib.error.HTTPError) as answer:
                urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=5.0)
            assert answer.value.code == status
            answer.value.close()
    finally:
        server.close()
    with pytest.raises(ConfigError, match="listen"):
        HealthServer("127.0.0.1:none", lambda _: None)
