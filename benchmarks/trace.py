"""The smoothed trace against true poses (comma2k19, one minute of motorway) and against plain interpolation.

    python benchmarks/trace.py [--shared ../shared]

Truth is the reference pose of each video frame (tightly coupled INS, GNSS and vision). The receivers' own errors are
larger than what smoothing can mend, so both the absolute error and the error after the mean offset of the minute are
given: the second is what a line can be better or worse at.
"""

from __future__ import annotations

import argparse
import math
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.geo import WGS84_A_M, WGS84_E2, LocalFrame
from streetaudit.structures.trace import Fix, Pose, Trace

Floats = NDArray[np.float64]


def degrees_of(ecef_m: Floats) -> Floats:
    """(N, 2) latitude and longitude of earth-centred positions (Bowring's formula)."""
    x, y, z = ecef_m.T
    b = WGS84_A_M * math.sqrt(1.0 - WGS84_E2)
    p = np.hypot(x, y)
    angle = np.arctan2(z * WGS84_A_M, p * b)
    lat = np.arctan2(
        z + WGS84_E2 / (1.0 - WGS84_E2) * b * np.sin(angle) ** 3, p - WGS84_E2 * WGS84_A_M * np.cos(angle) ** 3
    )
    return np.asarray(np.degrees(np.stack([lat, np.arctan2(y, x)], axis=1)))


def courses_of(velocity: Floats, degrees: Floats) -> Floats:
    """(N,) degrees clockwise from north of earth-centred velocities."""
    lat, lon = np.radians(degrees).T
    east = -np.sin(lon) * velocity[:, 0] + np.cos(lon) * velocity[:, 1]
    flat = np.cos(lon) * velocity[:, 0] + np.sin(lon) * velocity[:, 1]
    north = np.cos(lat) * velocity[:, 2] - np.sin(lat) * flat
    return np.asarray(np.degrees(np.arctan2(east, north)))


def fixes_of(folder: Path, start_s: float, *, stated: bool, every: int = 1) -> tuple[Fix, ...]:
    """The fixes of one receiver, with or without the speed and course that it states."""
    times, values = np.load(folder / "t")[::every], np.load(folder / "value")[::every]
    return tuple(
        Fix(
            float(t - start_s),
            float(row[0]),
            float(row[1]),
            speed_mps=float(row[2]) if stated else None,
            heading_deg=float(row[5]) if stated else None,
        )
        for t, row in zip(times, values, strict=True)
    )


def naive(fixes: tuple[Fix, ...], frame: LocalFrame, times_s: Floats) -> tuple[Floats, Floats]:
    """Straight lines between fixes, and their directions."""
    own = np.array([fix.time_s for fix in fixes])
    places = np.array([frame.to_metres(fix.lat, fix.lon) for fix in fixes])
    at = np.stack([np.interp(times_s, own, axis) for axis in places.T], axis=1)
    leg = np.clip(np.searchsorted(own, times_s) - 1, 0, len(own) - 2)
    step = places[leg + 1] - places[leg]
    return at, np.asarray(np.degrees(np.arctan2(step[:, 0], step[:, 1])))


def smoothed(line: PoseLine, frame: LocalFrame, times_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Places, headings and the claimed (position, heading) errors."""
    poses = [pose for pose in map(line.at, times_s.tolist()) if isinstance(pose, Pose)]
    assert len(poses) == len(times_s)
    places = np.array([frame.to_metres(pose.lat, pose.lon) for pose in poses])
    claims = np.array([(pose.error_m, pose.heading_error_deg) for pose in poses])
    return places, np.array([pose.heading_deg for pose in poses]), claims


def spread(values: Floats) -> str:
    return f"{np.median(values):6.2f} {np.percentile(values, 90):6.2f}"


def row(name: str, places: Floats, headings: Floats, truth: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    miss = places - truth[0]
    turn = np.abs((headings - truth[1] + 180.0) % 360.0 - 180.0)
    away = np.hypot(*miss.T)
    shape = np.hypot(*(miss - miss.mean(axis=0)).T)
    print(f"{name:44s} {spread(away)} {spread(shape)} {spread(turn)}", end="")
    return away, turn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STREETAUDIT_SHARED", "../shared")))
    base = parser.parse_args().shared / "data/truth/comma2k19_segment40"
    poses = base / "global_pose"
    degrees = degrees_of(np.load(poses / "frame_positions"))
    courses = courses_of(np.load(poses / "frame_velocities"), degrees)
    start_s = float(np.load(poses / "frame_times")[0])
    times_s = np.load(poses / "frame_times") - start_s
    frame = LocalFrame(*degrees[0].tolist())
    places = np.array([frame.to_metres(*pair) for pair in degrees.tolist()])
    print(f"{'':44s} {'metres':>13s} {'less offset':>13s} {'heading deg':>13s}")
    for name, receiver, every in (
        ("u-blox 10 Hz", "live_gnss_ublox", 1),
        ("u-blox taken at 1 Hz", "live_gnss_ublox", 10),
        ("u-blox taken every 4 s", "live_gnss_ublox", 40),
        ("phone 0.5 Hz", "live_gnss_qcom", 1),
    ):
        folder = base / "processed_log/GNSS" / receiver
        bare = fixes_of(folder, start_s, stated=False, every=every)
        inside = (times_s >= bare[0].time_s) & (times_s <= bare[-1].time_s)
        truth = places[inside], courses[inside]
        row(f"{name}, straight lines", *naive(bare, frame, times_s[inside]), truth)
        print()
        for kind, fixes in (
            ("places only", bare),
            ("speed, course", fixes_of(folder, start_s, stated=True, every=every)),
        ):
            line = pose_line(Trace(fixes, clip_time=True), clip_started_at=None)
            assert isinstance(line, PoseLine), line
            at, headings, claims = smoothed(line, frame, times_s[inside])
            away, turn = row(f"{name}, smoothed, {kind}", at, headings, truth)
            print(f"  inside error_m {np.mean(away <= claims[:, 0]):.2f}, heading {np.mean(turn <= claims[:, 1]):.2f}")


if __name__ == "__main__":
    main()
