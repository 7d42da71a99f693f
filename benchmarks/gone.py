"""What is gone and what came back: the states of cases after simulated nights, and what coverage costs.

    .venv/bin/python benchmarks/gone.py --seeds 3 --nights 5
    .venv/bin/python benchmarks/gone.py --order mixed

Videos are left out, as in benchmarks/nights.py.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from nights import look

from streetaudit.assemble import Parts, open_parts
from streetaudit.config import load_config
from streetaudit.io.detections_file import read_detections
from streetaudit.io.traces.find import find_trace
from streetaudit.locate.light import unknown_light
from streetaudit.locate.place import Locator
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.locate.watch import GroundWatch
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.ground import Ground
from streetaudit_datasets.world.fates import FateScore, read_lives, score_fates
from streetaudit_datasets.world.simulate import VEHICLES, simulate

FIRST_DAY = datetime(2026, 11, 2, tzinfo=UTC)


def ground_of(folder: Path, name: str, parts: Parts, started_at: datetime) -> tuple[Ground | None, float]:
    """The looks of one drive, and the milliseconds of CPU that each frame took."""
    vehicle = next(vehicle for vehicle, _ in VEHICLES if name.startswith(vehicle.eye.name))
    trace, _ = find_trace(folder / f"{name}.mp4", explicit=folder / f"{name}.gpx")
    line = pose_line(trace, clip_started_at=started_at) if trace else None
    if not isinstance(line, PoseLine):
        raise SystemExit(f"{name} has no trace: {line}")
    by_frame = read_detections(folder / f"{name}.detections.csv").by_frame
    blank = np.zeros((0, 0, 3), np.uint8)
    frames = [Frame(index, index / vehicle.fps, blank) for index in range(max(by_frame) + 1)]
    locator = Locator(parts.camera_of(Path(f"{name}.mp4")).to_camera(), line.at)
    size = (vehicle.eye.width_px, vehicle.eye.height_px)
    watch = GroundWatch(locator, line.at, size, unknown_light)
    began = time.process_time()
    for frame in frames:
        watch.see(frame, by_frame.get(frame.index, Detections.empty()))
    return watch.ground(), 1000.0 * (time.process_time() - began) / len(frames)


def measure(folder: Path, order: str, seed: int) -> tuple[FateScore, FateScore]:
    """The score of a world's drives, of all things and of those alone, committed in some order, the last one twice."""
    names = sorted((path.stem for path in folder.glob("*.gpx")), key=lambda name: (name[-2:], -ord(name[0])))
    if order == "camera":
        names.sort()
    elif order == "mixed":
        random.Random(seed).shuffle(names)
    spent: list[float] = []
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        for name in [*names, names[-1]]:
            run, seen, _ = look(folder, name, parts)
            ground, frame_ms = ground_of(folder, name, parts, run.started_at or FIRST_DAY)
            merging = parts.merging
            began = time.process_time()
            done = parts.store.commit_clip(
                replace(run, ground=ground), seen, assign=merging.assign, describe=parts.desk.describe,
                place_cases=merging.place_cases, absence=parts.absence,
            )  # fmt: skip
            spent.append(time.process_time() - began)
            print(f"  {name}: {len(done.new_cases)} new, {len(done.again)} again, {len(done.gone)} gone,"
                  f" coverage {frame_ms:.3f} ms a frame, commit {1000 * spent[-1]:.0f} ms", flush=True)  # fmt: skip
        cases = list(parts.store.each_case())
    lives = read_lives(folder / "truth.json")
    return score_fates(cases, lives, first_day=FIRST_DAY), score_fates(
        cases, [life for life in lives if life.alone], first_day=FIRST_DAY
    )


def size_of(folder: Path) -> str:
    """How much room the looks take."""
    with sqlite3.connect(folder / "cases.sqlite3") as db:
        clips, size = db.execute("SELECT count(*), sum(length(looks)) FROM grounds").fetchone()
    db.close()
    return f"{clips} clips, {size / clips / 1000:.1f} kB of looks a clip"


def main() -> None:
    """Print one line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--nights", type=int, default=5)
    parser.add_argument("--length-m", type=float, default=1500.0)
    parser.add_argument("--order", choices=("time", "camera", "mixed"), default="time")
    parser.add_argument("--remarks", action="store_true", help="a line for each mistake")
    asked = parser.parse_args()
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        with tempfile.TemporaryDirectory() as made:
            folder = simulate(Path(made), seed=seed, nights=asked.nights, length_m=asked.length_m, video=False)
            score, alone = measure(folder, asked.order, seed)
            for name, part in ((f"seed {seed}", score), ("  alone", alone)):
                print(f"{name}: right {part.right:.3f}, there {part.there}, gone {part.gone},"
                      f" unseen {part.unseen}, back {part.back}", flush=True)  # fmt: skip
            print(f"  {size_of(folder)}", flush=True)
        if asked.remarks:
            print("\n".join(f"  {remark}" for remark in score.remarks))


if __name__ == "__main__":
    main()
