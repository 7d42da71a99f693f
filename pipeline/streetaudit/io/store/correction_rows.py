"""A reviewer's correction as JSON in the review's row, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from streetaudit.structures.correction import Correction
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts


def correction_json(correction: Correction | None) -> dict[str, Any] | None:
    """The correction as JSON takes it, None for none."""
    if correction is None:
        return None
    written = {name: value for name, value in asdict(correction).items() if value is not None}
    if correction.sighting is not None:
        written["sighting"] = str(correction.sighting)
    if correction.facts is not None and correction.facts.due_at is not None:
        written["facts"]["due_at"] = correction.facts.due_at.isoformat()
    return written


def correction_of(written: Mapping[str, Any] | None) -> Correction | None:
    """The correction in a row's JSON, None where there is none."""
    if written is None:
        return None
    box, sighting, place = (written.get(name) for name in ("corrected_box", "sighting", "corrected_place"))
    return Correction(
        corrected_box=None if box is None else (box[0], box[1], box[2], box[3]),
        sighting=None if sighting is None else UUID(sighting),
        class_name=written.get("class_name"),
        problem=written.get("problem"),
        corrected_place=None if place is None else _place_of(place),
        facts=None if written.get("facts") is None else _facts_of(written["facts"]),
    )


def _place_of(written: Mapping[str, Any]) -> Place:
    spread = written["covariance_m2"]
    return Place(**{**written, "covariance_m2": None if spread is None else (spread[0], spread[1], spread[2])})


def _facts_of(written: Mapping[str, Any]) -> CityFacts:
    due_at = written["due_at"]
    return CityFacts(**{**written, "due_at": None if due_at is None else datetime.fromisoformat(due_at)})
