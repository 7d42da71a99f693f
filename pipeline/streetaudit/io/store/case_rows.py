"""Cases, places and reviews as rows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from streetaudit.io.store.correction_rows import correction_json, correction_of
from streetaudit.structures.case import Case, CaseState, Decision, Review
from streetaudit.structures.place import Place

#: A case without a deadline waits in the queue as if the city had given it a week.
_UNHURRIED = timedelta(days=7)
#: Nothing known of its time: behind everything else.
_LAST = datetime(9999, 12, 31, tzinfo=UTC)


def queue_at(due_at: datetime | None, first_seen: datetime | None) -> datetime:
    """When a case's turn is, among those of its state."""
    if due_at is not None:
        return due_at
    return _LAST if first_seen is None else first_seen + _UNHURRIED


def place_row(place: Place | None) -> dict[str, Any]:
    """The columns of a place; all None for none."""
    if place is None:
        return dict.fromkeys(("lat", "lon", "error_m", "place_method", "place_views", "covariance_m2"))
    return {
        "lat": place.lat,
        "lon": place.lon,
        "error_m": place.error_m,
        "place_method": place.method,
        "place_views": place.views,
        "covariance_m2": None if place.covariance_m2 is None else list(place.covariance_m2),
    }


def place_of(row: Mapping[str, Any] | RowMapping) -> Place | None:
    """The place in a row, None where there is none."""
    if row["lat"] is None:
        return None
    covariance = row["covariance_m2"]
    return Place(
        lat=row["lat"],
        lon=row["lon"],
        error_m=row["error_m"],
        method=row["place_method"],
        views=row["place_views"],
        covariance_m2=None if covariance is None else (covariance[0], covariance[1], covariance[2]),
    )


def case_of(row: Mapping[str, Any] | RowMapping) -> Case:
    """The case in a row."""
    return Case(
        id=row["id"],
        problem=row["problem"],
        state=CaseState(row["state"]),
        place=place_of(row),
        confidence=row["confidence"],
        first_seen=row["first_seen"],
        last_seen=row["last_seen"],
        passes=row["passes"],
        sightings=row["sightings"],
        cell=row["cell"],
        responsible=row["responsible"],
        code=row["code"],
        rule=row["rule"],
        rule_version=row["rule_version"],
        due_at=row["due_at"],
        version=row["version"],
        evidence=row["evidence"],
        cell_at_border=row["cell_at_border"],
        gone_at=row["gone_at"],
        recurs=row["recurs"],
        duplicate_of=row["duplicate_of"],
    )


def review_row(review: Review) -> dict[str, Any]:
    """The columns of a review."""
    return {
        "id": review.id,
        "case_id": review.case_id,
        "reviewer": review.reviewer,
        "decision": review.decision.value,
        "reason": review.reason,
        "note": review.note,
        "at": review.at,
        "undoes": review.undoes,
        "correction": correction_json(review.correction),
        "other": review.other,
    }


def review_of(row: RowMapping) -> Review:
    """The review in a row."""
    return Review(
        id=row["id"],
        case_id=row["case_id"],
        reviewer=row["reviewer"],
        decision=Decision(row["decision"]),
        reason=row["reason"],
        note=row["note"],
        at=row["at"],
        undoes=row["undoes"],
        correction=correction_of(row["correction"]),
        other=row["other"],
    )
