"""The numbers of a set as one HTML page with drawings in it: no script, no other file, no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.stats.measure import GRID, SIZE_EDGES_PX, SetStats

_BAR_PX, _ROW_PX, _NAME_PX = 320, 22, 160
_CELL_PX = 8
# Okabe and Ito's palette: told apart by colour-blind people too.
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; } th, td { padding: .2rem .8rem .2rem 0; text-align: right; }
th:first-child, td:first-child { text-align: left; } tr { border-bottom: 1px solid #ddd; }
figure { display: inline-block; margin: 0 1rem 1rem 0; } figcaption { color: #555; } svg text { font-size: 13px; }
"""


def stats_page(stats: SetStats, *, title: str) -> str:
    """The page: tables of pictures and boxes, bars of sizes and crowding, maps of where boxes lie."""
    splits = sorted(stats.pictures)
    share = {name: {s: row.get(s, 0) for s in splits} for name, row in stats.boxes.items()}
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<h2>Pictures</h2>{table('split', {s or 'not divided': _pictures(stats, s) for s in splits})}",
        f"<h2>Boxes by class</h2>{bars(share, legend=splits)}{table('class', share)}",
        f"<h2>Pictures by source</h2>{table('source', stats.sources)}",
        f"<h2>Pictures in which a source labels a class exhaustively</h2>{table('source', stats.labelled)}",
        f"<h2>Box sizes</h2><p>Root of the area, in px of a picture of 640 px.</p>{_sizes(stats)}",
        f"<h2>Boxes in a picture</h2>{bars({str(n): {'': c} for n, c in _crowding(stats.crowding).items()})}",
        f"<h2>Where boxes lie</h2><p>Centres; the darkest cell holds most.</p>{_maps(stats.centres)}",
    ]
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style>{''.join(parts)}</html>\n"
    )


def _pictures(stats: SetStats, split: str) -> dict[str, int]:
    return {"pictures": stats.pictures[split], "places or sequences": stats.groups.get(split, 0)}


def table(head: str, rows: Mapping[str, Mapping[str, int]]) -> str:
    """An HTML table; columns are all that occur, in order."""
    columns = list(dict.fromkeys(column for row in rows.values() for column in row))
    top = "".join(f"<th>{escape(column or 'not divided')}</th>" for column in columns)
    body = "".join(
        f"<tr><td>{escape(name)}</td>{''.join(f'<td>{row.get(column, 0)}</td>' for column in columns)}</tr>"
        for name, row in rows.items()
    )
    return f"<table><tr><th>{escape(head)}</th>{top}</tr>{body}</table>"


def bars(rows: Mapping[str, Mapping[str, int]], *, legend: Sequence[str] = ()) -> str:
    """An SVG of stacked bars, one a row, to one scale."""
    most = max([sum(row.values()) for row in rows.values()], default=0) or 1
    drawn = []
    for number, (name, row) in enumerate(rows.items()):
        y, x = number * _ROW_PX, float(_NAME_PX)
        drawn.append(f'<text x="{_NAME_PX - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        for colour, count in enumerate(row.values()):
            width = count * _BAR_PX / most
            fill = _COLOURS[colour % len(_COLOURS)]
            drawn.append(f'<rect x="{x:.1f}" y="{y + 3}" width="{width:.1f}" height="{_ROW_PX - 6}" fill="{fill}"/>')
            x += width
        drawn.append(f'<text x="{x + 6:.1f}" y="{y + 15}">{sum(row.values())}</text>')
    height = _ROW_PX * len(rows)
    words = ", ".join(
        f'<b style="color:{_COLOURS[i % len(_COLOURS)]}">{escape(s)}</b>' for i, s in enumerate(legend) if s
    )
    size = f'width="{_NAME_PX + _BAR_PX + 80}" height="{height}"'
    return f'<figure><svg role="img" {size}>{"".join(drawn)}</svg><figcaption>{words}</figcaption></figure>'


def _sizes(stats: SetStats) -> str:
    names = [f"{low} to {high}" for low, high in pairwise(SIZE_EDGES_PX)]
    names.append(f"{SIZE_EDGES_PX[-1]} and more")
    figures = []
    for name, counts in stats.sizes.items():
        if sum(counts):
            drawing = bars({bin_: {"": count} for bin_, count in zip(names, counts, strict=True)})
            figures.append(f"<h3>{escape(name)}</h3>{drawing}")
    return "".join(figures)


def _crowding(counts: Mapping[int, int], most: int = 20) -> dict[str, int]:
    """Pictures by number of boxes; all above `most` in one row."""
    found = {str(n): c for n, c in counts.items() if n <= most}
    above = sum(c for n, c in counts.items() if n > most)
    return found | ({f"over {most}": above} if above else {})


def _maps(centres: Mapping[str, NDArray[np.int64]]) -> str:
    side = GRID * _CELL_PX
    figures = []
    for name, counts in centres.items():
        if not counts.sum():
            continue
        cells = [
            f'<rect x="{x * _CELL_PX}" y="{y * _CELL_PX}" width="{_CELL_PX}" height="{_CELL_PX}" '
            f'fill="#0072b2" fill-opacity="{counts[y, x] / counts.max():.2f}"/>'
            for y, x in np.argwhere(counts)
        ]
        frame = f'<rect width="{side}" height="{side}" fill="none" stroke="#999"/>'
        drawing = f'<svg role="img" width="{side}" height="{side}">{"".join(cells)}{frame}</svg>'
        figures.append(f"<figure>{drawing}<figcaption>{escape(name)}</figcaption></figure>")
    return "".join(figures)
