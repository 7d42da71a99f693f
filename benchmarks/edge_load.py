"""Many cameras on one box: from frame to stored report, and who was looked at how often.

    PYTHONPATH=pipeline python -P benchmarks/edge_load.py CLIP [CAMERAS] [SECONDS] [--motion]

Every camera plays CLIP (640x360 at 5 frames a second is what a street camera's second stream sends) in real time, in
a decoder of its own, through the gateway's own code: detector in turn, tracker, rules, pictures, outbox, own store.
With --motion no picture counts as still: every camera asks for every frame.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from streetaudit.assemble import open_parts
from streetaudit.config import load_config
from streetaudit.edge import pace
from streetaudit.edge.beat import camera_document
from streetaudit.edge.gateway import Gateway

CONFIG = """
[store]
url = "sqlite:///cases.sqlite3"
[detector]
threads = 1
[edge]
max_fps = 5.0
detectors = 2
listen = ""
"""
CAMERA = """
[[camera]]
name = "c{number}"
kind = "fixed"
source = "{clip}"
[[camera.zones]]
kind = "no_parking"
polygon = [[0, 0], [1, 0], [1, 1], [0, 1]]
"""


def rss_mb() -> float:
    words = Path("/proc/self/status").read_text().split("VmRSS:")[1].split()
    return int(words[0]) / 1024.0


def main() -> None:
    clip, cameras, seconds = Path(sys.argv[1]).resolve(), int(sys.argv[2]), float(sys.argv[3])
    if "--motion" in sys.argv:
        pace._MOTION = -1.0  # noqa: SLF001 - every picture moves
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "streetaudit.toml"
        path.write_text(CONFIG + "".join(CAMERA.format(number=n, clip=clip) for n in range(cameras)))
        with open_parts(load_config(path)) as parts, Gateway(parts) as gateway:
            gateway.start()
            time.sleep(seconds)
            cpu_s, now_s = time.process_time(), parts.clock.monotonic_s()
            documents = [camera_document(camera, now_s) for camera in gateway.cameras]
            latency, memory = gateway.latency, rss_mb()
    looked = sorted(one.looked_at / seconds for one in documents)
    skipped: dict[str, int] = {}
    for one in documents:
        for reason, count in one.skipped.items():
            skipped[reason] = skipped.get(reason, 0) + count
    frames, seen = sum(one.frames for one in documents), sum(one.looked_at for one in documents)
    print(f"{cameras} cameras, {seconds:g} s: {frames} pictures = {seen} looked at + {skipped} ", end="")
    print(f"+ {frames - seen - sum(skipped.values())} on their way")
    print(f"looks a second and camera: least {looked[0]:.2f}, median {looked[len(looked) // 2]:.2f}")
    print(f"from frame to stored report: {latency.number} reports, mean {latency.total / max(1, latency.number):.3f} s")
    print("within s: " + ", ".join(f"{e:g}: {c}" for e, c in zip(latency.ends, latency.counts, strict=True)))
    print(f"memory without decoders {memory:.0f} MB, processor {cpu_s:.1f} s in this process")


if __name__ == "__main__":
    main()
