"""What becomes of seeded damage to clips: outcomes, hangs, crashes, and the longest time of one.

    PYTHONPATH=tests python benchmarks/mutated_clips.py [--count 300] [--seed 1] [CLIP ...]

Without clips, small ones of five containers are made. Each line that is printed names the seed that gives it again.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.random import Generator

from bad_footage.children import children
from bad_footage.clips import Make, write_clip
from streetaudit.errors import ClipError
from streetaudit.io.traces.find import find_trace
from streetaudit.io.video import open_clip

_SLOW_S = 20.0


def mutated(content: bytes, rng: Generator) -> tuple[bytes, str]:
    """Damaged bytes, and what was done to them."""
    spoilt, size = bytearray(content), len(content)
    kind = str(rng.choice(["flip", "zero", "cut", "drop", "repeat", "swap", "noise"]))
    at, length = int(rng.integers(size)), int(rng.integers(1, max(2, size // 8)))
    if kind == "flip":
        for bit in rng.integers(0, size * 8, int(10 ** rng.uniform(0, 3.7))):
            spoilt[int(bit) // 8] ^= 1 << int(bit) % 8
    elif kind == "cut":
        del spoilt[at:]
    elif kind == "drop":
        del spoilt[at : at + length]
    elif kind == "repeat":
        spoilt[at:at] = spoilt[at : at + length]
    elif kind == "swap":
        other = int(rng.integers(size))
        spoilt[at : at + length], spoilt[other : other + length] = (
            spoilt[other : other + length],
            spoilt[at : at + length],
        )
    else:
        fill = rng.bytes(length) if kind == "noise" else bytes(length)
        spoilt[at : at + length] = fill[: len(spoilt[at : at + length])]
    return bytes(spoilt), kind


def outcome_of(clip: Path) -> str:
    try:
        with open_clip(clip) as reader:
            frames = sum(1 for _ in reader)
            record = reader.record
    except ClipError as error:
        return "refused" if "progress" not in str(error) else "HANG before the first frame"
    if "progress" in record.ended or "no picture came" in record.ended:
        return "HANG"
    if "ended by SIG" in record.ended or "gave up" in record.ended:
        return f"CRASH: {record.ended}"
    assert frames == record.decoded_frames
    if record.is_complete:
        share = record.decoded_share
        return "complete" if share is None or share >= 0.99 else "WRONGLY complete"
    return "partial"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clips", type=Path, nargs="*")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    counts: Counter[str] = Counter()
    longest_s = 0.0
    with tempfile.TemporaryDirectory() as folder:
        clips = given.clips or originals(Path(folder))
        for seed in range(given.seed, given.seed + given.count):
            rng = np.random.default_rng(seed)
            clip = clips[seed % len(clips)]
            content, kind = mutated(clip.read_bytes(), rng)
            target = Path(folder) / f"mutated{clip.suffix}"
            target.write_bytes(content)
            began_s = time.monotonic()
            outcome = outcome_of(target)
            find_trace(target)
            took_s = time.monotonic() - began_s
            longest_s = max(longest_s, took_s)
            counts[outcome.partition(":")[0]] += 1
            if outcome not in ("refused", "partial", "complete") or took_s > _SLOW_S or children():
                print(f"seed {seed}: {clip.name} {kind}: {outcome} in {took_s:.1f} s, children left {children()}")
    print(f"{given.count} clips: {dict(counts)}; longest {longest_s:.1f} s")


def originals(folder: Path) -> list[Path]:
    large = Make(size=(320, 240), frames=60)
    return [
        write_clip(folder / "index_first.mp4", Make(size=(320, 240), container_options={"movflags": "+faststart"})),
        write_clip(folder / "whole.mkv", large),
        write_clip(folder / "whole.ts", large),
        write_clip(folder / "hevc.mp4", Make("libx265", size=(320, 240), codec_options={"x265-params": "log-level=0"})),
        write_clip(folder / "whole.avi", Make("mpeg4", size=(320, 240), codec_options={})),
    ]


if __name__ == "__main__":
    main()
