"""A night report as one HTML page that stands alone and prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape

from streetaudit.plot.report_words import said
from streetaudit.plot.words import Language
from streetaudit.structures.night import Counted, Drift, NightReport, SlowClip

_STYLE = """
body { font: 15px/1.45 "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; color: #1b2631;
  margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
p.when { color: #566573; margin: .2rem 0 1.2rem; }
dl { display: flex; flex-wrap: wrap; gap: .6rem 2.2rem; margin: 0; } dt { color: #566573; }
dd { margin: 0; font-size: 1.5rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; break-inside: avoid; }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid #d5d8dc; vertical-align: top; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
tr.unusual td { font-weight: 600; } tr.unusual td:first-child::before { content: "\\25B2\\00A0"; color: #b03a2e; }
figure { margin: 0; } figure svg { width: 100%; height: auto; max-height: 32rem; border: 1px solid #d5d8dc; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } @page { margin: 15mm; } }
"""


def report_page(report: NightReport, *, language: Language, svg: str = "") -> str:
    """The page; `svg` is the drawing of the ways and cases, trusted as it is."""
    title = f"{said('report', language)} {report.day.isoformat()}"
    when = said("from_to", language).format(start=_at(report.start), end=_at(report.end))
    made = f"{said('made', language)} {_at(report.made_at)}"
    body = "\n".join(_sections(report, language, svg))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{escape(title)}</h1>"
        f'<p class="when">{escape(when)} · {escape(made)}</p>\n{body}\n</body></html>\n'
    )


def _sections(report: NightReport, language: Language, svg: str) -> Iterable[str]:
    yield _heading("looked_at_section", language) + _facts(report, language)
    yield _heading("workload", language) + _workload(report, language)
    if svg:
        yield f"{_heading('map', language)}<figure>{svg}</figure>"
    yield _heading("by_problem", language) + _counts(report.by_problem, ("problem", "nothing"), language)
    yield _heading("by_cell", language) + _counts(report.by_cell, ("cell", "no_cell"), language)
    parties = ("responsible", "no_responsible")
    yield _heading("by_responsible", language) + _counts(report.by_responsible, parties, language)
    yield _heading("failures", language) + _table(("clip", "reason"), report.failures, language, numbers=0)
    rows = [(said(reason, language), f"{count:,}") for reason, count in report.skipped.items()]
    yield _heading("skipped", language) + _table(("reason", "frames"), rows, language)
    yield _heading("slowest", language) + _slowest(report.slowest, language)
    yield _heading("drift", language) + _drift(report, language)


def _facts(report: NightReport, language: Language) -> str:
    figures = (
        ("clips", f"{report.clips:,}"),
        ("kilometres", f"{report.kilometres:.1f}"),
        ("minutes", f"{report.minutes:,.0f}"),
        ("frames", f"{report.frames:,}"),
    )
    return "<dl>" + "".join(f"<div><dt>{said(n, language)}</dt><dd>{v}</dd></div>" for n, v in figures) + "</dl>"


def _workload(report: NightReport, language: Language) -> str:
    figures = (("waiting", f"{report.waiting:,}"), ("hours", f"{report.review_hours:.1f}"))
    return "<dl>" + "".join(f"<div><dd>{v}</dd><dt>{said(n, language)}</dt></div>" for n, v in figures) + "</dl>"


def _counts(counts: Mapping[str, Counted], heads: tuple[str, str], language: Language) -> str:
    """A table of cases; `heads` names the first column, and what has no name there."""
    head, nameless = heads
    rows = [
        (said(name or nameless, language), str(one.new), str(one.again), str(one.gone)) for name, one in counts.items()
    ]
    return _table((head, "new", "again", "gone"), rows, language)


def _slowest(clips: Sequence[SlowClip], language: Language) -> str:
    rows = [(clip.name, f"{clip.took_s:.0f}", f"{clip.footage_s / clip.took_s:.1f}") for clip in clips]
    return _table(("clip", "took_s", "real_time"), rows, language)


def _drift(report: NightReport, language: Language) -> str:
    about = f"<p>{report.nights_before} {said('nights_before', language)}</p>"
    rows = [_drift_row(one, language) for one in report.drift]
    marks = ["unusual" if one.is_unusual else "" for one in report.drift]
    return about + _table(("figure", "tonight", "usual"), rows, language, marks=marks)


def _drift_row(one: Drift, language: Language) -> tuple[str, ...]:
    name = said("mean_confidence" if one.name == "confidence" else one.name, language)
    whole = f"{name}: {said(one.about, language)}" if one.about else name
    note = f" ({said('unusual', language)})" if one.is_unusual else ""
    return whole + note, f"{one.value:.2f}", "" if one.usual is None else f"{one.usual:.2f}"


def _table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    language: Language,
    *,
    numbers: int | None = None,
    marks: Sequence[str] = (),
) -> str:
    """A table whose first column is text and whose last `numbers` ones are numbers, by default all others."""
    rows = list(rows)
    if not rows:
        return f"<p>{said('nothing', language)}</p>"
    first = 1 if numbers is None else len(heads) - numbers
    kinds = ["" if column < first else ' class="n"' for column in range(len(heads))]
    top = "".join(f"<th{kind}>{escape(said(head, language))}</th>" for head, kind in zip(heads, kinds, strict=True))
    lines = [_row(row, kinds, mark) for row, mark in zip(rows, marks or [""] * len(rows), strict=True)]
    return f"<table><thead><tr>{top}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _row(cells: Sequence[str], kinds: Sequence[str], mark: str) -> str:
    inside = "".join(f"<td{kind}>{escape(cell)}</td>" for cell, kind in zip(cells, kinds, strict=True))
    return f'<tr class="{mark}">{inside}</tr>' if mark else f"<tr>{inside}</tr>"


def _heading(name: str, language: Language) -> str:
    return f"<h2>{escape(said(name, language))}</h2>"


def _at(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="minutes")
