"""HTML pages with drawings in them: no script, no other file, no library; they print."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import ArrayLike

# Okabe and Ito's palette: told apart by colour-blind people too.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#444444")
_STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 74rem; padding: 0 1rem; color: #1a1a1a;
  background: #fff; }
h1 { font-size: 1.6rem; margin-bottom: .2rem; } h2 { font-size: 1.2rem; margin: 2.2rem 0 .4rem; }
h3 { font-size: 1rem; margin: 1rem 0 .3rem; } .note { color: #555; max-width: 46rem; }
table { border-collapse: collapse; margin: .6rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .15rem .8rem .15rem 0; text-align: right; white-space: nowrap; }
th { color: #555; font-weight: 600; } th:first-child, td:first-child { text-align: left; }
td.words, th.words { text-align: left; white-space: normal; } tr { border-bottom: 1px solid #e3e3e3; }
tr:last-child { border-bottom: 0; } .charts { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
figure { margin: 0; } figcaption { color: #555; font-size: .85rem; max-width: 22rem; }
.pictures { display: flex; flex-wrap: wrap; gap: .8rem; } .pictures img { display: block; max-width: 100%; }
svg text { font: 12px system-ui, sans-serif; fill: #333; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } }
"""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 340, 250, 44, 38, 12, 12


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart.

    Attributes:
        name: In the legend, "" for none.
        x: (N,) in the chart's units.
        y: (N,).
        dashed: For what is no measurement.
    """

    name: str
    x: ArrayLike
    y: ArrayLike
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis of a chart: its words and its ends."""

    label: str
    low: float = 0.0
    high: float = 1.0

    def shares(self, values: ArrayLike) -> list[float]:
        """Where values lie between the ends, 0 to 1."""
        wide = (self.high - self.low) or 1.0
        return [float(v) for v in np.clip((np.asarray(values, dtype=np.float64) - self.low) / wide, 0.0, 1.0)]


def page(title: str, body: Iterable[str]) -> str:
    """A whole HTML document."""
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{''.join(body)}</html>\n"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[object]], *, words: Sequence[int] = ()) -> str:
    """A table; the columns named in `words` hold text and may wrap."""
    top = "".join(f"<th{' class=words' if i in words else ''}>{escape(name)}" for i, name in enumerate(head))
    body = []
    for row in rows:
        cells = (f"<td{' class=words' if i in words else ''}>{escape(str(cell))}" for i, cell in enumerate(row))
        body.append(f"<tr>{''.join(cells)}")
    return f"<table><tr>{top}{''.join(body)}</table>"


def chart(
    lines: Sequence[Line], x: Axis, y: Axis, *, points: Sequence[tuple[float, float, str]] = (), caption: str = ""
) -> str:
    """Lines over a grid, with points that have a name each."""
    drawn = [_grid(x, y)]
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        way = " ".join(f"{px:.1f},{py:.1f}" for px, py in zip(_across(x, line.x), _down(y, line.y), strict=True))
        dash = ' stroke-dasharray="5 4"' if line.dashed else ""
        drawn.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{way}"/>')
    for px, py, name in points:
        left, top = _across(x, [px])[0], _down(y, [py])[0]
        drawn.append(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="4" fill="{COLOURS[1]}"/>')
        end = left > _WIDTH * 0.65
        side = f'x="{left - 7:.1f}" text-anchor="end"' if end else f'x="{left + 7:.1f}"'
        text_y = top + 16 if top < _TOP + 10 else top - 6
        drawn.append(f'<text {side} y="{text_y:.1f}">{escape(name)}</text>')
    named = [(line.name, COLOURS[i % len(COLOURS)]) for i, line in enumerate(lines) if line.name]
    legend = ", ".join(f'<b style="color:{colour}">{escape(name)}</b>' for name, colour in named)
    words = " &middot; ".join(part for part in (legend, escape(caption)) if part)
    size = f'width="{_WIDTH}" height="{_HEIGHT}" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    label = escape(f"{y.label} over {x.label}")
    return (
        f'<figure><svg role="img" aria-label="{label}" {size}>{"".join(drawn)}</svg>'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _across(x: Axis, values: ArrayLike) -> list[float]:
    return [_LEFT + share * (_WIDTH - _LEFT - _RIGHT) for share in x.shares(values)]


def _down(y: Axis, values: ArrayLike) -> list[float]:
    return [_HEIGHT - _BOTTOM - share * (_HEIGHT - _BOTTOM - _TOP) for share in y.shares(values)]


def _grid(x: Axis, y: Axis) -> str:
    parts = []
    for value in np.linspace(x.low, x.high, 6):
        at = _across(x, [value])[0]
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{at:.1f}" y="{_HEIGHT - _BOTTOM + 15}" text-anchor="middle">{value:g}</text>')
    for value in np.linspace(y.low, y.high, 6):
        at = _down(y, [value])[0]
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{at:.1f}" y2="{at:.1f}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{_LEFT - 5}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x.label)}</text>')
    turned = f'transform="translate(11 {(_HEIGHT - _BOTTOM + _TOP) / 2}) rotate(-90)"'
    parts.append(f'<text {turned} text-anchor="middle">{escape(y.label)}</text>')
    return "".join(parts)


def intervals(rows: Sequence[tuple[str, float, float, float]], x: Axis) -> str:
    """A dot and its interval for each row (name, value, low, high), to one scale."""
    name_px, row_px, wide = 150, 24, 420
    place = [[name_px + share * wide for share in x.shares(numbers)] for _, *numbers in rows]
    drawn = []
    for value in np.linspace(x.low, x.high, 6):
        at = name_px + x.shares([value])[0] * wide
        drawn.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{row_px * len(rows)}" stroke="#e3e3e3"/>')
        drawn.append(f'<text x="{at:.1f}" y="{row_px * len(rows) + 14}" text-anchor="middle">{value:g}</text>')
    for number, ((name, value, *_), (dot, low, high)) in enumerate(zip(rows, place, strict=True)):
        y = row_px * number + row_px / 2
        drawn.append(f'<text x="{name_px - 10}" y="{y + 4}" text-anchor="end">{escape(name)}</text>')
        drawn.append(f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{COLOURS[0]}" stroke-width="3"/>')
        drawn.append(f'<circle cx="{dot:.1f}" cy="{y}" r="5" fill="{COLOURS[0]}"/>')
        drawn.append(f'<text x="{name_px + wide + 12}" y="{y + 4}">{value:.2f}</text>')
    size = f'width="{name_px + wide + 60}" height="{row_px * len(rows) + 20}"'
    return f'<figure><svg role="img" aria-label="{escape(x.label)}" {size}>{"".join(drawn)}</svg></figure>'


def picture(jpeg: bytes, caption: str) -> str:
    """A picture within the page."""
    data = base64.b64encode(jpeg).decode()
    return (
        f'<figure><img alt="" src="data:image/jpeg;base64,{data}"><figcaption>{escape(caption)}</figcaption></figure>'
    )
