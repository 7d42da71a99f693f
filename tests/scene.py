"""A small drive with exact geometry: a video, a GPX and the detections of things at known places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from streetaudit.structures.geo import LocalFrame

ORIGIN = LocalFrame(36.8, 118.05)
START = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 22:00 in Shanghai
WIDTH, HEIGHT = 640, 360
HFOV_DEG, CAMERA_M, SPEED_MPS, FPS = 80.0, 1.8, 5.0, 5

CONFIG = f"""
[store]
url = "sqlite:///cases.sqlite3"
evidence = "evidence/"
[city]
timezone = "Asia/Shanghai"
[[camera]]
name = "patrol"
match = "*drive*"
kind = "vehicle"
hfov_deg = {HFOV_DEG}
height_m = {CAMERA_M}
pitch_deg = 0.0
"""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that stands at (east_m, north_m) of the start, `size_m` wide and high."""

    label: str
    east_m: float
    north_m: float
    size_m: float = 0.6

    @property
    def position(self) -> tuple[float, float]:
        return ORIGIN.to_degrees(self.east_m, self.north_m)


def write_config(folder: Path, text: str = CONFIG) -> Path:
    path = folder / "streetaudit.toml"
    path.write_text(text, encoding="utf-8")
    return path


def write_drive(
    folder: Path, things: Sequence[Thing], *, name: str = "drive", seconds: float = 10.0, start: datetime = START
) -> Path:
    """A clip of a drive straight north, with NAME.gpx and NAME.detections.csv beside it."""
    clip = folder / f"{name}.mp4"
    frames = round(seconds * FPS)
    write_video(clip, frames, start=start)
    write_gpx(folder / f"{name}.gpx", seconds, start=start)
    write_rows(folder / f"{name}.detections.csv", [row for i in range(frames) for row in _seen(things, i)])
    return clip


def write_video(path: Path, frames: int, *, start: datetime = START, seed: int = 0) -> None:
    noise = np.random.default_rng(seed).integers(60, 200, (HEIGHT // 8, WIDTH // 8, 3), np.uint8)
    picture = np.kron(noise, np.ones((8, 8, 1), np.uint8))
    with av.open(str(path), "w") as out:
        out.metadata["creation_time"] = start.isoformat().replace("+00:00", "Z")
        stream = out.add_stream("libx264", rate=FPS, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for index in range(frames):
            image = np.roll(picture, index * 3, axis=1)
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="rgb24")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)


def write_gpx(path: Path, seconds: float, *, start: datetime = START) -> None:
    points = []
    for second in range(-2, math.ceil(seconds) + 3):
        lat, lon = ORIGIN.to_degrees(0.0, SPEED_MPS * second)
        at = (start + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
        points.append(f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"><time>{at}</time></trkpt>')
    body = "".join(points)
    path.write_text(
        f'<gpx version="1.1" creator="tests" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>{body}'
        "</trkseg></trk></gpx>",
        encoding="utf-8",
    )


def write_rows(path: Path, rows: Sequence[str]) -> None:
    path.write_text("\n".join(["frame,x1,y1,x2,y2,score,label", *rows]) + "\n", encoding="utf-8")


def _seen(things: Sequence[Thing], index: int) -> list[str]:
    """What a level pinhole camera sees of the things in one frame, as rows of the contract's file."""
    focal = WIDTH / (2 * math.tan(math.radians(HFOV_DEG) / 2))
    rows = []
    for thing in things:
        ahead = thing.north_m - SPEED_MPS * index / FPS
        if not 3.0 < ahead < 40.0:
            continue
        x, foot = WIDTH / 2 + focal * thing.east_m / ahead, HEIGHT / 2 + focal * CAMERA_M / ahead
        half, top = focal * thing.size_m / 2 / ahead, foot - focal * thing.size_m / ahead
        if x - half > 2 and x + half < WIDTH - 2 and foot < HEIGHT - 2:
            rows.append(f"{index + 1},{x - half:.2f},{top:.2f},{x + half:.2f},{foot:.2f},0.9,{thing.label}")
    return rows
