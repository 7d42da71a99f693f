"""The city's map and the cases as GeoJSON (RFC 7946) for the browser's map."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel

from streetaudit.config import CameraConfig
from streetaudit.io.store.clusters import Cluster
from streetaudit.structures.case import Case
from streetaudit.structures.city import Cell, Polygon, Zone
from streetaudit.structures.geo import LocalFrame

#: How far a camera's cone is drawn on the map, metres.
CONE_M = 45.0


class Feature(BaseModel):
    """A GeoJSON feature; the geometry's coordinates are [lon, lat]."""

    type: Literal["Feature"] = "Feature"
    id: str | None = None
    geometry: dict[str, Any]
    properties: dict[str, str | float | int | bool | None]


class FeatureCollection(BaseModel):
    """GeoJSON features; `truncated` is true where there were more than fit."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[Feature]
    truncated: bool = False


def map_layers(zones: Iterable[Zone], cells: Iterable[Cell], cameras: Iterable[CameraConfig]) -> FeatureCollection:
    """Zones, grid cells and fixed cameras; `layer` says which is which."""
    features = [_zone(zone) for zone in zones]
    features += [_cell(cell) for cell in cells]
    for camera in cameras:
        features += _camera(camera)
    return FeatureCollection(features=features)


def case_points(cases: Iterable[Case], *, truncated: bool) -> FeatureCollection:
    """The placed cases as points."""
    return FeatureCollection(
        features=[point for case in cases if (point := _case(case)) is not None], truncated=truncated
    )


def cluster_points(clusters: Iterable[Cluster]) -> FeatureCollection:
    """Where cases lie, by and large: a point each, with their number."""
    return FeatureCollection(
        features=[Feature(geometry=_point(one.lon, one.lat), properties={"cases": one.cases}) for one in clusters]
    )


def _case(case: Case) -> Feature | None:
    if case.place is None:
        return None
    properties: dict[str, str | float | int | bool | None] = {
        "problem": case.problem,
        "state": case.state.value,
        "error_m": case.place.error_m,
        "confidence": case.confidence,
    }
    return Feature(id=str(case.id), geometry=_point(case.place.lon, case.place.lat), properties=properties)


def _zone(zone: Zone) -> Feature:
    properties: dict[str, str | float | int | bool | None] = {
        "layer": "zone",
        "kind": zone.kind,
        "name": zone.name,
        "hours": zone.hours,
        "shadow": zone.shadow,
    }
    return Feature(geometry=_multipolygon(zone.polygons), properties=properties)


def _cell(cell: Cell) -> Feature:
    return Feature(geometry=_multipolygon(cell.polygons), properties={"layer": "cell", "code": cell.code})


def _camera(camera: CameraConfig) -> list[Feature]:
    if camera.lat is None or camera.lon is None or camera.heading_deg is None:
        return []
    frame = LocalFrame(camera.lat, camera.lon)
    # Eight chords are round enough for a cone of some tens of metres.
    hfov_deg = camera.to_camera().hfov_deg
    bearings = [camera.heading_deg + hfov_deg * (step / 8 - 0.5) for step in range(9)]
    arc = [frame.to_degrees(CONE_M * math.sin(math.radians(b)), CONE_M * math.cos(math.radians(b))) for b in bearings]
    ring = [(camera.lon, camera.lat), *((lon, lat) for lat, lon in reversed(arc)), (camera.lon, camera.lat)]
    return [
        Feature(geometry={"type": "Polygon", "coordinates": [ring]}, properties={"layer": "cone", "name": camera.name}),
        Feature(geometry=_point(camera.lon, camera.lat), properties={"layer": "camera", "name": camera.name}),
    ]


def _point(lon: float, lat: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [round(lon, 7), round(lat, 7)]}


def _multipolygon(polygons: Iterable[Polygon]) -> dict[str, Any]:
    return {"type": "MultiPolygon", "coordinates": [list(polygon) for polygon in polygons]}
