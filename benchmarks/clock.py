"""Clock offset between clip and trace: what comes back when the trace of a drive is shifted by known seconds.

    python benchmarks/clock.py SCENE [SCENE ...] [--shared ../shared]

SCENE is a folder that `streetaudit data synth` (or `make demo`) wrote: its drive is decoded and its flow metered. Then
every window of the clip is tried with the trace as it is: an offset that is called sure and is wrong would be the worst
that can happen. comma2k19 segment 40 comes without its video: there the speed and the steering angle of the vehicle's
own bus stand for the images.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np

from streetaudit.io.traces.find import find_trace
from streetaudit.io.video import open_clip
from streetaudit.locate.clock_offset import clock_offset
from streetaudit.locate.flow import Flow, FlowMeter
from streetaudit.locate.pose import PoseLine, pose_line
from streetaudit.structures.camera import Camera
from streetaudit.structures.trace import Fix, Trace

SHIFTS_S = (-7.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 7.0)
WINDOWS_S = (25.0, 30.0, 40.0, 60.0)
#: A steering wheel turns the course by so much of its angle for each metre driven (ratio 15, wheelbase 2.7 m).
STEERING_PER_M = 1.0 / (15.0 * 2.7)


def metered(scene: Path) -> tuple[Flow, Trace, datetime]:
    said = next(clip for clip in json.loads((scene / "truth.json").read_text())["clips"] if clip["kind"] == "vehicle")
    eye = said["camera"]
    camera = Camera(
        "drive",
        hfov_deg=eye["hfov_deg"],
        height_m=eye["height_m"],
        pitch_deg=eye["pitch_deg"],
        yaw_deg=eye["yaw_deg"],
    )
    clip, meter, spent_s, frames = scene / said["name"], FlowMeter(camera), 0.0, 0
    with open_clip(clip) as reader:
        for frame in reader:
            began = time.process_time()
            meter.look(frame.time_s, frame.image)
            spent_s += time.process_time() - began
            frames += 1
    print(f"{clip}: {len(meter.flow())} pairs, {1000.0 * spent_s / frames:.2f} cpu-ms a frame")
    trace, note = find_trace(clip, explicit=clip.with_suffix(".gpx"))
    if trace is None:
        raise SystemExit(note)
    return meter.flow(), trace, datetime.fromisoformat(said["start"])


def by_bus(folder: Path) -> tuple[Flow, Trace]:
    """Turn and speed as the vehicle's own bus has them, and the u-blox fixes at 1 Hz, on one clock."""
    can = folder / "processed_log/CAN"
    first_s = float(np.load(folder / "global_pose/frame_times")[0])
    times_s = np.arange(0.0, 59.0, 0.2)
    speed = np.interp(times_s, np.load(can / "speed/t") - first_s, np.load(can / "speed/value").ravel())
    steering = np.interp(
        times_s, np.load(can / "steering_angle/t") - first_s, np.load(can / "steering_angle/value").ravel()
    )
    fixes = folder / "processed_log/GNSS/live_gnss_ublox"
    rows = zip(np.load(fixes / "t")[::10] - first_s, np.load(fixes / "value")[::10], strict=True)
    trace = Trace(tuple(Fix(float(t), float(row[0]), float(row[1])) for t, row in rows), clip_time=True)
    return Flow(times_s, -np.radians(steering) * speed * STEERING_PER_M, speed), trace


def line_of(trace: Trace, started_at: datetime | None, shift_s: float) -> PoseLine:
    line = pose_line(trace, clip_started_at=started_at, clock_offset_s=-shift_s)
    if not isinstance(line, PoseLine):
        raise SystemExit(line.reason)
    return line


def shifted(flow: Flow, trace: Trace, started_at: datetime | None) -> None:
    print(f"{'shift s':>8s} {'found s':>8s} {'sd s':>6s}  explained  sure  mended")
    for shift_s in SHIFTS_S:
        found = clock_offset(flow, line_of(trace, started_at, shift_s))
        if found is None:
            print(f"{shift_s:8.1f}     none")
            continue
        told = f"{found.offset_s:8.2f} {found.sd_s:6.2f}  {found.explained:9.2f}  {found.is_sure!s:5s} {found.is_off}"
        print(f"{shift_s:8.1f} {told}")


def windows(flow: Flow, line: PoseLine) -> None:
    for length_s in WINDOWS_S:
        found = []
        for first_s in np.arange(flow.time_s[0], flow.time_s[-1] - length_s + 1.0, 5.0):
            rows = (flow.time_s >= first_s) & (flow.time_s < first_s + length_s)
            part = replace(flow, time_s=flow.time_s[rows], turn_radps=flow.turn_radps[rows], rush_hz=flow.rush_hz[rows])
            found.append(clock_offset(part, line))
        sure = [abs(one.offset_s) for one in found if one is not None and one.is_sure]
        wrong = sum(one is not None and one.is_off for one in found)
        print(
            f"windows of {length_s:.0f} s: {len(found)}, sure {len(sure)}, of them the worst"
            f" {max(sure, default=0.0):.2f} s off, wrongly mended {wrong}"
        )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", type=Path, nargs="*")
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("STREETAUDIT_SHARED", "../shared")))
    asked = parser.parse_args(argv)
    for scene in asked.scenes:
        flow, trace, started_at = metered(scene)
        shifted(flow, trace, started_at)
        windows(flow, line_of(trace, started_at, 0.0))
    flow, trace = by_bus(asked.shared / "data/truth/comma2k19_segment40")
    print("comma2k19 segment 40, the vehicle's bus in place of images")
    shifted(flow, trace, None)
    windows(flow, line_of(trace, None, 0.0))


if __name__ == "__main__":
    main()
