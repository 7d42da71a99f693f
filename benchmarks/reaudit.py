"""Seconds that new rules or cameras take on stored detections: python benchmarks/reaudit.py [--detections 100000].

Nights of the simulated world are kept as looks, as `streetaudit batch` keeps them, and audited; then the camera is
calibrated anew and everything is audited again, first as a trial (`reaudit --diff`), then for good.
"""

from __future__ import annotations

import argparse
import hashlib
import resource
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.clip import commit
from streetaudit.batch.difference import difference, trial
from streetaudit.batch.plan import plan_again
from streetaudit.batch.reaudit import reaudit
from streetaudit.batch.replay import replay
from streetaudit.config import Config, load_config
from streetaudit.io.detections_file import read_detections
from streetaudit.io.detections_parquet import ParquetWriter
from streetaudit.io.traces.find import find_trace
from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.detections import Detections
from streetaudit.structures.look import LookRecord
from streetaudit_datasets.world.simulate import VEHICLES, simulate


def keep(folder: Path, name: str, parts: Parts) -> tuple[str, int]:
    """The key of one drive's look, and its detections."""
    stored = read_detections(folder / f"{name}.detections.csv")
    vehicle, hour = next(one for one in VEHICLES if name.startswith(one[0].eye.name))
    night = int(name.rsplit("night", 1)[1])
    start = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(days=night - 1, hours=hour - 8.0)
    sha = hashlib.sha256((folder / f"{name}.detections.csv").read_bytes()).hexdigest()
    frames, eye = max(stored.by_frame) + 1, vehicle.eye
    facts = ClipFacts(
        folder / f"{name}.mp4", sha, eye.width_px, eye.height_px, 0, frames / vehicle.fps, frames, start, "h264"
    )
    trace, note = find_trace(facts.path, explicit=folder / f"{name}.gpx")
    record = LookRecord(
        "", sha[:16], "{}", stored.sha256, None, facts, DecodeRecord(frames, frames, 0.0, frames / vehicle.fps),
        Coverage(), trace, note,
    )  # fmt: skip
    writer = ParquetWriter()
    for index in range(frames):
        writer.add(index, index / vehicle.fps, stored.by_frame.get(index, Detections.empty()))
    work_key = plan_again(parts, record).work_key
    named = LookRecord(**{f: getattr(record, f) for f in LookRecord.__dataclass_fields__} | {"work_key": work_key})
    return parts.looks.put(named, writer), sum(len(seen) for seen in stored.by_frame.values())


def fill(folder: Path, detections: int) -> tuple[int, int]:
    """Nights until there are so many detections, kept and committed; how many clips and detections."""
    clips = total = 0
    with open_parts(load_config(folder / "streetaudit.toml"), inference=False) as parts:
        for path in sorted(folder.glob("*.gpx"), key=lambda path: path.stem.rsplit("night", 1)[1]):
            key, count = keep(folder, path.stem, parts)
            kept = parts.looks.get(key)
            assert kept is not None
            commit(parts, replay(parts, kept))
            clips, total = clips + 1, total + count
            if total >= detections:
                break
    return clips, total


def cpu_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def again(config: Config, name: str) -> None:
    with open_parts(config, inference=False) as parts:
        began, began_cpu_s = time.perf_counter(), cpu_s()
        before = parts.store.seen_cases()
        outcomes = list(reaudit(parts.store.current_runs(), parts))
        took_s = time.perf_counter() - began
        changes = difference(before, parts.store.seen_cases())
    assert all(outcome.is_sound for outcome in outcomes)
    print(f"{name}: {took_s:.1f} s, {cpu_s() - began_cpu_s:.1f} cpu-s; ", end="")
    counts = f"{len(changes.new)} new, {len(changes.lost)} lost, {len(changes.moved)} moved, {changes.kept} as before"
    print(counts, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--detections", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-drive", type=int, default=10_000, help="rough guess, for how many nights to simulate")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        nights = 1 + asked.detections // (2 * asked.per_drive)
        folder = simulate(Path(made), seed=asked.seed, nights=nights, video=False)
        clips, total = fill(folder, asked.detections)
        print(f"{total} detections of {clips} clips kept and audited", flush=True)
        path = folder / "streetaudit.toml"
        path.write_text(path.read_text().replace("pitch_deg = -4.0", "pitch_deg = -3.8"))
        path.write_text(path.read_text().replace("pitch_deg = -8.0", "pitch_deg = -7.8"))
        with trial(load_config(path)) as copy:
            again(copy, "as a trial")
        again(load_config(path), "for good")
        again(load_config(path), "once more, nothing to do")
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(f"largest process: {peak / 1024:.0f} MB")


if __name__ == "__main__":
    main()
