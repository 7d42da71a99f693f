from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from scene import CONFIG, ORIGIN, START, Thing, write_config, write_drive
from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.batch.replay import replay
from streetaudit.batch.sampling import DistanceSampling
from streetaudit.config import load_config
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.trace import Fix, Trace
from streetaudit.structures.track import Observation

FPS = 10


def line(*speeds_mps: float) -> PoseLine:
    """North for ten seconds at each of these speeds."""
    fixes, north = [], 0.0
    for second in range(10 * len(speeds_mps) + 1):
        fixes.append(Fix(float(second), *ORIGIN.to_degrees(0.0, north), at=START + timedelta(seconds=second)))
        north += speeds_mps[min(second // 10, len(speeds_mps) - 1)]
    found = pose_line(Trace(tuple(fixes), clip_time=True), clip_started_at=START)
    assert isinstance(found, PoseLine)
    return found


def looks(sampling: DistanceSampling, seconds: int) -> list[float]:
    frames = (Frame(i, i / FPS, np.zeros((0, 0, 3), np.uint8)) for i in range(seconds * FPS))
    return [frame.time_s for frame in sampling.chosen(frames)]


def test_a_look_comes_every_so_many_metres_whatever_the_speed() -> None:
    sampling = DistanceSampling(line(5.0, 10.0), 2.0)
    times = looks(sampling, 20)
    slow, fast = [t for t in times if 1 < t < 9], [t for t in times if 11 < t < 19]
    assert np.diff(slow).mean() == pytest.approx(0.4, abs=0.05)
    assert np.diff(fast).mean() == pytest.approx(0.2, abs=0.03)
    assert len(times) + sum(sampling.skipped.values()) == 200


def test_standing_is_looked_at_a_few_times_and_then_left() -> None:
    sampling = DistanceSampling(line(5.0, 0.0, 0.0, 5.0), 2.0)
    times = looks(sampling, 40)
    assert len([t for t in times if 12 < t < 28]) <= 3
    assert len([t for t in times if 32 < t < 39]) > 10
    assert sampling.skipped["standing"] > 100


def test_what_is_new_in_view_is_looked_at_more_often() -> None:
    sampling = DistanceSampling(line(5.0), 2.0)
    something = Detections(np.array([[0, 0, 9, 9]], np.float32), np.array([0.9], np.float32), np.zeros(1, np.int32))
    sampling.saw(something, ())
    assert np.diff([t for t in looks(sampling, 9) if t > 1]).mean() == pytest.approx(0.1, abs=0.01)
    known = (7, Observation(0, 0.0, (0.0, 0.0, 9.0, 9.0), 0.9, 0))
    for _ in range(12):
        sampling.saw(something, (known,))
    sampling._last_s = None
    assert np.diff([t for t in looks(sampling, 9) if t > 1]).mean() == pytest.approx(0.4, abs=0.05)


THINGS = (Thing("litter", 3.0, 30.0), Thing("overflowing_bin", 3.2, 22.0, 1.0))


def audited(folder: Path, config: str) -> ClipOutcome:
    write_config(folder, config)
    clip = write_drive(folder, THINGS)
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        outcome = audit_clip(clip, parts, detections=clip.with_name("drive.detections.csv"))
        assert outcome.run is not None
        kept = parts.looks.get(outcome.run.look)
        assert kept is not None
        assert replay(parts, kept).run == outcome.run
    return outcome


def test_a_sampled_clip_opens_the_same_cases_and_accounts_for_every_frame(tmp_path: Path) -> None:
    (tmp_path / "all").mkdir()
    (tmp_path / "some").mkdir()
    whole = audited(tmp_path / "all", CONFIG)
    sampled = audited(tmp_path / "some", CONFIG + "[sampling]\nevery_m = 3.0\n")
    assert whole.run is not None
    assert sampled.run is not None
    assert whole.committed is not None
    assert sampled.committed is not None
    assert len(sampled.committed.new_cases) == len(whole.committed.new_cases) == 2
    coverage = sampled.run.coverage
    assert coverage.looked_at < whole.run.coverage.looked_at
    assert coverage.looked_at + coverage.skipped["sampling"] == 50
    assert sampled.status == "complete"
