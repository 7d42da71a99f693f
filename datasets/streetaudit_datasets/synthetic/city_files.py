"""The city's side of a scene: its zones and its configuration."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.synthetic.layout import Plan, Span
from streetaudit_datasets.synthetic.setting import CORNER, PATROL, Setting

ZONE_KINDS = {
    "bays": "parking_permitted",
    "no_parking": "no_parking",
    "vending": "vending_permitted",
    "ads": "ad_permitted",
}
HOURS = {"vending": "Mo-Su 07:00-21:00"}
RESPONSIBLE = {
    "bays": "Parking Office",
    "no_parking": "Traffic Police",
    "vending": "Market Office",
    "ads": "Advertising Office",
}
INPUT_PX = (544, 960)  # height, width that the detector fits a frame into
SAFE_M = 0.4  # zones reach this far over the centre line's side


def zones(setting: Setting) -> str:
    """The zones as a GeoJSON FeatureCollection."""
    plan, frame = setting.world.plan, setting.world.origin
    counts: dict[str, int] = {}
    features = [_patrol_area(plan, frame)]
    for span in plan.spans:
        counts[span.kind] = counts.get(span.kind, 0) + 1
        features.append(_feature(plan, frame, span, number=counts[span.kind]))
    return json.dumps({"type": "FeatureCollection", "features": features}, indent=1)


def _feature(plan: Plan, frame: LocalFrame, span: Span, *, number: int) -> dict[str, Any]:
    kind = ZONE_KINDS[span.kind]
    inner = {"bays": plan.half_m - 2.7, "vending": plan.half_m - 0.3, "ads": plan.half_m + 0.2}.get(span.kind, SAFE_M)
    outer = {"bays": plan.half_m + 0.6, "ads": plan.wall_m + 2.5}.get(span.kind, plan.wall_m + 0.2)
    ring = _ring(plan, frame, (span.first_m, span.last_m), (span.side * inner, span.side * outer))
    return {
        "type": "Feature",
        "properties": {
            "kind": kind,
            "name": f"{kind.replace('_', ' ')} {number}",
            "hours": HOURS.get(span.kind, "24/7"),
            "responsible": RESPONSIBLE[span.kind],
        },
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _patrol_area(plan: Plan, frame: LocalFrame) -> dict[str, Any]:
    reach = plan.wall_m + 14
    ring = _ring(plan, frame, (-40.0, plan.path.length_m), (-reach, reach))
    properties = {"kind": "patrol_area", "name": "synthetic street", "hours": "24/7", "responsible": "Street Office"}
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def _ring(plan: Plan, frame: LocalFrame, along: tuple[float, float], right: tuple[float, float]) -> list[list[float]]:
    """A closed ring, anticlockwise, that follows the street's bends."""
    stations = np.linspace(along[0], along[1], max(2, int((along[1] - along[0]) / 4)))
    edge = [plan.path.point(float(s), right[0]) for s in stations]
    edge += [plan.path.point(float(s), right[1]) for s in stations[::-1]]
    points = np.array([*edge, edge[0]])
    x, y = points[:, 0], points[:, 1]
    if float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum()) < 0:
        points = points[::-1]
    ring = []
    for east, north in points:
        lat, lon = frame.to_degrees(float(east), float(north))
        ring.append([round(lon, 8), round(lat, 8)])
    return ring


def configuration(setting: Setting) -> str:
    """The scene's streetaudit.toml."""
    east, north = (float(v) for v in setting.corner_camera.position_m[:2])
    lat, lon = setting.world.origin.to_degrees(east, north)
    return f"""# A rendered street: the footage, the map and the truth come from one seed ({setting.world.seed}).
[store]
url = "sqlite:///cases.sqlite3"
evidence = "evidence/"

[detector]
input_size = [{INPUT_PX[0]}, {INPUT_PX[1]}]  # what is far away fills few pixels: worth twice the time here

[city]
timezone = "Asia/Shanghai"
zones = ["zones.geojson"]

[serve]
secure_cookies = false  # plain http, on this machine only

[[camera]]
name = "patrol"
match = "drive-*"
kind = "vehicle"
hfov_deg = {PATROL.hfov_deg}
height_m = {PATROL.height_m}
pitch_deg = {PATROL.pitch_deg}
yaw_deg = {PATROL.yaw_deg}

[[camera]]
name = "corner"
match = "fixed-*"
kind = "fixed"
hfov_deg = {CORNER.hfov_deg}
height_m = {CORNER.height_m}
pitch_deg = {CORNER.pitch_deg}
lat = {lat:.8f}
lon = {lon:.8f}
heading_deg = {setting.corner_heading_deg:.3f}
"""
