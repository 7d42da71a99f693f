"""A drawing as one HTML file that needs nothing else: map, legend that switches layers, table of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from importlib.resources import files
from zoneinfo import ZoneInfo

from streetaudit.plot.drawing import Drawing, Layer
from streetaudit.plot.night import PROBLEM_COLOURS
from streetaudit.plot.svg import to_svg
from streetaudit.plot.words import Language, word
from streetaudit.structures.case import Case

_COLUMNS = ("problem", "state", "confidence", "place", "first_seen", "last_seen", "passes", "cell")


def to_page(
    drawing: Drawing, cases: Sequence[Case], *, made_at: datetime, timezone: ZoneInfo, language: Language = "en"
) -> str:
    """The page as text; times are shown in the city's time zone."""
    style, script = (files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("map.css", "map.js"))
    title = f"{word('map', language)} · {len(cases)} {word('cases', language)}"
    made = f"{word('made_at', language)} {made_at.astimezone(timezone):%Y-%m-%d %H:%M}"
    return (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{escape(title)}</title>\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n"
        f"<header><h1>{escape(title)}</h1><p>{escape(made)} · {escape(word('hint', language))}</p></header>\n"
        f'<main>\n<div id="map">{to_svg(drawing)}<div id="scale"></div></div>\n'
        f"<aside>\n{_legend(drawing, language)}\n{_table(cases, timezone, language)}\n</aside>\n</main>\n"
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _legend(drawing: Drawing, language: Language) -> str:
    lines = "\n".join(_switch(layer, language) for layer in drawing.layers if layer.shapes)
    return f'<fieldset id="layers">\n{lines}\n</fieldset>'


def _switch(layer: Layer, language: Language) -> str:
    look = "hollow" if layer.hollow else "full"
    return (
        f'<label><input type="checkbox" value="{escape(layer.name)}" checked>'
        f'<i class="{look}" style="--colour:{layer.colour}"></i>'
        f"{escape(word(layer.name, language))} <small>{len(layer.shapes)}</small></label>"
    )


def _table(cases: Sequence[Case], timezone: ZoneInfo, language: Language) -> str:
    head = "".join(f"<th>{escape(word(name, language))}</th>" for name in _COLUMNS)
    rows = "\n".join(_row(case, timezone, language) for case in cases)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(case: Case, timezone: ZoneInfo, language: Language) -> str:
    place = case.place
    cells = (
        word(case.problem, language),
        word(case.state.value, language),
        f"{case.confidence:.2f}",
        f"{place.lat:.6f}, {place.lon:.6f} ± {place.error_m:.1f} m" if place else word("no_place", language),
        _time(case.first_seen, timezone),
        _time(case.last_seen, timezone),
        str(case.passes),
        case.cell or "",
    )
    colour = PROBLEM_COLOURS.get(case.problem, "#6b4fa0")
    first, *others = (f"<td>{escape(cell)}</td>" for cell in cells)
    swatch = first.replace("<td>", f'<td><i class="full" style="--colour:{colour}"></i>')
    return f'<tr data-key="{case.id}">{swatch}{"".join(others)}</tr>'


def _time(at: datetime | None, timezone: ZoneInfo) -> str:
    return f"{at.astimezone(timezone):%Y-%m-%d %H:%M}" if at else ""
