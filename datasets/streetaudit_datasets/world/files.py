"""Drives as files: the contract's detections, a GPX, and a video that is almost black and costs nothing to decode."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.world.drive import Drive, Vehicle


def write_drive(
    folder: Path, name: str, *, made: Drive, vehicle: Vehicle, start: datetime, frame: LocalFrame, video: bool = True
) -> None:
    """NAME.detections.csv, .gpx and .mp4; as truth NAME.path.csv and NAME.origins.csv (the thing behind each row)."""
    header = "frame,x1,y1,x2,y2,score,label"
    rows = [
        f"{index},{','.join(f'{edge:.2f}' for edge in box)},{score},{label}" for index, box, score, label in made.rows
    ]
    (folder / f"{name}.detections.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    (folder / f"{name}.origins.csv").write_text("\n".join(["thing", *made.origins]) + "\n", encoding="utf-8")
    (folder / f"{name}.gpx").write_text(_gpx(made, start, frame), encoding="utf-8")
    path = [
        (second, *frame.to_degrees(*at)) for second, at in zip(made.true_s.tolist(), made.true_m.tolist(), strict=True)
    ]
    lines = [f"{second:.1f},{lat:.9f},{lon:.9f}" for second, lat, lon in path]
    (folder / f"{name}.path.csv").write_text("\n".join(["second,lat,lon", *lines]) + "\n", encoding="utf-8")
    if video:
        _write_video(folder / f"{name}.mp4", made.frames, vehicle=vehicle, start=start)


def write_signatures(folder: Path, name: str, rows: Sequence[tuple[str, bytes]]) -> None:
    """NAME.signatures.csv: what views of each thing look like, for runs without pictures."""
    lines = [f"{thing},{signature.hex()}" for thing, signature in rows]
    (folder / f"{name}.signatures.csv").write_text("\n".join(["thing,signature", *lines]) + "\n", encoding="utf-8")


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def _gpx(made: Drive, start: datetime, frame: LocalFrame) -> str:
    points = []
    for second, place in zip(made.fix_s.tolist(), made.fix_m.tolist(), strict=True):
        lat, lon = frame.to_degrees(*place)
        at = _stamp(start + timedelta(seconds=second))
        points.append(f'<trkpt lat="{lat:.8f}" lon="{lon:.8f}"><time>{at}</time></trkpt>')
    head = '<gpx version="1.1" creator="streetaudit data synth" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>'
    return f"{head}{''.join(points)}</trkseg></trk></gpx>\n"


def _write_video(path: Path, frames: int, *, vehicle: Vehicle, start: datetime) -> None:
    import av

    picture = np.full((vehicle.eye.height_px, vehicle.eye.width_px, 3), 8, np.uint8)
    options = {"preset": "ultrafast", "crf": "40", "g": "600", "threads": "1"}
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as out:
        out.metadata["creation_time"] = _stamp(start)
        stream = out.add_stream("libx264", rate=vehicle.fps, options=options)
        stream.width, stream.height, stream.pix_fmt = vehicle.eye.width_px, vehicle.eye.height_px, "yuv420p"
        stream.time_base = Fraction(1, vehicle.fps)
        still = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
        for index in range(frames):
            still.pts, still.time_base = index, Fraction(1, vehicle.fps)
            out.mux(stream.encode(still))
        out.mux(stream.encode())
