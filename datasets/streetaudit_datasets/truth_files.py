"""The truth of a scene, rendered or simulated: what stands there, and which of it is to be asked for."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from streetaudit.errors import MapError
from streetaudit_datasets.scoring import TruthObject

#: What one pass or clip saw well in fewer frames, or never larger than MIN_SIDE_PX, is not asked for.
MIN_FRAMES = 8
MIN_SIDE_PX = 12.0
MIN_VISIBLE = 0.5
#: Nearer to a zone's border than this, a case and no case are both right.
MIN_BORDER_M = 5.0
#: What a thing would be on the other side of a border.
_BORDER_PROBLEMS = {"vehicle": "mis_parked_vehicle", "street_stall": "street_stall"}


def read_truth(path: Path, *, clips: Iterable[str] | None = None) -> list[TruthObject]:
    """The objects of a truth.json, of a rendered scene or of a simulated world.

    Args:
        path: The file.
        clips: Names of the clips that were looked at; None for all of them.

    Raises:
        MapError: If the file is missing or not such a truth.
    """
    wanted = None if clips is None else frozenset(clips)
    try:
        truth = json.loads(path.read_text(encoding="utf-8"))
        if "nights" in truth:
            return list(_of_world(truth, wanted))
        return [_rendered(entry, wanted) for entry in truth["objects"]]
    except (OSError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise MapError(f"{path} is no truth of a scene ({error}); make one with: streetaudit data synth") from error


def _rendered(entry: Mapping[str, Any], clips: Collection[str] | None) -> TruthObject:
    shown = [rows for name, rows in entry["clips"].items() if clips is None or name in clips]
    return TruthObject(
        id=str(entry["id"]),
        problem=str(entry["problem"]) if entry["problem"] else None,
        lat=float(entry["lat"]),
        lon=float(entry["lon"]),
        is_asked=max((_well_visible(rows) for rows in shown), default=0) >= MIN_FRAMES,
        why=str(entry.get("why", "")),
    )


def _well_visible(rows: Iterable[Sequence[float]]) -> int:
    return sum(
        1 for _, x1, y1, x2, y2, visible in rows if visible >= MIN_VISIBLE and min(x2 - x1, y2 - y1) >= MIN_SIDE_PX
    )


def _of_world(truth: Mapping[str, Any], clips: Collection[str] | None) -> Iterator[TruthObject]:
    """A thing that was cleaned away and came back to the same spot is one object."""
    by_spot: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for thing in truth["objects"]:
        by_spot[thing["spot"]].append(thing)
    for name, things in by_spot.items():
        yield from _spot(name, things, clips, last_night=int(truth["nights"]))


def _spot(
    name: str, things: Sequence[Mapping[str, Any]], clips: Collection[str] | None, *, last_night: int
) -> Iterator[TruthObject]:
    """The spot once for each problem that it may rightly be a case of."""
    passes = [p for thing in things for p in thing["passes"] if clips is None or p["clip"] in clips]
    problems = {str(p["problem"]) for p in passes if p["problem"]}
    beyond = _BORDER_PROBLEMS.get(str(things[0]["class"]))
    if beyond and any(p["border_m"] < MIN_BORDER_M for p in passes):
        problems.add(beyond)
    for problem in sorted(problems):
        well = [p for p in passes if p["problem"] == problem and p["frames"] >= MIN_FRAMES]
        yield TruthObject(
            id=name,
            problem=problem,
            lat=float(things[0]["lat"]),
            lon=float(things[0]["lon"]),
            is_asked=any(p["border_m"] >= MIN_BORDER_M for p in well),
            is_gone=not any(last_night in thing["nights"] for thing in things),
        )
