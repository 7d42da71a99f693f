"""A map as a drawing: layers of shapes in local metres, whatever it will be painted with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.geo import LocalFrame

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A filled polygon.

    Attributes:
        rings: Each float64 (N, 2), metres east and north; the first is the outline, the others are holes.
        title: What a pointer on it says.
    """

    rings: tuple[Points, ...]
    title: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line along points: float64 (N, 2), metres east and north."""

    points: Points
    title: str = ""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle on the ground."""

    east_m: float
    north_m: float
    radius_m: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A dot whose size does not depend on the scale.

    Attributes:
        east_m: Metres east.
        north_m: Metres north.
        title: What a pointer on it says.
        key: What a page knows it by, "" for none.
    """

    east_m: float
    north_m: float
    title: str = ""
    key: str = ""


Shape = Area | Line | Circle | Mark


@dataclass(frozen=True, slots=True)
class Layer:
    """Shapes that look alike and are switched on and off together.

    Attributes:
        name: A word of `words.py`.
        colour: "#rrggbb".
        shapes: In drawing order.
        fill: Opacity of areas and circles, 0 to 1.
        stroke_px: Width of lines and outlines, 0 for none.
        mark_px: Diameter of marks.
        hollow: Marks are rings.
    """

    name: str
    colour: str
    shapes: tuple[Shape, ...]
    fill: float = 0.0
    stroke_px: float = 1.5
    mark_px: float = 9.0
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map.

    Attributes:
        frame: Where the metres count from.
        layers: The lowest first.
    """

    frame: LocalFrame
    layers: tuple[Layer, ...]

    def bounds_m(self, margin_share: float = 0.04) -> tuple[float, float, float, float]:
        """(west, south, east, north) of everything, with a margin; 100 m around the origin for an empty map."""
        corners = [corner for layer in self.layers for shape in layer.shapes for corner in _corners(shape)]
        if not corners:
            return -50.0, -50.0, 50.0, 50.0
        points = np.array(corners)
        (west, south), (east, north) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
        margin = max(10.0, margin_share * max(east - west, north - south))
        return west - margin, south - margin, east + margin, north + margin


def scale_bar_m(metres_per_px: float, most_px: float = 160.0) -> float:
    """The longest round length (1, 2 or 5 times a power of ten, metres) that a bar of at most `most_px` shows.

    >>> scale_bar_m(0.5), scale_bar_m(10.0)
    (50.0, 1000.0)
    """
    most_m = metres_per_px * most_px
    power = 10.0 ** np.floor(np.log10(most_m))
    return float(max(step * power for step in (1.0, 2.0, 5.0) if step * power <= most_m))


def _corners(shape: Shape) -> list[tuple[float, float]]:
    match shape:
        case Area(rings):
            return [(float(e), float(n)) for e, n in rings[0]]
        case Line(points):
            return [(float(e), float(n)) for e, n in points]
        case Circle(east_m, north_m, radius_m):
            return [(east_m - radius_m, north_m - radius_m), (east_m + radius_m, north_m + radius_m)]
        case Mark(east_m, north_m):
            return [(east_m, north_m)]
