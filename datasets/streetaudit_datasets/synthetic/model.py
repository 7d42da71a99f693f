"""What a thing is made of: quads with pictures, plain polygons, sprites and tubes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.synthetic.textures import Colour, Texture

Floats = NDArray[np.float64]
Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Quad:
    """A picture on four corners: top left, top right, bottom right, bottom left as seen from its front."""

    corners: Floats
    paint: Texture
    two_sided: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A convex polygon of one colour; its front is where its corners run clockwise."""

    corners: Floats
    colour: Colour
    two_sided: bool = False
    opacity: float = 1.0
    glows: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """An upright picture that always faces the camera; corners holds the middle of its foot."""

    corners: Floats
    width_m: float
    height_m: float
    paint: Texture


@dataclass(frozen=True, slots=True, eq=False)
class Tube:
    """A round bar from one end to the other; corners (2, 3) are the ends."""

    corners: Floats
    radius_m: tuple[float, float]
    colour: Colour
    glows: bool = False


Part = Quad | Flat | Sprite | Tube


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Parts drawn in this order after turning away what faces away.

    Attributes:
        parts: the parts.
        centre: for the order among groups.
        counts: whether its pixels belong to the thing; a pole that carries an advert does not.
    """

    parts: tuple[Part, ...]
    centre: Point = (0.0, 0.0, 0.0)
    counts: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A thing in its own axes: x forward, y left, z up, metres, foot at zero.

    Attributes:
        groups: drawn far to near by their centres.
        size_m: length, width and height.
        shadow: whether it darkens the ground under it.
    """

    groups: tuple[Group, ...]
    size_m: tuple[float, float, float]
    shadow: float = 0.55

    def scaled(self, factor: float) -> Model:
        """The same thing, larger or smaller."""
        groups = tuple(
            Group(tuple(_scaled(p, factor) for p in g.parts), _times(g.centre, factor), g.counts) for g in self.groups
        )
        return Model(groups, _times(self.size_m, factor), self.shadow)


def _times(values: Point, factor: float) -> Point:
    return values[0] * factor, values[1] * factor, values[2] * factor


def _scaled(part: Part, factor: float) -> Part:
    corners = part.corners * factor
    match part:
        case Sprite():
            return replace(part, corners=corners, width_m=part.width_m * factor, height_m=part.height_m * factor)
        case Tube():
            return replace(part, corners=corners, radius_m=(part.radius_m[0] * factor, part.radius_m[1] * factor))
        case _:
            return replace(part, corners=corners)


def quad(corners: Sequence[Point], paint: Texture, *, two_sided: bool = False) -> Quad:
    """A quad from plain tuples."""
    return Quad(np.array(corners, dtype=np.float64), paint, two_sided)


def flat(
    corners: Sequence[Point], colour: Colour, *, two_sided: bool = False, opacity: float = 1.0, glows: bool = False
) -> Flat:
    """A plain polygon from tuples."""
    return Flat(np.array(corners, dtype=np.float64), colour, two_sided, opacity, glows)


def sprite(foot: Point, size_m: tuple[float, float], paint: Texture) -> Sprite:
    """A sprite that stands on its foot."""
    return Sprite(np.array([foot], dtype=np.float64), size_m[0], size_m[1], paint)


def tube(
    a: Point, b: Point, radius_m: float, colour: Colour, *, end_m: float | None = None, glows: bool = False
) -> Tube:
    """A round bar; end_m is its radius at b when it tapers."""
    return Tube(np.array([a, b], dtype=np.float64), (radius_m, radius_m if end_m is None else end_m), colour, glows)


def group(parts: Sequence[Part], *, centre: Point | None = None) -> Group:
    """A group about the middle of its parts, unless told otherwise."""
    if centre is None:
        middle = np.mean([p.corners.mean(axis=0) for p in parts], axis=0)
        centre = (float(middle[0]), float(middle[1]), float(middle[2]))
    return Group(tuple(parts), centre)


def box(low: Point, high: Point, paint: Texture | Colour, *, top: Texture | Colour | None = None) -> list[Part]:
    """The five faces of a box that can be seen; one picture on each side."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    sides = [
        [(x1, y0, z1), (x1, y1, z1), (x1, y1, z0), (x1, y0, z0)],
        [(x0, y1, z1), (x0, y0, z1), (x0, y0, z0), (x0, y1, z0)],
        [(x1, y1, z1), (x0, y1, z1), (x0, y1, z0), (x1, y1, z0)],
        [(x0, y0, z1), (x1, y0, z1), (x1, y0, z0), (x0, y0, z0)],
    ]
    lid = [(x1, y1, z1), (x1, y0, z1), (x0, y0, z1), (x0, y1, z1)]
    faces: list[Part] = [face(lid, paint if top is None else top)]
    return faces + [face(side, paint) for side in sides]


def face(corners: Sequence[Point], paint: Texture | Colour, *, two_sided: bool = False) -> Part:
    """A quad or a flat, by what it is painted with."""
    if isinstance(paint, Texture):
        return quad(corners, paint, two_sided=two_sided)
    return flat(corners, paint, two_sided=two_sided)
