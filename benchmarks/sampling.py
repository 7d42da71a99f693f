"""What looking only every few metres costs: cases and places against every frame, on simulated drives.

    python benchmarks/sampling.py [--seeds 3] [--every-m 2 3]

Detections and traces of the simulated world go through sampling, tracker, locator, rules and store; no picture is
decoded. The tracker follows things by where they will be in the image as the camera moves, and once, for comparison,
by their motion in the image alone.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from nights import commit, start_of

from streetaudit.assemble import Parts, open_parts, tracker_of
from streetaudit.batch.sampling import DistanceSampling
from streetaudit.config import load_config, with_changes
from streetaudit.io.traces.find import find_trace
from streetaudit.locate.foresee import Foresight
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.track import Track
from streetaudit_datasets.scoring import score_cases
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.world.simulate import VEHICLES, simulate

_NO_IMAGE = np.zeros((0, 0, 3), np.uint8)


class Sampled:
    """The tracks of a drive of which only some frames are looked at; counts them."""

    def __init__(self, folder: Path, every_m: float, *, foresees: bool) -> None:
        self.folder, self.every_m, self.foresees = folder, every_m, foresees
        self.looked = self.frames = 0
        self.seconds = 0.0

    def __call__(self, by_frame: Mapping[int, Detections], parts: Parts, fps: float, name: str) -> list[Track]:
        """The tracks of one drive."""
        vehicle = next(vehicle for vehicle, _ in VEHICLES if name.startswith(vehicle.eye.name))
        trace, _ = find_trace(self.folder / f"{name}.mp4", explicit=self.folder / f"{name}.gpx")
        assert trace is not None
        line = pose_line(trace, clip_started_at=start_of(name))
        assert isinstance(line, PoseLine)
        camera, size = parts.camera_of(Path(f"{name}.mp4")).to_camera(), (vehicle.eye.width_px, vehicle.eye.height_px)
        foresee = Foresight(camera, line.at, size) if self.foresees and self.every_m else None
        tracker, ended = tracker_of(parts.config, None, foresee=foresee), list[Track]()
        last = max(by_frame, default=-1)
        sampling = DistanceSampling(line, self.every_m)
        frames = (Frame(i, i / fps, _NO_IMAGE) for i in range(last + 1))
        for frame in sampling.chosen(frames) if self.every_m else frames:
            self.looked += 1
            seen = by_frame.get(frame.index, Detections.empty())
            ended += tracker.update(frame.index, frame.time_s, seen)
            sampling.saw(seen, tracker.current())
        self.frames, self.seconds = self.frames + last + 1, self.seconds + last / fps
        return ended + tracker.flush()


def measure(folder: Path, every_m: float, *, foresees: bool) -> str:
    """One line: share of frames, and the score of the cases."""
    sampled = Sampled(folder, every_m, foresees=foresees)
    config = load_config(folder / "streetaudit.toml")
    with tempfile.TemporaryDirectory() as home:
        config = with_changes(config, "store", url=f"sqlite:///{home}/cases.sqlite3")
        with open_parts(config, inference=False) as parts:
            commit(folder, parts, tracks=sampled)
            cases = list(parts.store.each_case())
    score = score_cases(cases, read_truth(folder / "truth.json")).total
    fps = sampled.looked / sampled.seconds
    return (
        f"{fps:5.2f} looks a second; {score.truths} asked, recall {score.recall or 0:.3f} precision "
        f"{score.precision or 0:.3f} median {score.median_m or 0:.2f} m p90 {score.p90_m or 0:.2f} m"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--length-m", type=float, default=1500.0)
    parser.add_argument("--every-m", type=float, nargs="+", default=[2.0, 3.0])
    asked = parser.parse_args()
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        with tempfile.TemporaryDirectory() as made:
            folder = simulate(Path(made), seed=seed, nights=1, length_m=asked.length_m, video=False)
            print(f"seed {seed}, {'every frame:':25} {measure(folder, 0.0, foresees=False)}", flush=True)
            for every_m in asked.every_m:
                print(
                    f"seed {seed}, every {every_m:g} m:              {measure(folder, every_m, foresees=True)}",
                    flush=True,
                )
                print(
                    f"seed {seed}, every {every_m:g} m, image alone: {measure(folder, every_m, foresees=False)}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
