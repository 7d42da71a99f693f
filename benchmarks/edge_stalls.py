"""A camera that stalls again and again: how soon it is seen, how soon it is taken up again, what is left behind.

    PYTHONPATH=pipeline:tests python -P benchmarks/edge_stalls.py [CYCLES] [--shipped]

Every cycle the RTSP server does one thing wrong (sends nothing, sends noise, cuts the connection, takes connections and
says nothing, or the decoder is stopped by SIGSTOP) until that is seen, then right again. With --shipped the gateway's
own limits (8 s) are used; without it a quarter of them, so that many cycles fit into minutes.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bad_footage.children import children
from edge.rtsp import coded, served
from streetaudit.io.camera_health import Playing
from streetaudit.io.live_address import live_address
from streetaudit.io.live_camera import LiveCamera
from streetaudit.io.live_limits import LiveLimits
from streetaudit.structures.frame import Frame

KINDS = ("stall", "garbage", "reset", "mute", "SIGSTOP")


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def waited(holds: Callable[[], bool]) -> float:
    began_s = time.monotonic()
    while not holds():
        if time.monotonic() - began_s > 60.0:
            return float("inf")
        time.sleep(0.01)
    return time.monotonic() - began_s


def main() -> None:
    cycles = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    quick = LiveLimits(silent_s=2.0, frameless_s=2.5, open_s=1.0, read_s=1.0)
    limits = LiveLimits() if "--shipped" in sys.argv else quick
    seen: dict[str, list[float]] = {kind: [] for kind in KINDS}
    back: dict[str, list[float]] = {kind: [] for kind in KINDS}
    frames: list[float] = []

    def deliver(frame: Frame) -> None:
        frames.append(frame.time_s)

    with served(coded((160, 120))) as server:
        camera = LiveCamera(live_address(server.url, Path("/")), deliver, playing=Playing(0.0), limits=limits)
        camera.start()
        waited(lambda: bool(frames))
        descriptors = open_files()
        for cycle in range(cycles):
            kind = KINDS[cycle % len(KINDS)]
            if kind == "SIGSTOP" and camera.child_pid is not None:
                os.kill(camera.child_pid, signal.SIGSTOP)
            elif kind == "mute":
                server.faults.mute = server.faults.reset = True
                time.sleep(0.3)
                server.faults.reset = False
            else:
                setattr(server.faults, kind, True)
            seen[kind].append(waited(lambda: camera.health.state != "live"))
            for name in ("stall", "garbage", "reset", "mute"):
                setattr(server.faults, name, False)
            before = len(frames)
            back[kind].append(waited(lambda before=before: len(frames) > before))  # type: ignore[misc] # bound now
        left = open_files() - descriptors
        alive = len(children())
        health, stopped = camera.health, camera.stop()
        print(f"{cycles} cycles, {health.starts} decoders, {health.kills} killed; stopped: {stopped}, ", end="")
        print(f"{len(children())} children left ({alive} before the stop), {left:+d} descriptors")
    for kind in KINDS:
        if seen[kind]:
            print(f"{kind:8} seen after {np.median(seen[kind]):.1f} s (most {max(seen[kind]):.1f}), ", end="")
            print(f"first frame {np.median(back[kind]):.1f} s after its return (most {max(back[kind]):.1f})")


if __name__ == "__main__":
    main()
