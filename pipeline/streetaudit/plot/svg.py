"""A drawing as SVG: metres are user units, north is up, widths stay the same at every zoom."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from streetaudit.plot.drawing import Area, Circle, Drawing, Layer, Line, Mark, Points, Shape


def to_svg(drawing: Drawing) -> str:
    """The drawing as one <svg> element; each layer is a <g> with its name in data-layer."""
    west, south, east, north = drawing.bounds_m()
    box = f"{west:.2f} {-north:.2f} {east - west:.2f} {north - south:.2f}"
    layers = "\n".join(_layer(layer) for layer in drawing.layers)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img">\n{layers}\n</svg>'


def _layer(layer: Layer) -> str:
    shapes = "\n".join(line for shape in layer.shapes for line in _shape(shape, layer))
    return f'<g data-layer="{escape(layer.name)}">\n{shapes}\n</g>'


def _shape(shape: Shape, layer: Layer) -> Iterator[str]:
    title = f"<title>{escape(shape.title)}</title>" if shape.title else ""
    match shape:
        case Area(rings):
            yield f'<path d="{"".join(_trail(ring) + "Z" for ring in rings)}" {_filled(layer)}>{title}</path>'
        case Line(points):
            yield f'<path d="{_trail(points)}" fill="none" {_stroked(layer.colour, layer.stroke_px)}>{title}</path>'
        case Circle(east_m, north_m, radius_m):
            place = f'cx="{east_m:.2f}" cy="{-north_m:.2f}" r="{radius_m:.2f}"'
            yield f"<circle {place} {_filled(layer)}>{title}</circle>"
        case Mark(east_m, north_m):
            # A line of no length with round caps is a dot that does not grow with the map.
            dot = f'd="M{east_m:.2f} {-north_m:.2f}h0" fill="none" stroke-linecap="round"'
            inner = "#ffffff" if layer.hollow else layer.colour
            rim = layer.colour if layer.hollow else "#ffffff"
            key = f' data-key="{escape(shape.key)}"' if shape.key else ""
            yield f"<path{key} {dot} {_stroked(rim, layer.mark_px)}>{title}</path>"
            yield f"<path {dot} {_stroked(inner, layer.mark_px - 3)}>{title}</path>"


def _filled(layer: Layer) -> str:
    fill = f'fill="{layer.colour}" fill-opacity="{layer.fill:g}" fill-rule="evenodd"'
    return f"{fill} {_stroked(layer.colour, layer.stroke_px)}"


def _stroked(colour: str, width_px: float) -> str:
    if width_px <= 0.0:
        return 'stroke="none"'
    return f'stroke="{colour}" stroke-width="{width_px:g}" vector-effect="non-scaling-stroke"'


def _trail(points: Points) -> str:
    return "M" + "L".join(f"{east:.2f} {-north:.2f}" for east, north in points.tolist())
