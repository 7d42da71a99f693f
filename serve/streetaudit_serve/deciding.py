"""A decision from the wire to the store, so that a repeated request is no second decision."""

from __future__ import annotations

from uuid import UUID

from fastapi import HTTPException

from streetaudit.io.store.errors import NoSuchCaseError, VersionConflict
from streetaudit.structures.case import Decision
from streetaudit_serve.parts import Parts
from streetaudit_serve.problems import VersionConflictProblem
from streetaudit_serve.views import detail
from streetaudit_serve.wire import CaseDetail, DecisionIn


def decide(parts: Parts, case_id: UUID, decision: DecisionIn, *, reviewer: str) -> CaseDetail:
    """The case after the decision.

    Raises:
        HTTPException: 404 without such a case, 409 if somebody changed it since the reviewer saw it.
    """
    try:
        parts.store.decide(
            case_id,
            reviewer=reviewer,
            decision=Decision(decision.decision),
            reason=decision.reason,
            note=decision.note,
            expected_version=decision.expected_version,
        )
    except NoSuchCaseError as error:
        raise HTTPException(404, "There is no such case.") from error
    except VersionConflict as error:
        now = detail(parts, case_id)
        if not _was_recorded(now, decision, reviewer):
            raise VersionConflictProblem(now.model_dump(mode="json")) from error
    parts.store.release(case_id, reviewer)
    return detail(parts, case_id)


def _was_recorded(now: CaseDetail, decision: DecisionIn, reviewer: str) -> bool:
    # The answer to the first try was lost on the way and the browser tried again: the decision stands already.
    if not now.history or now.case.version != decision.expected_version + 1:
        return False
    last = now.history[-1]
    return (last.reviewer, last.decision, last.reason) == (reviewer, decision.decision, decision.reason)
