"""A decision from the wire to the store, so that a repeated request is no second decision."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from fastapi import HTTPException

from streetaudit.io.store.errors import NoSuchCaseError, VersionConflict
from streetaudit.structures.case import Decision
from streetaudit.structures.correction import Correction
from streetaudit.structures.place import Place
from streetaudit.structures.run import CityFacts
from streetaudit_serve.parts import Parts
from streetaudit_serve.problems import VersionConflictProblem
from streetaudit_serve.views import detail
from streetaudit_serve.wire import BulkIn, BulkOut, CaseDetail, DecisionIn, SplitIn


def decide(parts: Parts, case_id: UUID, decision: DecisionIn, *, reviewer: str) -> CaseDetail:
    """The case after the decision.

    Raises:
        HTTPException: 404 without such a case, 409 if somebody changed it since the reviewer saw it, 422 if the
            correction does not fit it.
    """
    try:
        _record(parts, case_id, decision, reviewer)
    except NoSuchCaseError as error:
        raise HTTPException(404, "There is no such case.") from error
    except VersionConflict as error:
        now = detail(parts, case_id)
        if not _was_recorded(now, decision, reviewer):
            raise VersionConflictProblem(now.model_dump(mode="json")) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    parts.store.release(case_id, reviewer)
    return detail(parts, case_id)


def decide_many(parts: Parts, bulk: BulkIn, *, reviewer: str) -> BulkOut:
    """What became of the cases of one stroke."""
    decided, changed = parts.store.decide_many(
        {case.id: case.expected_version for case in bulk.cases},
        reviewer=reviewer,
        decision=Decision(bulk.decision),
        reason=bulk.reason,
        note=bulk.note,
    )
    return BulkOut(decided=[case.id for case in decided], changed=changed)


def split_off(parts: Parts, case_id: UUID, asked: SplitIn, *, reviewer: str) -> CaseDetail:
    """The case that was split off.

    Raises:
        HTTPException: 404 without such a case, 422 if the sightings are not some of its own, or all of them.
    """
    try:
        new = parts.store.split_case(case_id, asked.sightings, by=reviewer, note=asked.note)
    except NoSuchCaseError as error:
        raise HTTPException(404, "There is no such case.") from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    return detail(parts, new.id)


def _record(parts: Parts, case_id: UUID, decision: DecisionIn, reviewer: str) -> None:
    if decision.duplicate_of is not None:
        version = {case_id: decision.expected_version}
        parts.store.merge_cases(decision.duplicate_of, [case_id], by=reviewer, note=decision.note, expected=version)
        return
    parts.store.decide(
        case_id,
        reviewer=reviewer,
        decision=Decision(decision.decision),
        reason=decision.reason,
        note=decision.note,
        expected_version=decision.expected_version,
        correction=_correction(parts, case_id, decision),
    )


def _correction(parts: Parts, case_id: UUID, decision: DecisionIn) -> Correction | None:
    if decision.problem is None and decision.box is None and decision.place is None:
        return None
    if decision.problem is not None and parts.problems and decision.problem not in {p.name for p in parts.problems}:
        raise ValueError(f"want a problem of the catalogue, got {decision.problem!r}")
    place = None if decision.place is None else Place(**decision.place.model_dump(), method="given")
    return Correction(
        corrected_box=decision.box.xyxy if decision.box else None,
        sighting=decision.box.sighting if decision.box else None,
        problem=decision.problem,
        corrected_place=place,
        facts=_facts(parts, case_id, decision.problem, place),
    )


def _facts(parts: Parts, case_id: UUID, problem: str | None, place: Place | None) -> CityFacts | None:
    """What the city says of the case as corrected: another cell has another party, another problem another code."""
    seen = parts.store.sightings(case_id)
    if parts.intake is None or not seen or (problem is None and place is None):
        return None
    first = seen[-1]
    verdict = replace(first.verdict, problem=problem or first.verdict.problem)
    return parts.intake.describe(replace(first, verdict=verdict, place=place or first.place))


def _was_recorded(now: CaseDetail, decision: DecisionIn, reviewer: str) -> bool:
    # The answer to the first try was lost on the way and the browser tried again: the decision stands already.
    if not now.history or now.case.version != decision.expected_version + 1:
        return False
    last = now.history[-1]
    same = (last.reviewer, last.decision, last.reason, last.other)
    return same == (reviewer, decision.decision, decision.reason, decision.duplicate_of)
