"""Cases against a truth, as one JSON and one page: scores, a map, metres, and every mistake with its picture."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from streetaudit.structures.geo import LocalFrame
from streetaudit_datasets.scoring import CaseReport, CaseScore, Mistake, TruthObject
from streetaudit_models.plots import COLOURS, Axis, Line, chart, page, picture, table

_MOST_PICTURES = 24
_MAP_PX = 720
_RIGHT, _WRONG, _ASKED = COLOURS[2], COLOURS[1], COLOURS[0]


def case_fields(found: CaseReport) -> dict[str, Any]:
    """What report.json says: the scores by problem with recall and precision, and every mistake."""
    return {
        "scores": {score.problem: _score_fields(score) for score in found.scores},
        "mistakes": [_mistake_fields(mistake) for mistake in found.mistakes],
    }


def _score_fields(score: CaseScore) -> dict[str, Any]:
    return {**dataclasses.asdict(score), "recall": score.recall, "precision": score.precision}


def _mistake_fields(mistake: Mistake) -> dict[str, Any]:
    return {
        "kind": mistake.kind,
        "problem": mistake.problem,
        "thing": mistake.thing.id if mistake.thing else None,
        "case": str(mistake.case.id) if mistake.case else None,
        "words": str(mistake),
    }


def write_case_report(
    out: Path,
    found: CaseReport,
    truth: Sequence[TruthObject],
    *,
    title: str,
    crops: Mapping[UUID, bytes],
) -> None:
    """Write report.json and report.html into a folder.

    Args:
        out: The folder.
        found: The scores.
        truth: What stands in the scene.
        title: Of the page.
        crops: JPEG of mistaken cases, by their id.
    """
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(case_fields(found), indent=1), encoding="utf-8")
    parts = [_scores(found), _charts(found), "<h2>From above</h2>", case_map(found, truth), *_mistakes(found, crops)]
    (out / "report.html").write_text(page(title, parts), encoding="utf-8")


_HEAD = ("problem", "there", "found", "recall", "cases", "precision", "duplicates", "false", "merged")
_METRES = ("median m", "p90 m", "inside error_m", "wrong state")


def _scores(found: CaseReport) -> str:
    rows = []
    for one in found.scores:
        counts = one.problem, one.truths, one.found, _share(one.recall), one.cases, _share(one.precision)
        metres = _number(one.median_m), _number(one.p90_m), _share(one.within_error), one.state_errors
        rows.append([*counts, one.duplicates, one.false, one.merges, *metres])
    note = (
        '<p class="note">Asked for is what one pass saw well. A duplicate is a further case of a thing that has one; '
        "merged is a thing whose only case is its neighbour’s; false is a case with nothing of its problem near.</p>"
    )
    return f"{note}{table([*_HEAD, *_METRES], rows)}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _charts(found: CaseReport) -> str:
    apart = np.sort([pair.apart_m for pair in found.pairs])
    if not len(apart):
        return ""
    share = np.arange(1, len(apart) + 1) / len(apart)
    far = Axis("metres from the truth", 0.0, float(max(2.0, np.ceil(np.percentile(apart, 99)))))
    stated = np.array([pair.case.place.error_m for pair in found.pairs if pair.case.place])
    ratio = np.sort(np.array([pair.apart_m for pair in found.pairs]) / np.maximum(stated, 1e-6))
    drawn = chart([Line("", apart, share)], far, Axis("share of found cases"), caption="how near the places are")
    wanted = Line("95 % at 1", [1.0, 1.0], [0.0, 0.95], dashed=True)
    honest = chart(
        [Line("found", ratio, share), wanted],
        Axis("distance / error_m", 0.0, 2.0),
        Axis("share of found cases"),
        caption="how honest error_m is: 95 % should lie below 1",
    )
    return f"<h2>Metres</h2><div class=charts>{drawn}{honest}</div>"


def case_map(found: CaseReport, truth: Sequence[TruthObject]) -> str:
    """Things and cases from above, north up: a line joins each case to its thing."""
    asked = [thing for thing in truth if thing.problem and thing.is_asked]
    placed = [case for case in _cases(found) if case.place]
    if not asked and not placed:
        return ""
    spots = [(t.lat, t.lon) for t in asked] + [(c.place.lat, c.place.lon) for c in placed if c.place]
    frame = LocalFrame(*spots[0])
    metres = np.array([frame.to_metres(*spot) for spot in spots])
    low, high = metres.min(axis=0) - 10.0, metres.max(axis=0) + 10.0
    scale = _MAP_PX / float((high - low).max())

    def at(lat: float, lon: float) -> tuple[float, float]:
        east, north = frame.to_metres(lat, lon)
        return (east - low[0]) * scale, (high[1] - north) * scale

    drawn = []
    for pair in found.pairs:
        if pair.case.place:
            (x1, y1), (x2, y2) = at(pair.thing.lat, pair.thing.lon), at(pair.case.place.lat, pair.case.place.lon)
            drawn.append(f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#999"/>')
            drawn.append(_dot(x2, y2, _RIGHT, f"{pair.case.problem} {pair.apart_m:.1f} m from {pair.thing.id}"))
    for thing in asked:
        x, y = at(thing.lat, thing.lon)
        drawn.append(_dot(x, y, _ASKED, f"{thing.id} {thing.why}", hollow=True))
    for mistake in found.mistakes:
        where = mistake.case.place if mistake.case else mistake.thing
        if where is not None:
            drawn.append(_cross(*at(where.lat, where.lon), str(mistake)))
    wide, tall = (float(v) * scale for v in high - low)
    legend = (
        f'<b style="color:{_ASKED}">asked for</b>, <b style="color:{_RIGHT}">its case</b>, '
        f'<b style="color:{_WRONG}">a mistake</b> &middot; north is up, {1 / scale * 100:.0f} m in 100 px'
    )
    drawing = f'<svg role="img" aria-label="map" width="{wide:.0f}" height="{tall:.0f}">{"".join(drawn)}</svg>'
    return f"<figure>{drawing}<figcaption>{legend}</figcaption></figure>"


def _cases(found: CaseReport) -> Iterator[Any]:
    yield from (pair.case for pair in found.pairs)
    yield from (mistake.case for mistake in found.mistakes if mistake.case)


def _dot(x: float, y: float, colour: str, words: str, *, hollow: bool = False) -> str:
    look = f'fill="none" stroke="{colour}" stroke-width="1.5"' if hollow else f'fill="{colour}"'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{5 if hollow else 3}" {look}><title>{escape(words)}</title></circle>'


def _cross(x: float, y: float, words: str) -> str:
    way = f"M{x - 5:.1f},{y - 5:.1f}l10,10m0,-10l-10,10"
    return f'<path d="{way}" stroke="{_WRONG}" stroke-width="2" fill="none"><title>{escape(words)}</title></path>'


def _mistakes(found: CaseReport, crops: Mapping[UUID, bytes]) -> Iterator[str]:
    if not found.mistakes:
        return
    rows = [[mistake.kind, mistake.problem, str(mistake)] for mistake in found.mistakes]
    yield f"<h2>Every mistake</h2>{table(['kind', 'problem', 'what'], rows, words=(1, 2))}"
    pictured = [(mistake, mistake.case.id) for mistake in found.mistakes if mistake.case and mistake.case.id in crops]
    shown = [picture(crops[case], str(mistake)) for mistake, case in pictured[:_MOST_PICTURES]]
    if shown:
        yield f"<h2>What they look like</h2><div class=pictures>{''.join(shown)}</div>"
