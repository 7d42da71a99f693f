"""Runs and sightings as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

from streetaudit.io.reason_json import reason_json, reason_of
from streetaudit.io.store.case_rows import place_of, place_row
from streetaudit.structures.city import Verdict
from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.coverage import Coverage
from streetaudit.structures.place import NotPlaced, Place
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Evidence, Sighting

_PLAIN_RUN = (
    "work_key",
    "camera",
    "model_sha256",
    "rule_version",
    "clip_sha256",
    "status",
    "reason",
    "trace_source",
    "trace_note",
    "started_at",
    "look",
    "runtime",
)
_PLAIN_SIGHTING = (
    "id",
    "clip_sha256",
    "camera",
    "track_id",
    "class_name",
    "confidence",
    "frames",
    "first_s",
    "last_s",
    "seen_at",
    "model_sha256",
    "stands_from",
    "stands_to",
    "motion",
    "signature",
)


def storable(name: str) -> str:
    r"""A file name as text: bytes that are no UTF-8 become visible escapes, for no database takes them.

    >>> storable("clip-\udcff.mp4")
    'clip-\\xff.mp4'
    """
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def run_row(run: ClipRun) -> dict[str, Any]:
    """The columns of a run."""
    return {
        **{name: getattr(run, name) for name in _PLAIN_RUN},
        "clip_name": storable(run.clip_name),
        "reason": storable(run.reason),
        "trace_note": storable(run.trace_note),
        "facts": None if run.facts is None else _facts_json(run.facts),
        "record": None if run.record is None else asdict(run.record),
        "coverage": asdict(run.coverage),
        "path": [list(point) for point in run.path],
    }


def run_of(row: RowMapping) -> ClipRun:
    """The run in a row."""
    return ClipRun(
        **{name: row[name] for name in _PLAIN_RUN},
        clip_name=row["clip_name"],
        facts=None if row["facts"] is None else _facts_of(row["facts"]),
        record=None if row["record"] is None else DecodeRecord(**row["record"]),
        coverage=Coverage(**row["coverage"]),
        path=tuple((lat, lon) for lat, lon in row["path"] or ()),
    )


def _facts_json(facts: ClipFacts) -> dict[str, Any]:
    started_at = None if facts.started_at is None else facts.started_at.isoformat()
    return {**asdict(facts), "path": storable(str(facts.path)), "started_at": started_at}


def _facts_of(written: Mapping[str, Any]) -> ClipFacts:
    started_at = None if written["started_at"] is None else datetime.fromisoformat(written["started_at"])
    return ClipFacts(**{**written, "path": Path(written["path"]), "started_at": started_at})


def sighting_row(sighting: Sighting) -> dict[str, Any]:
    """The columns of a sighting that follow from its content."""
    place = sighting.place
    return {
        **{name: getattr(sighting, name) for name in _PLAIN_SIGHTING},
        "clip_name": storable(sighting.clip_name),
        **place_row(place if isinstance(place, Place) else None),
        "beside": None if sighting.beside is None else list(sighting.beside),
        "not_placed": place.reason if isinstance(place, NotPlaced) else None,
        "carrier_known": place.carrier_known if isinstance(place, NotPlaced) else None,
        **asdict(sighting.verdict),
        "reason": reason_json(sighting.verdict.reason),
        "evidence": evidence_json(sighting.evidence),
    }


def sighting_of(row: RowMapping) -> Sighting:
    """The sighting in a row."""
    return Sighting(
        **{name: row[name] for name in _PLAIN_SIGHTING},
        clip_name=row["clip_name"],
        beside=None if row["beside"] is None else tuple(row["beside"]),
        place=place_of(row) or NotPlaced(row["not_placed"], bool(row["carrier_known"])),
        verdict=Verdict(
            **{name: row[name] for name in Verdict.__dataclass_fields__ if name != "reason"},
            reason=reason_of(row["reason"]),
        ),
        evidence=evidence_of(row["evidence"]),
    )


def evidence_json(evidence: Evidence | None) -> dict[str, Any] | None:
    """Pictures as JSON takes them, None for none."""
    if evidence is None:
        return None
    blurred = [list(pair) for pair in evidence.blurred]
    others = {"others": [evidence_json(other) for other in evidence.others]} if evidence.others else {}
    plain = {name: getattr(evidence, name) for name in Evidence.__dataclass_fields__ if name != "others"}
    return {**plain, "xyxy": list(evidence.xyxy), "blurred": blurred, **others}


def evidence_of(written: Mapping[str, Any] | None) -> Evidence | None:
    """The pictures in a row's JSON, None where there are none."""
    if written is None:
        return None
    x1, y1, x2, y2 = written["xyxy"]
    blurred = tuple((kind, count) for kind, count in written["blurred"])
    others = tuple(view for other in written.get("others", ()) if (view := evidence_of(other)) is not None)
    return Evidence(**{**written, "xyxy": (x1, y1, x2, y2), "blurred": blurred, "others": others})
