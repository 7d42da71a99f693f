"""What really stands in a scene, and in which frames it is seen."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np

from streetaudit_datasets.synthetic.camera import Mount
from streetaudit_datasets.synthetic.film import Rows
from streetaudit_datasets.synthetic.setting import CORNER, PATROL, Setting
from streetaudit_datasets.synthetic.world import Thing

CSV_HEADER = ("frame", "x1", "y1", "x2", "y2", "score", "label")
CSV_VISIBLE = 0.3  # a perfect detector is not asked for less
CSV_SIDE_PX = 9
LEAST_VISIBLE = 0.02


def truth(setting: Setting, shown: dict[str, Rows]) -> str:
    """truth.json: the clips with their cameras, and every object with its frames; shown is by clip name."""
    world = setting.world
    clips = [_clip(setting, name, rows) for name, rows in shown.items()]
    objects = [_object(setting, thing, shown) for thing in world.things if thing.label]
    origin = {"lat": world.origin.lat, "lon": world.origin.lon}
    document = {
        "version": 1,
        "seed": world.seed,
        "light": world.light.kind,
        "origin": origin,
        "clips": clips,
        "objects": objects,
    }
    return json.dumps(document, indent=None, separators=(",", ":"))


def detections(setting: Setting, rows: Rows) -> str:
    """One clip's boxes as a detections CSV, as if a perfect detector had looked."""
    labels = {t.ident: t.label for t in setting.world.things if t.label}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_HEADER)
    for frame, seen in rows:
        x1, y1, x2, y2 = seen.xyxy
        if seen.visible >= CSV_VISIBLE and min(x2 - x1, y2 - y1) >= CSV_SIDE_PX:
            writer.writerow((frame + 1, x1, y1, x2, y2, "1.0", labels[seen.ident]))
    return out.getvalue()


def _clip(setting: Setting, name: str, rows: Rows) -> dict[str, Any]:
    options = setting.options
    vehicle = name.startswith("drive")
    mount = PATROL if vehicle else CORNER
    fps = options.fps if vehicle else options.fixed_fps
    seconds = options.duration_s if vehicle else options.fixed_s
    start = setting.start if vehicle else setting.fixed_start
    return {
        "name": name,
        "kind": "vehicle" if vehicle else "fixed",
        "fps": fps,
        "frames": round(seconds * fps),
        "start": start.isoformat().replace("+00:00", "Z"),
        "camera": _camera(setting, mount, fixed=not vehicle),
        "path": _path(setting) if vehicle else [],
        "boxes": len(rows),
    }


def _camera(setting: Setting, mount: Mount, *, fixed: bool) -> dict[str, float | int]:
    camera: dict[str, float | int] = {
        "hfov_deg": mount.hfov_deg, "height_m": mount.height_m, "pitch_deg": mount.pitch_deg, "yaw_deg": mount.yaw_deg,
        "width_px": mount.width_px, "height_px": mount.height_px,
    }  # fmt: skip
    if fixed:
        east, north = (float(v) for v in setting.corner_camera.position_m[:2])
        lat, lon = setting.world.origin.to_degrees(east, north)
        camera |= {"lat": lat, "lon": lon, "heading_deg": setting.corner_heading_deg}
    return camera


def _path(setting: Setting) -> list[list[float]]:
    """The true drive, ten times a second: seconds, lat, lon, heading."""
    rows = []
    for time_s in np.arange(0, setting.route.duration_s + 0.05, 0.1):
        east, north = setting.world.plan.path.point(*setting.route.at(float(time_s)))
        lat, lon = setting.world.origin.to_degrees(float(east), float(north))
        heading = setting.route.heading_deg(setting.world.plan, float(time_s))
        rows.append([round(float(time_s), 2), round(lat, 8), round(lon, 8), round(heading % 360, 3)])
    return rows


def _object(setting: Setting, thing: Thing, shown: dict[str, Rows]) -> dict[str, Any]:
    east, north, heading = thing.east_m, thing.north_m, thing.heading_deg
    ends = thing.motion is not None and thing.problem is not None
    if ends and thing.motion is not None:  # it comes to stand: its last place is the case's
        east, north, heading = (
            float(v[-1]) for v in (thing.motion.east_m, thing.motion.north_m, thing.motion.heading_deg)
        )
    lat, lon = setting.world.origin.to_degrees(east, north)
    return {
        "id": f"{thing.label}-{thing.ident}",
        "class": thing.label,
        "problem": thing.problem,
        "lat": round(lat, 8),
        "lon": round(lon, 8),
        "heading_deg": round(heading % 360, 2),
        "size_m": [round(v, 3) for v in thing.model.size_m],
        "moving": thing.motion is not None and not ends,
        "on_wall": thing.on_wall,
        "why": thing.why,
        "clips": {name: _frames(rows, thing.ident) for name, rows in shown.items()},
    }


def _frames(rows: Rows, ident: int) -> list[list[float]]:
    return [
        [frame + 1, *seen.xyxy, round(seen.visible, 3)]
        for frame, seen in rows
        if seen.ident == ident and seen.visible >= LEAST_VISIBLE
    ]
