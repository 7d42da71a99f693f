"""One thing in the world is one case, night after night: what the merging makes of simulated nights.

    .venv/bin/python benchmarks/nights.py --seeds 3 --nights 3
    .venv/bin/python benchmarks/nights.py --exact-gps

Videos are left out: detections and traces go through tracker, locator, rules and store as in `streetaudit batch
--detections`, only that no picture is decoded.
"""

from __future__ import annotations

import argparse
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import numpy as np

from streetaudit.assemble import Parts, open_parts, tracker_of
from streetaudit.conclude import Concluder
from streetaudit.config import load_config
from streetaudit.io.detections_file import read_detections
from streetaudit.io.traces.find import find_trace
from streetaudit.locate.place import Locator
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.detections import Detections
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Sighting
from streetaudit.structures.track import Track
from streetaudit_datasets.scoring import CaseReport, CaseScore, score_cases
from streetaudit_datasets.truth_files import read_truth
from streetaudit_datasets.world.simulate import VEHICLES, simulate


def look(
    folder: Path, name: str, parts: Parts, *, tracks: Tracks | None = None
) -> tuple[ClipRun, list[Sighting], dict[UUID, str]]:
    """The sightings of one drive, and the thing behind each."""
    stored = read_detections(folder / f"{name}.detections.csv")
    origin = _origins(folder, name)
    camera = parts.camera_of(Path(f"{name}.mp4"))
    vehicle = next(vehicle for vehicle, _ in VEHICLES if name.startswith(vehicle.eye.name))
    trace, _ = find_trace(folder / f"{name}.mp4", explicit=folder / f"{name}.gpx")
    started_at = start_of(name)
    line = pose_line(trace, clip_started_at=started_at) if trace else None
    if not isinstance(line, PoseLine):
        raise SystemExit(f"{name} has no trace: {line}")
    sha = hashlib.sha256((folder / f"{name}.detections.csv").read_bytes()).hexdigest()
    size = (vehicle.eye.width_px, vehicle.eye.height_px)
    conclude = Concluder(
        sha, f"{name}.mp4", camera.name, stored.sha256, size, started_at,
        locate=Locator(camera.to_camera(), line.at, max_error_m=parts.config.rules.max_error_m),
        judge=parts.rules.judge, keep=lambda _: None,
    )  # fmt: skip
    run = ClipRun(sha, sha, f"{name}.mp4", camera.name, stored.sha256, parts.rules.version, "complete", "", None, None,
                  started_at=started_at)  # fmt: skip
    seen, behind, looks = [], {}, _looks(folder, name)
    for track in (tracks or every_frame)(stored.by_frame, parts, vehicle.fps, name):
        sighting = conclude(track, ())
        if sighting is not None:
            votes = Counter(
                origin.get((o.frame_index, round(o.xyxy[0], 1), round(o.xyxy[1], 1)), "") for o in track.observations
            )
            thing = behind[sighting.id] = votes.most_common(1)[0][0]
            views = looks.get(thing)
            seen.append(sighting if views is None else replace(sighting, signature=views[track.track_id % len(views)]))
    return run, seen, behind


#: The tracks of one drive: by frame, parts, frames a second, name.
Tracks = Callable[[Mapping[int, Detections], Parts, float, str], list[Track]]


def every_frame(by_frame: Mapping[int, Detections], parts: Parts, fps: float, _name: str) -> list[Track]:
    """The tracks of a drive of which every frame is looked at."""
    tracker, ended = tracker_of(parts.config, None), []
    for index in range(max(by_frame, default=-1) + 1):
        ended += tracker.update(index, index / fps, by_frame.get(index, Detections.empty()))
    return ended + tracker.flush()


def _origins(folder: Path, name: str) -> dict[tuple[int, float, float], str]:
    things = (folder / f"{name}.origins.csv").read_text().splitlines()[1:]
    rows = [row.split(",") for row in (folder / f"{name}.detections.csv").read_text().splitlines()[1:]]
    return {
        (int(r[0]) - 1, round(float(np.float32(r[1])), 1), round(float(np.float32(r[2])), 1)): thing
        for r, thing in zip(rows, things, strict=True)
    }


def _looks(folder: Path, name: str) -> dict[str, list[bytes]]:
    """What views of each thing look like; what is no thing has no look."""
    looks: dict[str, list[bytes]] = {}
    for row in (folder / f"{name}.signatures.csv").read_text().splitlines()[1:]:
        thing, signature = row.split(",")
        looks.setdefault(thing, []).append(bytes.fromhex(signature))
    return looks


def start_of(name: str) -> datetime:
    """When a drive began."""
    night = int(name.rsplit("night", 1)[1])
    hour = next(hour for vehicle, hour in VEHICLES if name.startswith(vehicle.eye.name))
    return datetime(2026, 11, 2, tzinfo=UTC) + timedelta(days=night - 1, hours=hour - 8.0)


def commit(folder: Path, parts: Parts, *, prefix: str = "", tracks: Tracks | None = None) -> None:
    """Every drive of a folder into the store, in the order of time."""
    names = [path.stem for path in folder.glob(f"{prefix}*.gpx")]
    for name in sorted(names, key=start_of):
        run, seen, _ = look(folder, name, parts, tracks=tracks)
        began = time.process_time()
        done = parts.store.commit_clip(
            run, seen, assign=parts.merging.assign, describe=parts.desk.describe, place_cases=parts.merging.place_cases
        )
        took_ms = 1000.0 * (time.process_time() - began)
        print(
            f"  {name}: {len(seen)} sightings, {len(done.new_cases)} new cases, {len(done.again)} again,"
            f" {done.unchanged} unchanged, {took_ms:.0f} ms of CPU",
            flush=True,
        )


def measure(folder: Path, *, again: bool = False) -> CaseReport:
    """The score of a world's drives; `again` commits the last night once more and expects nothing new."""
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        commit(folder, parts)
        if again:
            commit(folder, parts)
        cases = list(parts.store.each_case())
    return score_cases(cases, read_truth(folder / "truth.json"))


def _print(name: str, score: CaseScore) -> None:
    median_m, p90_m, inside = score.median_m or 0.0, score.p90_m or 0.0, score.within_error or 0.0
    print(
        f"{name:12} asked {score.truths:4} recall {score.recall or 0.0:.3f} precision {score.precision or 0.0:.3f}"
        f" duplicates {score.duplicates / max(score.cases, 1):.3f} merges {score.merges / max(score.truths, 1):.3f}"
        f" median {median_m:.2f} m p90 {p90_m:.2f} m inside error_m {inside:.3f}",
        flush=True,
    )


def main() -> None:
    """Print one line for each seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--nights", type=int, default=3)
    parser.add_argument("--length-m", type=float, default=1500.0)
    parser.add_argument("--exact-gps", action="store_true")
    parser.add_argument("--again", action="store_true", help="commit everything twice: the second time opens nothing")
    parser.add_argument("--remarks", action="store_true", help="a line for each mistake")
    asked = parser.parse_args()
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        with tempfile.TemporaryDirectory() as made:
            folder = simulate(
                Path(made),
                seed=seed,
                nights=asked.nights,
                exact_gps=asked.exact_gps,
                length_m=asked.length_m,
                video=False,
            )
            found = measure(folder, again=asked.again)
        _print(f"seed {seed}", found.total)
        if asked.remarks:
            print("\n".join(f"  {mistake}" for mistake in found.mistakes))


if __name__ == "__main__":
    main()
