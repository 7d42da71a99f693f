"""Frames a second through the decoder's child, beside plain PyAV in this process.

    python benchmarks/decode.py [CLIP] [--rounds 5]

Without a clip, a 1920x1080 H.264 one of 20 s is made first. The rounds alternate, and the best of each is compared.
On a busy machine wall time says little (two processes wait for two free cores): look at processor time then.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one reading of a clip.

    Attributes:
        fps: Frames a second of wall time.
        here_ms: Processor time a frame in this process.
        child_ms: Processor time a frame in its children.
    """

    fps: float
    here_ms: float
    child_ms: float


def cost_of(job: Callable[[], int]) -> Cost:
    started, here_s, child_s = time.perf_counter(), _cpu_s(resource.RUSAGE_SELF), _cpu_s(resource.RUSAGE_CHILDREN)
    frames = job()
    took_s = time.perf_counter() - started
    here_ms = (_cpu_s(resource.RUSAGE_SELF) - here_s) / frames * 1000.0
    return Cost(frames / took_s, here_ms, (_cpu_s(resource.RUSAGE_CHILDREN) - child_s) / frames * 1000.0)


def _cpu_s(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def best_costs(jobs: dict[str, Callable[[], int]], rounds: int) -> dict[str, Cost]:
    costs: dict[str, list[Cost]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            costs[name].append(cost_of(job))
    return {
        name: Cost(max(c.fps for c in all_), min(c.here_ms for c in all_), min(c.child_ms for c in all_))
        for name, all_ in costs.items()
    }


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
        best = best_costs(jobs, given.rounds)
    plain = best["plain PyAV, SLICE"]
    for name, cost in best.items():
        print(
            f"{name:20s} {cost.fps:7.1f} frames/s ({cost.fps / plain.fps:4.2f} of plain SLICE), processor a frame: "
            f"{cost.here_ms:5.2f} ms here, {cost.child_ms:5.2f} ms in the child"
        )
    print(f"decoder alone, by processor time: {plain.here_ms / best['child (open_clip)'].child_ms:4.2f} of plain SLICE")


if __name__ == "__main__":
    main()
