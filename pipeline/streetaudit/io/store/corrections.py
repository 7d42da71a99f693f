"""What reviewers set right stands in the case; what the audit says of it is kept beside, and comes back with an undo.

`cases.audited` holds the audit's own values of the columns that a standing correction has replaced, and grows with the
audit: a corrected place stays where the person put it, however often the thing is seen again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, select

from streetaudit.io.store.case_rows import case_of, place_row, queue_at
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import sightings
from streetaudit.structures.case import Case, Decision, Review
from streetaudit.structures.correction import Correction

_CITY: Final = ("cell", "responsible", "code", "due_at", "cell_at_border")


def check_correction(connection: Connection, review: Review) -> None:
    """Nothing, where the correction fits the decision and the case.

    Raises:
        ValueError: If a deferral corrects something, a dismissal the problem or place, or the box lies on a frame that
            is none of the case's.
    """
    correction = review.correction
    if correction is None:
        return
    says_there = review.decision is Decision.CONFIRM
    if not says_there and (review.decision is not Decision.DISMISS or review.reason != "wrong_class"):
        raise ValueError(f"want a correction with a confirmation or as wrong_class, got {review.decision}")
    if not says_there and (correction.problem is not None or correction.corrected_place is not None):
        raise ValueError("want a corrected problem or place only with a confirmation: a dismissed case is none")
    if correction.sighting is not None:
        _check_box(connection, review, correction)


def _check_box(connection: Connection, review: Review, correction: Correction) -> None:
    query = select(sightings.c.evidence).where(
        sightings.c.id == correction.sighting, sightings.c.case_id == review.case_id
    )
    evidence = connection.execute(query).scalar()
    if evidence is None:
        raise ValueError(f"want a sighting of case {review.case_id} with a picture, got {correction.sighting}")
    x1, y1, x2, y2 = correction.corrected_box or (0.0, 0.0, 0.0, 0.0)
    width, height = evidence["width_px"], evidence["height_px"]
    if x1 < 0 or y1 < 0 or x2 > width or y2 > height:
        raise ValueError(f"want a box inside {width} x {height} px, got {correction.corrected_box}")


def with_corrections(row: RowMapping, reviews: Sequence[Review]) -> dict[str, Any]:
    """The columns of a case as its standing reviews leave them."""
    given: dict[str, Any] = {}
    for review in standing(reviews):
        given |= _given(review.correction)
    said = audited(row)
    columns = {**said, **given}
    kept = {name: _plain(value) for name, value in said.items() if name in given}
    ever = {} if row["audited"] is None else {name: said[name] for name in row["audited"]}
    if not given and not ever:
        return {}
    first_seen = row["first_seen"]
    return {
        **{name: columns[name] for name in {*given, *ever}},
        "audited": kept or None,
        "queue_at": queue_at(columns["due_at"], first_seen),
    }


def beside_corrections(row: RowMapping, fresh: Mapping[str, Any]) -> dict[str, Any]:
    """The columns to write for what the audit newly says: what a person corrected stays, the rest follows."""
    kept = row["audited"]
    if not kept or not kept.keys() & fresh.keys():
        return dict(fresh)
    said = {name: _plain(value) for name, value in fresh.items() if name in kept}
    return {**{name: value for name, value in fresh.items() if name not in kept}, "audited": {**kept, **said}}


def audited(row: RowMapping) -> dict[str, Any]:
    """The row as the audit alone says."""
    kept = dict(row["audited"] or {})
    if kept.get("due_at") is not None:
        kept["due_at"] = datetime.fromisoformat(kept["due_at"])
    return {**row, **kept}


def audited_case(row: RowMapping) -> Case:
    """The case as the audit alone says: what a new sighting is compared with, for it errs in the same way again."""
    return case_of(audited(row))


def _given(correction: Correction | None) -> dict[str, Any]:
    if correction is None:
        return {}
    given: dict[str, Any] = {}
    if correction.corrected_place is not None:
        given |= place_row(correction.corrected_place)
    if correction.problem is not None:
        given |= {"problem": correction.problem, "code": None}
    if correction.facts is not None:
        given |= {name: getattr(correction.facts, name) for name in _CITY}
    return given


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
