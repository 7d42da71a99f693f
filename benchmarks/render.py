"""Milliseconds a frame of the renderer on one core: python benchmarks/render.py [--frames 60]."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from streetaudit_datasets.synthetic.film import Piece, render_piece
from streetaudit_datasets.synthetic.setting import Options, draw_setting
from streetaudit_datasets.synthetic.stills import stills


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--seed", type=int, default=7)
    wanted = parser.parse_args()
    options = Options()
    began = time.process_time()
    draw_setting(wanted.seed, options)
    print(f"the street of seed {wanted.seed}: {time.process_time() - began:.2f} s CPU")
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("vehicle", "fixed"):
            piece = Piece(wanted.seed, options, kind, 100, wanted.frames, Path(folder) / f"{kind}.mp4")
            render_piece(Piece(wanted.seed, options, kind, 98, 1, Path(folder) / "first.mp4"))
            began, wall = time.process_time(), time.perf_counter()
            render_piece(piece)
            cpu, wall = time.process_time() - began, time.perf_counter() - wall
            each = 1000 / wanted.frames
            print(f"{kind} clip, 1280x720 with encoding: {cpu * each:.0f} ms CPU, {wall * each:.0f} ms wall a frame")
    began, count = time.process_time(), 12
    list(stills(count=count, seed=wanted.seed))
    print(
        f"stills, 640x640: {(time.process_time() - began) * 1000 / count:.0f} ms CPU each, with their share of a street"
    )


if __name__ == "__main__":
    main()
