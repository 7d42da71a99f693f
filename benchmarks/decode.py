"""Frames a second through the decoder's child, beside plain PyAV in this process.

    python benchmarks/decode.py [CLIP] [--rounds 5]

Without a clip, a 1920x1080 H.264 one of 20 s is made first. The rounds alternate, and the best of each is compared, so
that a busy machine slows both alike.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np

from streetaudit.io.video import open_clip


def in_process(clip: Path, thread_type: str) -> int:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        stream.thread_type = thread_type
        stream.codec_context.thread_count = 2
        return sum(image.to_ndarray(format="rgb24").shape[2] == 3 for image in container.decode(stream))


def in_child(clip: Path) -> int:
    with open_clip(clip) as reader:
        return sum(frame.image.shape[2] == 3 for frame in reader)


def write_street(path: Path, *, seconds: int = 20, size: tuple[int, int] = (1920, 1080)) -> None:
    """A panning texture with grain: about as hard to decode as a real street at 8 Mbit/s."""
    width, height = size
    rng = np.random.default_rng(7)
    wide = np.repeat(np.repeat(rng.integers(0, 255, (height // 8, width // 4, 3), np.uint8), 8, 0), 8, 1)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=30, options={"preset": "veryfast", "b": "8M"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for i in range(seconds * 30):
            image = np.ascontiguousarray(wide[:, 2 * i % width : 2 * i % width + width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        container.mux(stream.encode())


def best_fps(jobs: dict[str, Callable[[], int]], rounds: int) -> dict[str, float]:
    best = dict.fromkeys(jobs, 0.0)
    for _ in range(rounds):
        for name, job in jobs.items():
            started = time.perf_counter()
            frames = job()
            best[name] = max(best[name], frames / (time.perf_counter() - started))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        clip = given.clip or Path(folder) / "street.mp4"
        if given.clip is None:
            write_street(clip)
        jobs: dict[str, Callable[[], int]] = {
            "plain PyAV, SLICE": lambda: in_process(clip, "SLICE"),
            "plain PyAV, AUTO": lambda: in_process(clip, "AUTO"),
            "child (open_clip)": lambda: in_child(clip),
        }
        best = best_fps(jobs, given.rounds)
    for name, fps in best.items():
        print(f"{name:20s} {fps:7.1f} frames/s  {fps / best['plain PyAV, SLICE']:5.2f} of plain SLICE")


if __name__ == "__main__":
    main()
