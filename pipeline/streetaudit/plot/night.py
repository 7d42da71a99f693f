"""The map of a night: zones, cells, the ways travelled, cases with their error circles, and the truth when known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from streetaudit.plot.drawing import Area, Circle, Drawing, Layer, Line, Mark, Points, Shape
from streetaudit.structures.case import Case
from streetaudit.structures.city import Cell, Polygon, Zone
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place

#: Okabe and Ito (2008): told apart by every kind of colour vision.
PROBLEM_COLOURS = {
    "litter": "#e69f00",
    "street_stall": "#009e73",
    "illegal_ad": "#cc79a7",
    "mis_parked_vehicle": "#0072b2",
    "overflowing_bin": "#d55e00",
}
_OTHER_PROBLEM = "#6b4fa0"
_ZONE_COLOURS = {
    "no_parking": "#c0392b",
    "parking_permitted": "#2e86c1",
    "vending_permitted": "#229954",
    "ad_permitted": "#8e44ad",
    "privacy_mask": "#34495e",
}
_PATROL_AREA = "#7f8c8d"


@dataclass(frozen=True, slots=True)
class Known:
    """A thing that really stands there.

    Attributes:
        lat: WGS 84.
        lon: WGS 84.
        title: What it is.
    """

    lat: float
    lon: float
    title: str


@dataclass(frozen=True, slots=True)
class Night:
    """What a map shows.

    Attributes:
        cases: Those without a place are left to the table.
        zones: Of the city's map.
        cells: Of its grid.
        paths: (lat, lon) of each clip's way; one point is a fixed camera.
        looked_at: Ground that was in view, with how well, 0 to 1.
        truth: What really stands there, where that is known.
    """

    cases: Sequence[Case]
    zones: Sequence[Zone] = ()
    cells: Sequence[Cell] = ()
    paths: Sequence[Sequence[tuple[float, float]]] = ()
    looked_at: Sequence[tuple[Polygon, float]] = ()
    truth: Sequence[Known] = field(default=())


def draw_night(night: Night) -> Drawing:
    """The drawing of a night; cells far from everything else are left out."""
    frame = LocalFrame(*_origin(night))
    drawing = Drawing(frame, tuple(_layers(night, frame)))
    west, south, east, north = drawing.bounds_m()
    near = tuple(_areas(night.cells, frame, inside=(west, south, east, north)))
    return Drawing(frame, (Layer("cells", "#95a5a6", near, stroke_px=0.7), *drawing.layers))


def case_title(case: Case) -> str:
    """One line about a case."""
    radius = f" ± {case.place.error_m:.1f} m" if case.place else ""
    return f"{case.problem} {str(case.id)[:8]}, {case.state.value}, {case.confidence:.2f}{radius}, {case.passes} passes"


def _layers(night: Night, frame: LocalFrame) -> Iterable[Layer]:
    looked_at = tuple(Area(_rings(polygon, frame), f"{share:.0%}") for polygon, share in night.looked_at)
    yield Layer("looked_at", "#f4d03f", looked_at, fill=0.25, stroke_px=0.0)
    for kind in sorted({zone.kind for zone in night.zones}):
        shapes = tuple(_zones([zone for zone in night.zones if zone.kind == kind], frame))
        outline = kind == "patrol_area"
        yield Layer(kind, _ZONE_COLOURS.get(kind, _PATROL_AREA), shapes, fill=0.0 if outline else 0.22, stroke_px=1.0)
    yield Layer("path", "#2c3e50", tuple(Line(_metres(way, frame)) for way in night.paths if len(way) > 1), stroke_px=2)
    fixed = tuple(Mark(*frame.to_metres(*way[0])) for way in night.paths if len(way) == 1)
    yield Layer("camera", "#2c3e50", fixed, mark_px=11)
    placed = [(case, case.place) for case in night.cases if case.place is not None]
    yield Layer("error", "#566573", tuple(_circle(place, frame) for _, place in placed), fill=0.07, stroke_px=0.8)
    truth = tuple(Mark(*frame.to_metres(known.lat, known.lon), known.title) for known in night.truth)
    yield Layer("truth", "#111111", truth, mark_px=14, hollow=True)
    for problem in sorted({case.problem for case in night.cases}):
        marks = tuple(_mark(case, place, frame) for case, place in placed if case.problem == problem)
        yield Layer(problem, PROBLEM_COLOURS.get(problem, _OTHER_PROBLEM), marks)


def _origin(night: Night) -> tuple[float, float]:
    for case in night.cases:
        if case.place is not None:
            return case.place.lat, case.place.lon
    for way in night.paths:
        if way:
            return way[0]
    for zone in night.zones:
        lon, lat = zone.polygons[0][0][0]
        return lat, lon
    return 0.0, 0.0


def _mark(case: Case, place: Place, frame: LocalFrame) -> Mark:
    return Mark(*frame.to_metres(place.lat, place.lon), case_title(case), key=str(case.id))


def _circle(place: Place, frame: LocalFrame) -> Circle:
    return Circle(*frame.to_metres(place.lat, place.lon), place.error_m, f"± {place.error_m:.1f} m")


def _zones(zones: Iterable[Zone], frame: LocalFrame) -> Iterable[Shape]:
    for zone in zones:
        for polygon in zone.polygons:
            yield Area(_rings(polygon, frame), f"{zone.name} · {zone.hours}")


def _areas(cells: Iterable[Cell], frame: LocalFrame, *, inside: tuple[float, float, float, float]) -> Iterable[Shape]:
    west, south, east, north = inside
    for cell in cells:
        for polygon in cell.polygons:
            rings = _rings(polygon, frame)
            (left, low), (right, high) = rings[0].min(axis=0).tolist(), rings[0].max(axis=0).tolist()
            if left < east and right > west and low < north and high > south:
                yield Area(rings, cell.code)


def _rings(polygon: Polygon, frame: LocalFrame) -> tuple[Points, ...]:
    return tuple(_metres([(lat, lon) for lon, lat in ring], frame) for ring in polygon)


def _metres(points: Iterable[tuple[float, float]], frame: LocalFrame) -> Points:
    return np.array([frame.to_metres(lat, lon) for lat, lon in points], np.float64).reshape(-1, 2)
