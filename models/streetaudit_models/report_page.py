"""A report as one JSON and one page: scores with intervals, curves, confusion, and the worst misses as pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from streetaudit_models.average_precision import curve
from streetaudit_models.evaluate import Judged, judge_class
from streetaudit_models.plots import Axis, Line, chart, intervals, page, picture, table
from streetaudit_models.worst import draw, worst

_RECALL, _PRECISION, _CONFIDENCE = Axis("recall"), Axis("precision"), Axis("confidence")


def write_report(
    out: Path,
    found: dict[str, Any],
    judged: Sequence[Judged],
    *,
    classes: Sequence[str],
    thresholds: dict[str, float] | None = None,
) -> None:
    """Write report.json and report.html into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    title = " ".join(str(found[key]) for key in ("model", "version") if key in found) or "A detector"
    parts = [_about(found), _summary(found), _confusion(found), _sources(found)]
    for class_id, name in enumerate(classes):
        if name in found["scores"]["all"]:
            parts += _of_class(found, judged, class_id, name=name, threshold=(thresholds or {}).get(name, 0.25))
    (out / "report.html").write_text(page(f"{title}, judged", parts), encoding="utf-8")


def _about(found: dict[str, Any]) -> str:
    facts = [f"{found['images']} pictures"]
    facts += [f"{key} {found[key]}" for key in ("split", "runtime", "input") if found.get(key)]
    return (
        f'<p class="note">{" &middot; ".join(facts)}. A class is counted only where a picture’s source labels it.</p>'
    )


def _summary(found: dict[str, Any]) -> str:
    scores = found["scores"]["all"]
    dots = [(name, one["ap50"], *one["interval"]) for name, one in scores.items()]
    rows = [[name, *_numbers(one), *_by_size(one)] for name, one in scores.items()]
    head = ["class", *_HEAD, "recall small", "medium", "large"]
    note = (
        '<p class="note">AP50 with its 95 % interval under resampling of the pictures; precision and recall at the '
        "model’s own thresholds; small, medium and large as COCO has them (32 and 96 px).</p>"
    )
    return f"<h2>How well each class is seen</h2>{note}{intervals(dots, Axis('AP50'))}{table(head, rows)}"


_HEAD = ("AP50", "95 %", "AP50-95", "precision", "recall", "truths", "pictures")


def _numbers(one: dict[str, Any]) -> list[str]:
    low, high = one["interval"]
    scores = f"{one['ap50']:.3f}", f"{low:.2f} to {high:.2f}", f"{one['ap50_95']:.3f}"
    return [*scores, f"{one['precision']:.2f}", f"{one['recall']:.2f}", str(one["truths"]), str(one["images"])]


def _by_size(one: dict[str, Any]) -> list[str]:
    sizes = one["recall_by_size"]
    return [f"{sizes[name]:.2f}" if name in sizes else "" for name in ("small", "medium", "large")]


def _confusion(found: dict[str, Any]) -> str:
    mixed = found["confusion"]
    rows = [[name, *counts] for name, counts in zip(mixed["classes"], mixed["matrix"], strict=True)]
    note = (
        '<p class="note">Rows: what is there. Columns: what the surest detection over it says, at the model’s '
        "thresholds and among the classes that the picture’s source labels.</p>"
    )
    bins = found.get("bin_confusion")
    told = f"<p>A full bin taken for another or the reverse: {bins['share']:.1%}.</p>" if bins else ""
    return f"<h2>What is taken for what</h2>{note}{table(['', *mixed['classes'], 'nothing'], rows)}{told}"


def _sources(found: dict[str, Any]) -> str:
    rows = [
        [source, name, *_numbers(one)]
        for source, scores in found["scores"].items()
        if source != "all"
        for name, one in scores.items()
    ]
    return f"<h2>By source</h2>{table(['source', 'class', *_HEAD], rows, words=(1,))}"


def _of_class(
    found: dict[str, Any], judged: Sequence[Judged], class_id: int, *, name: str, threshold: float
) -> Iterator[str]:
    one = found["scores"]["all"][name]
    counted = [entry for entry in judged if entry.sample.scored[class_id]]
    confidence, precision, recall = curve([judge_class(entry, class_id) for entry in counted])
    here = [(one["recall"], one["precision"], f"at {threshold:.2f}")]
    yield f"<h2>{name}</h2><div class=charts>"
    yield chart([Line("", recall, precision)], _RECALL, _PRECISION, points=here, caption="IoU 0.5")
    both = [Line("precision", confidence, precision), Line("recall", confidence, recall)]
    cut = Line("threshold", [threshold, threshold], [0.0, 1.0], dashed=True)
    yield chart([*both, cut], _CONFIDENCE, Axis("share"))
    yield "</div>"
    shown = [picture(draw(bad), bad.words) for bad in worst(counted, class_id, threshold=threshold)]
    if shown:
        yield '<h3>The worst</h3><p class="note">Green: there. Red: seen, with its confidence.</p>'
        yield f"<div class=pictures>{''.join(shown)}</div>"
