from collections.abc import Callable

import numpy as np
import pytest

from streetaudit.locate.standing import standing
from streetaudit.structures.motion import Kind
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Observation, Track

IMAGE = (1280, 720)
SIZE = np.array([120.0, 70.0])
Path = Callable[[float], tuple[float, float] | None]


def track(path: Path, until_s: float, *, from_s: float = 0.0, jitter: float = 0.03, hidden: float = 0.0) -> Track:
    """Ten boxes a second whose middle is at `path`, None where unseen; for a second in five the left is hidden."""
    rng, seen = np.random.default_rng(3), []
    for index in range(round(from_s * 10), round(until_s * 10)):
        now = index / 10
        middle = path(now)
        if middle is None:
            continue
        low, high = np.array(middle) - SIZE / 2, np.array(middle) + SIZE / 2
        if hidden and now % 5.0 > 4.0:
            low[0] += hidden * SIZE[0]
        box = np.concatenate([low, high]) + rng.normal(0, jitter * 70.0, 4)
        box = np.clip(box, 0.0, [1279.0, 719.0, 1279.0, 719.0])
        x1, y1, x2, y2 = box.tolist()
        seen.append(Observation(index, now, (x1, y1, x2, y2), 0.9, CLASSES.index("vehicle")))
    return Track(1, tuple(seen))


def parked(_: float) -> tuple[float, float]:
    return 600.0, 400.0


def drives_in(now: float) -> tuple[float, float]:
    return 100.0 + 100.0 * min(now, 5.0), 300.0 + 20.0 * min(now, 5.0)


def waits(now: float) -> tuple[float, float]:
    return 100.0 + 100.0 * (min(now, 4.0) + max(now - 10.0, 0.0)), 400.0


def away_for_ten(now: float) -> tuple[float, float] | None:
    return None if 12.0 < now < 22.0 else (600.0, 400.0)


@pytest.mark.parametrize(
    ("seen", "kind", "since_s", "dwell_s"),
    [
        pytest.param(track(parked, 30.0), "stationary", 0.0, 30.0, id="parked"),
        pytest.param(track(parked, 30.0, jitter=0.08), "stationary", 0.0, 30.0, id="parked-and-badly-boxed"),
        pytest.param(track(drives_in, 30.0), "stationary", 5.0, 25.0, id="drives-in-and-stands"),
        pytest.param(track(waits, 16.0), "stationary", 4.0, 6.0, id="waits-and-drives-on"),
        pytest.param(track(lambda t: (50.0 + 90.0 * t, 400.0), 12.0), "moving", None, 0.5, id="drives-by"),
        pytest.param(track(lambda t: (500.0 + 9.0 * t, 400.0), 40.0), "stationary", None, 3.5, id="creeps"),
        pytest.param(track(away_for_ten, 40.0), "stationary", 0.0, 40.0, id="a-bus-before-it-for-ten-seconds"),
        pytest.param(track(parked, 40.0, hidden=0.5), "stationary", 0.0, 40.0, id="half-hidden-now-and-then"),
        pytest.param(track(parked, 2.0), "unknown", None, 2.0, id="seen-too-shortly"),
    ],
)
def test_a_mast_tells_by_the_box_since_when_it_stands(
    seen: Track, kind: Kind, since_s: float | None, dwell_s: float
) -> None:
    motion = standing(seen, IMAGE)
    if since_s is not None:
        assert motion.first_s == pytest.approx(since_s, abs=0.8)
    assert motion.kind == kind
    assert motion.dwell_s == pytest.approx(dwell_s, abs=1.3)


def test_an_edge_of_the_image_holds_nothing_still() -> None:
    def passes(now: float) -> tuple[float, float]:
        return 640.0 - 40.0 * now, 700.0  # its foot is below the image all the time

    assert standing(track(passes, 12.0), IMAGE).kind == "moving"
