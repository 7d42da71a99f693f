"""A report as one JSON and one page with the worst misses as pictures."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_models.average_precision import curve, iou_matrix, judge
from streetaudit_models.evaluate import Judged
from streetaudit_models.infer import read_image

_WORST = 12  # pictures a class
_THUMB_PX = 260
_STYLE = "body{font:14px sans-serif;margin:2em}td,th{padding:2px 8px;text-align:right}img{margin:2px}"


def write_report(out: Path, found: dict[str, Any], judged: Sequence[Judged], *, classes: Sequence[str]) -> None:
    """Write report.json and report.html into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    parts = [f"<!doctype html><meta charset=utf-8><title>evaluation</title><style>{_STYLE}</style>", _table(found)]
    for class_id, name in enumerate(classes):
        if name in found["scores"]["all"]:
            parts += [f"<h2>{html.escape(name)}</h2>", _plot(judged, class_id), _misses(judged, class_id)]
    (out / "report.html").write_text("\n".join(parts), encoding="utf-8")


def _table(found: dict[str, Any]) -> str:
    rows = ["<tr><th>source<th>class<th>AP50<th>95 %<th>AP50-95<th>precision<th>recall<th>truths<th>images"]
    for source, scores in found["scores"].items():
        for name, one in scores.items():
            low, high = one["interval"]
            cells = [source, name, f"{one['ap50']:.3f}", f"{low:.2f}-{high:.2f}", f"{one['ap50_95']:.3f}"]
            cells += [f"{one['precision']:.2f}", f"{one['recall']:.2f}", one["truths"], one["images"]]
            rows.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}" for cell in cells))
    confusion = found.get("bin_confusion")
    note = f"<p>bin and overflowing_bin confused: {confusion['share']:.1%} {confusion['matrix']}" if confusion else ""
    return f"<h1>evaluation</h1><p>{found['images']} images<table>{''.join(rows)}</table>{note}"


def _plot(judged: Sequence[Judged], class_id: int) -> str:
    """Precision over recall as a small drawing."""
    images = []
    for one in judged:
        if one.sample.scored[class_id]:
            seen = one.seen.where(one.seen.class_id == class_id)
            images.append(judge(seen.xyxy, seen.confidence, truth=one.truth[one.truth_class == class_id]))
    _, precision, recall = curve(images)
    points = " ".join(f"{200 * r:.1f},{200 * (1 - p):.1f}" for p, r in zip(precision, recall, strict=True))
    return f'<svg width=200 height=200><polyline fill=none stroke=navy points="{points}"/></svg><br>'


def _misses(judged: Sequence[Judged], class_id: int) -> str:
    """The pictures with the most confident false alarms and the largest things overlooked."""
    ranked = sorted(((_badness(one, class_id), i) for i, one in enumerate(judged)), reverse=True)
    worst = [judged[i] for badness, i in ranked[:_WORST] if badness > 0]
    return "".join(_thumb(one, class_id) for one in worst)


def _badness(one: Judged, class_id: int) -> float:
    if not one.sample.scored[class_id]:
        return 0.0
    seen = one.seen.where((one.seen.class_id == class_id) & (one.seen.confidence > 0.2))
    truth = one.truth[one.truth_class == class_id]
    overlap = iou_matrix(seen.xyxy, truth)
    false = float(seen.confidence[overlap.max(axis=1, initial=0.0) < 0.3].max(initial=0.0))
    missed = float((overlap.max(axis=0, initial=0.0) < 0.3).sum())
    return false + 0.3 * min(missed, 2.0)


def _thumb(one: Judged, class_id: int) -> str:
    image: NDArray[np.uint8] = read_image(one.sample.image)
    for box in one.truth[one.truth_class == class_id]:
        _rectangle(image, box, (0, 220, 0))
    seen = one.seen.where((one.seen.class_id == class_id) & (one.seen.confidence > 0.2))
    for box in seen.xyxy:
        _rectangle(image, box, (255, 40, 40))
    scale = _THUMB_PX / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(small, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 75])
    name = html.escape(one.sample.image.name)
    return f'<img title="{name}" src="data:image/jpeg;base64,{base64.b64encode(coded.tobytes()).decode()}">'


def _rectangle(image: NDArray[np.uint8], box: NDArray[np.float32], colour: tuple[int, int, int]) -> None:
    x1, y1, x2, y2 = (int(side) for side in box)
    cv2.rectangle(image, (x1, y1), (x2, y2), colour, 3)
