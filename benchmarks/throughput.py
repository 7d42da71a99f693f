"""How near a batch comes to what the machine can do: python benchmarks/throughput.py [--clips 4] [--seconds 10].

Every frame of 1080p H.264 clips, shipped model, ONNX Runtime. The bound is cores / (processor seconds of decoding alone
plus those of detecting alone, a frame), measured in the same run. On a machine that others use too, compare processor
seconds, not frames a second.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import av
import numpy as np

from streetaudit.assemble import detector_of, open_parts
from streetaudit.config import Config, with_changes
from streetaudit.io.processes import available_cores
from streetaudit.io.video import open_clip

WIDTH, HEIGHT, FPS = 1920, 1080, 30


def cpu_s() -> float:
    """Processor seconds of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def write_clip(path: Path, frames: int, seed: int) -> None:
    """A picture with detail at every scale that slides by."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for size in (8, 40, 120):
        coarse = rng.integers(0, 60, (HEIGHT // size, WIDTH // size, 3), np.uint8)
        picture += np.kron(coarse, np.ones((size, size, 1), np.uint8))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "24"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(frames):
            image = np.ascontiguousarray(np.roll(picture, index * 5, axis=1))
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())


def alone(clip: Path, config: Config) -> tuple[float, float]:
    """Processor seconds a frame of decoding alone, and of detecting alone."""
    began = cpu_s()
    with open_clip(clip) as reader:
        frames = list(reader)[:60]
        count = reader.record.decoded_frames
    decoding = (cpu_s() - began) / count
    with open_parts(with_changes(config, "detector", threads=1)) as parts:
        detect = detector_of(parts)
        detect(frames[0])
        began = cpu_s()
        for frame in frames:
            detect(frame)
        return decoding, (cpu_s() - began) / len(frames)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=10.0)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        for number in range(asked.clips):
            write_clip(folder / f"clip{number}.mp4", round(asked.seconds * FPS), number)
        path = folder / "streetaudit.toml"
        path.write_text('[[camera]]\nname = "patrol"\n')
        decoding, detecting = alone(folder / "clip0.mp4", Config(base=folder))
        began_cpu, began = cpu_s(), time.perf_counter()
        command = [sys.executable, "-m", "streetaudit", "batch", str(folder), "--config", str(path), "--json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took_s, spent = time.perf_counter() - began, cpu_s() - began_cpu
        frames, cores = asked.clips * round(asked.seconds * FPS), available_cores()
        bound = cores / (decoding + detecting)
        print(f"decoding alone {1000 * decoding:.1f}, detecting alone {1000 * detecting:.1f} cpu-ms a frame")
        print(f"bound {bound:.1f} frames a second on {cores} cores; batch {frames / took_s:.1f} with start and end")
        share = (decoding + detecting) * frames / spent
        print(f"batch {1000 * spent / frames:.1f} cpu-ms a frame: {share:.2f} of the bound")
        print(f"largest process {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
