"""The API's queue: lease the next case, keep it, let it go, take a decision back."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import CaseState
from streetaudit_serve.guard import REVIEWERS, GuardedRoute, allow
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.routes.cases import problem_answers
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import detail
from streetaudit_serve.wire import CaseDetail, ClaimIn, LeasesIn, LeasesOut

router = APIRouter(
    route_class=GuardedRoute, prefix="/api/v1", tags=["queue"], responses=problem_answers(401, 403, 422, 503)
)
#: A lease lasts three heartbeats of the page (40 s): a closed laptop blocks a case for two minutes at most.
LEASE_S = 120.0


def claim_next(parts: Parts, wanted: ClaimIn, *, reviewer: str) -> CaseDetail | None:
    """The next case, leased to the reviewer; None when nothing is left."""
    question = CaseFilter(
        states=frozenset(CaseState(state) for state in wanted.states),
        problems=frozenset(wanted.problems) or None,
    )
    case = parts.store.claim(reviewer, filter=question, lease_s=LEASE_S, skip=frozenset(wanted.skip))
    return detail(parts, case.id) if case else None


@router.post("/queue/claim", responses={204: {"description": "Nothing waits"}}, response_model=CaseDetail)
@allow(REVIEWERS.by_token("review"))
def claim(wanted: ClaimIn, parts: PartsDep, visitor: VisitorDep) -> CaseDetail | Response:
    """Lease the next case that nobody else holds."""
    return claim_next(parts, wanted, reviewer=visitor.name) or Response(status_code=204)


@router.post("/queue/heartbeat")
@allow(REVIEWERS.by_token("review"))
def heartbeat(leases: LeasesIn, parts: PartsDep, visitor: VisitorDep) -> LeasesOut:
    """Keep your leases; what is missing from the answer went to somebody else."""
    held = [case for case in leases.cases if parts.store.hold(case, visitor.name, lease_s=LEASE_S)]
    return LeasesOut(held=held)


@router.post("/cases/{case_id}/release", status_code=204)
@allow(REVIEWERS.by_token("review"))
def release(case_id: UUID, parts: PartsDep, visitor: VisitorDep) -> None:
    """Let a case go before its lease ends."""
    parts.store.release(case_id, visitor.name)


@router.post("/undo", responses=problem_answers(404))
@allow(REVIEWERS.by_token("review"))
def undo(parts: PartsDep, visitor: VisitorDep) -> CaseDetail:
    """Take back your newest decision; 404 when none is left."""
    case = parts.store.undo(visitor.name)
    if case is None:
        raise HTTPException(404, "Nothing of yours is left to take back.")
    return detail(parts, case.id)
