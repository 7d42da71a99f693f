"""Places, radii and standing or moving on the drive of a rendered scene, from its true boxes.

    python benchmarks/drive_places.py SCENE [SCENE ...]

SCENE is a folder that `streetaudit data synth` (or `make demo`) wrote. Boxes that show less than a third of their thing
are left out, those apart by more than a second are different tracks; no tracker stands between.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from streetaudit.io.traces.find import find_trace
from streetaudit.locate.place import Locator, Look
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import distance_m
from streetaudit.structures.place import Place
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.track import Observation, Track

FEWEST_FRAMES = 8
LEAST_SEEN = 1.0 / 3.0
LONGEST_PAUSE_S = 1.0
BANDS_M = ((0.0, 15.0), (15.0, 30.0), (30.0, 80.0))


@dataclass(frozen=True, slots=True)
class Seen:
    """One track of one thing, what was made of it, and from how near it was seen."""

    kind: str
    moving: bool
    look: Look
    miss_m: float
    nearest_m: float


def tracks_of(rows: list[list[float]], kind: str, fps: float) -> Iterator[Track]:
    part: list[Observation] = []
    for row in rows:
        if len(row) > 5 and row[5] < LEAST_SEEN:
            continue
        x1, y1, x2, y2 = map(float, row[1:5])
        seen = Observation(int(row[0]) - 1, (row[0] - 1) / fps, (x1, y1, x2, y2), 1.0, CLASSES.index(kind))
        if part and seen.time_s - part[-1].time_s > LONGEST_PAUSE_S:
            yield Track(1, tuple(part))
            part = []
        part.append(seen)
    if part:
        yield Track(1, tuple(part))


def look_at(scene: Path) -> tuple[list[Seen], float]:
    """Every track seen long enough, and the processor time of placing them, milliseconds a frame."""
    truth = json.loads((scene / "truth.json").read_text())
    clip = next(clip for clip in truth["clips"] if clip["kind"] == "vehicle")
    eye = clip["camera"]
    keys = ("hfov_deg", "height_m", "pitch_deg", "yaw_deg")
    camera = Camera("drive", **{key: eye[key] for key in keys})
    trace, note = find_trace(scene / clip["name"], explicit=(scene / clip["name"]).with_suffix(".gpx"))
    line = pose_line(trace, clip_started_at=datetime.fromisoformat(clip["start"])) if trace else None
    if not isinstance(line, PoseLine):
        raise SystemExit(f"{scene}: {note} {line}")
    way = np.array([(row[1], row[2]) for row in clip["path"]])
    locate, seen, spent_s = Locator(camera, line.at), [], 0.0
    for thing in truth["objects"]:
        for track in tracks_of(thing["clips"].get(clip["name"], []), thing["class"], clip["fps"]):
            if len(track.observations) < FEWEST_FRAMES:
                continue
            began = time.process_time()
            look = locate.look(track, (eye["width_px"], eye["height_px"]))
            spent_s += time.process_time() - began
            seen.append(judged(thing, track, look, way=way))
    return seen, 1000.0 * spent_s / clip["frames"]


def judged(thing: dict[str, Any], track: Track, look: Look, *, way: np.ndarray[Any, np.dtype[np.float64]]) -> Seen:
    place, miss_m = look.place, math.nan
    if isinstance(place, Place) and not thing["moving"]:
        miss_m = distance_m(place.lat, place.lon, thing["lat"], thing["lon"])
    if thing["moving"]:  # its place in the truth is of one moment
        return Seen(thing["class"], True, look, miss_m, math.nan)
    tenths = np.unique(np.clip([int(o.time_s * 10) for o in track.observations], 0, len(way) - 1))
    nearest_m = min(distance_m(lat, lon, thing["lat"], thing["lon"]) for lat, lon in way[tenths].tolist())
    return Seen(thing["class"], False, look, miss_m, nearest_m)


def report(seen: list[Seen]) -> None:
    for low, high in BANDS_M:
        band = [(s.miss_m, s.look.place.error_m) for s in seen if isinstance(s.look.place, Place)
                and not s.moving and low <= s.nearest_m < high]  # fmt: skip
        if band:
            miss, radius = np.array(band).T
            inside = float(np.mean(miss <= radius))
            print(
                f"  placed, nearest {low:.0f}-{high:.0f} m: {len(miss)}, median {np.median(miss):.2f} m, p90"
                f" {np.percentile(miss, 90):.2f}, radius {np.median(radius):.2f}, inside {inside:.3f}"
            )
    for far in (False, True):
        cars = [s for s in seen if s.kind == "vehicle" and (s.nearest_m >= BANDS_M[-1][1]) == far]
        counted = Counter(f"{'driving' if s.moving else 'parked'} called {s.look.motion.kind}" for s in cars)
        print(f"  cars {'never nearer than' if far else 'nearer than'} 80 m:", dict(counted))
    print("  refused:", dict(Counter(s.look.place.reason.split(",")[-1].strip() for s in seen
                                     if not isinstance(s.look.place, Place))))  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, nargs="+")
    for scene in parser.parse_args().scenes:
        seen, frame_ms = look_at(scene)
        print(f"{scene.name}: {len(seen)} tracks of {FEWEST_FRAMES} frames or more, {frame_ms:.2f} cpu-ms a frame")
        report(seen)


if __name__ == "__main__":
    main()
