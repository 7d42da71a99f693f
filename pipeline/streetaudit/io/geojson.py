"""GeoJSON polygons of a file, in WGS 84, with every doubt named by file and feature."""

from __future__ import annotations

import json
import math
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import shapely

from streetaudit.errors import MapError
from streetaudit.structures.city import Polygon, Ring
from streetaudit.structures.gcj02 import from_gcj02

MAX_BYTES = 256 * 1024 * 1024
MAX_FEATURES = 200_000
MAX_VERTICES = 5_000_000

Convert = Callable[[float, float], tuple[float, float]]  # (lat, lon) to WGS 84 (lat, lon)


def _as_is(lat: float, lon: float) -> tuple[float, float]:
    return lat, lon


#: What a `crs` may say, upper case. EPSG:4490 (CGCS2000) is WGS 84 to within a metre of plate motion, centimetres of
#: ellipsoid: no conversion is worth its risk. Old-style GeoJSON writes EPSG:4326 but keeps lon, lat order.
_SYSTEMS: dict[str, Convert] = {
    "CRS84": _as_is,
    "4326": _as_is,
    "WGS84": _as_is,
    "4490": _as_is,
    "CGCS2000": _as_is,
    "GCJ-02": from_gcj02,
    "GCJ02": from_gcj02,
}


@dataclass(frozen=True, slots=True)
class Feature:
    """One polygon feature of a file.

    Attributes:
        where: File and number, for messages: "zones.geojson: feature 3".
        number: From 1.
        polygons: WGS 84.
        properties: As written.
    """

    where: str
    number: int
    polygons: tuple[Polygon, ...]
    properties: dict[str, Any]

    def refusal(self, why: str) -> MapError:
        """The error that names this feature."""
        return MapError(f"{self.where}: {why}")

    def text(self, key: str) -> str | None:
        """A property that must be text where it is given, None where it is absent or empty."""
        value = self.properties.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise self.refusal(f"{key} is {value!r}; write it as text in quotes, so that no digit is lost")
        return value.strip()


def read_features(path: Path) -> Iterator[Feature]:
    """The polygon features of a GeoJSON FeatureCollection, in the file's order.

    Raises:
        MapError: If the file cannot be read, is no such collection, is too large, or a feature cannot be used.
    """
    collection = _load(path)
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or collection.get("type") != "FeatureCollection":
        raise MapError(f"{path}: no GeoJSON FeatureCollection; export the layer as GeoJSON (RFC 7946)")
    if len(features) > MAX_FEATURES:
        raise MapError(f"{path}: {len(features)} features, more than {MAX_FEATURES}; split the file")
    whole = _system(collection.get("crs"), str(path)) if collection.get("crs") is not None else _as_is
    vertices = 0
    for number, raw in enumerate(features, start=1):
        feature = _feature(f"{path}: feature {number}", number, raw, whole)
        vertices += sum(len(ring) for polygon in feature.polygons for ring in polygon)
        if vertices > MAX_VERTICES:
            raise feature.refusal(f"the file holds more than {MAX_VERTICES} points; simplify its lines")
        yield feature


def _load(path: Path) -> Any:
    try:
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):
            raise MapError(f"{path}: no regular file; name a GeoJSON file")
        if facts.st_size > MAX_BYTES:
            raise MapError(f"{path}: larger than {MAX_BYTES // 1024**2} MiB; split or simplify it")
        return json.loads(path.read_text(encoding="utf-8-sig"), parse_constant=_no_constant)
    except OSError as error:
        raise MapError(f"{path}: cannot be read ({error.strerror}); check the path in [city]") from error
    except (ValueError, RecursionError) as error:
        raise MapError(f"{path}: no valid JSON ({error}); export the layer as GeoJSON again") from error


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _system(crs: object, where: str) -> Convert:
    name = crs
    if isinstance(crs, dict):
        properties = crs.get("properties")
        name = properties.get("name") if isinstance(properties, dict) else None
    word = str(name).strip().upper().rsplit(":", 1)[-1]
    if word in _SYSTEMS:
        return _SYSTEMS[word]
    raise MapError(
        f"{where}: coordinate system {name!r} is not known; convert to WGS 84 (EPSG:4326), or state EPSG:4490 or GCJ-02"
    )


def _feature(where: str, number: int, raw: object, whole: Convert) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        raise MapError(f"{where}: no Feature; export the layer as GeoJSON again")
    properties = raw.get("properties") or {}
    if not isinstance(properties, dict):
        raise MapError(f"{where}: its properties are {type(properties).__name__}; want an object of names and values")
    own = properties.get("crs")
    convert = _system(own, where) if own is not None else whole
    polygons = _polygons(where, raw.get("geometry"), convert)
    return Feature(where, number, polygons, properties)


def _polygons(where: str, geometry: object, convert: Convert) -> tuple[Polygon, ...]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in {"Polygon", "MultiPolygon"}:
        raise MapError(f"{where}: geometry is {kind or 'missing'}; draw it as a Polygon or MultiPolygon")
    listed = geometry.get("coordinates")
    written = [listed] if kind == "Polygon" else listed
    if not isinstance(written, list) or not written:
        raise MapError(f"{where}: a {kind} without coordinates; draw it again or delete it")
    return tuple(_polygon(where, rings, convert) for rings in written)


def _polygon(where: str, rings: object, convert: Convert) -> Polygon:
    if not isinstance(rings, list) or not rings:
        raise MapError(f"{where}: a polygon without an outline; draw it again or delete it")
    polygon = tuple(_ring(where, ring, convert) for ring in rings)
    shape = shapely.Polygon(polygon[0], polygon[1:])
    if not shape.is_valid:
        why = shapely.is_valid_reason(shape)
        raise MapError(f"{where}: its outline is not simple ({why}); repair it (QGIS: Fix geometries)")
    if shape.area == 0.0:
        raise MapError(f"{where}: it covers no ground; draw it again or delete it")
    return polygon


def _ring(where: str, ring: object, convert: Convert) -> Ring:
    if not isinstance(ring, list):
        raise MapError(f"{where}: a ring is {type(ring).__name__}; want a list of [lon, lat]")
    points = [_point(where, point, convert) for point in ring]
    if points and points[0] != points[-1]:
        points.append(points[0])  # an open ring can be meant in one way only
    if len(points) < 4:
        raise MapError(f"{where}: a ring of fewer than three corners; draw it again or delete it")
    return tuple(points)


def _point(where: str, point: object, convert: Convert) -> tuple[float, float]:
    numbers = point[:2] if isinstance(point, list) else []
    if len(numbers) != 2 or not all(_is_number(value) for value in numbers):
        raise MapError(f"{where}: {point!r:.60} is no position; want [lon, lat] in degrees")
    lon, lat = float(numbers[0]), float(numbers[1])
    if abs(lon) > 180.0 or abs(lat) > 90.0:
        hint = "latitude and longitude are swapped" if abs(lat) <= 180.0 else "metres of a projection, not degrees"
        raise MapError(f"{where}: [{lon:.6g}, {lat:.6g}] is not on Earth ({hint}?); want [lon, lat] in WGS 84")
    lat, lon = convert(lat, lon)
    return lon, lat


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
