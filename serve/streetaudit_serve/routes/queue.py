"""The API's queue: lease the next case, keep it, let it go, take a decision back."""

from __future__ import annotations

import secrets
from uuid import UUID

from fastapi import APIRouter, HTTPException
from starlette.responses import Response

from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Decision
from streetaudit_serve.deciding import decide_many
from streetaudit_serve.filters import night_of
from streetaudit_serve.guard import REVIEWERS, GuardedRoute, allow
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.routes.cases import problem_answers
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import blind, detail
from streetaudit_serve.wire import BulkIn, BulkOut, CaseDetail, ClaimIn, LeasesIn, LeasesOut, OpinionIn

router = APIRouter(
    route_class=GuardedRoute, prefix="/api/v1", tags=["queue"], responses=problem_answers(401, 403, 422, 503)
)
#: A lease lasts three heartbeats of the page (40 s): a closed laptop blocks a case for two minutes at most.
LEASE_S = 120.0


def claim_next(parts: Parts, wanted: ClaimIn, *, reviewer: str) -> CaseDetail | None:
    """The next case, leased to the reviewer; None when nothing is left."""
    if _turn_for_second(parts):
        second = parts.store.next_for_second(reviewer)
        if second is not None and second.id not in wanted.skip:
            return blind(detail(parts, second.id))
    question = claim_filter(parts, wanted)
    case = parts.store.claim(reviewer, filter=question, lease_s=LEASE_S, skip=frozenset(wanted.skip))
    return detail(parts, case.id) if case else None


def claim_filter(parts: Parts, wanted: ClaimIn) -> CaseFilter:
    """The question to the store that a claim asks."""
    since, until = (None, None) if wanted.night is None else night_of(parts, wanted.night)
    return CaseFilter(
        states=frozenset(wanted.states),
        problems=frozenset(wanted.problems) or None,
        camera=wanted.camera or None,
        cell=wanted.cell or None,
        since=since,
        until=until,
        confidence=_confidence(wanted),
    )


def _confidence(wanted: ClaimIn) -> tuple[float, float] | None:
    asked = (wanted.min_confidence, wanted.max_confidence)
    return None if asked == (0.0, 1.0) else asked


def _turn_for_second(parts: Parts) -> bool:
    share = parts.config.serve.second_look_share
    return share > 0 and secrets.randbelow(10_000) < share * 10_000


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


@router.post("/bulk")
@allow(REVIEWERS.by_token("review"))
def bulk(cases: BulkIn, parts: PartsDep, visitor: VisitorDep) -> BulkOut:
    """One decision about several cases; one undo takes all of it back."""
    return decide_many(parts, cases, reviewer=visitor.name)


@router.post("/queue/second", responses={204: {"description": "Nothing waits"}}, response_model=CaseDetail)
@allow(REVIEWERS.by_token("review"))
def next_second(parts: PartsDep, visitor: VisitorDep) -> CaseDetail | Response:
    """A decided case for a second opinion, the first kept back."""
    case = parts.store.next_for_second(visitor.name)
    return Response(status_code=204) if case is None else blind(detail(parts, case.id))


@router.post("/cases/{case_id}/opinion", status_code=204, responses=problem_answers(404, 409))
@allow(REVIEWERS.by_token("review"))
def post_opinion(case_id: UUID, opinion: OpinionIn, parts: PartsDep, visitor: VisitorDep) -> None:
    """Give a second opinion; 409 where you decided on the case yourself, or have spoken."""
    decision = Decision(opinion.decision)
    try:
        said = parts.store.give_opinion(case_id, reviewer=visitor.name, decision=decision, reason=opinion.reason)
    except NoSuchCaseError as error:
        raise HTTPException(404, "There is no such case.") from error
    if said is None:
        raise HTTPException(409, "A second opinion is another person's, and given once.")


@router.post("/undo", responses=problem_answers(404))
@allow(REVIEWERS.by_token("review"))
def undo(parts: PartsDep, visitor: VisitorDep) -> CaseDetail:
    """Take back your newest decision; 404 when none is left."""
    case = parts.store.undo(visitor.name)
    if case is None:
        raise HTTPException(404, "Nothing of yours is left to take back.")
    return detail(parts, case.id)
