"""What the decisions of the last days tell: of cameras, of reviewers, of the work."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.structures.case import Decision
from streetaudit_serve.guard import SUPERVISORS, GuardedRoute, allow
from streetaudit_serve.insight import acceptance, by_hour, kappa, reviewers
from streetaudit_serve.pages import page
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import counts, days_ago

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)


@router.get("/insight")
@allow(SUPERVISORS)
def insight_page(
    request: Request, parts: PartsDep, visitor: VisitorDep, days: Annotated[int, Query(ge=1, le=400)] = 14
) -> HTMLResponse:
    """Acceptance by problem and camera, agreement of reviewers, disagreements to settle, decisions by the hour."""
    since = days_ago(parts, days)
    times = parts.store.decision_times(since)
    opinions = parts.store.opinions()
    return page(
        request,
        "insight.html",
        days=days,
        rows=acceptance(parts.store.decided_by_camera(since)),
        people=reviewers(opinions, times),
        kappa=kappa(opinions),
        opinions=len([one for one in opinions if not one.is_gold]),
        disagreements=parts.store.disagreements(),
        hours=by_hour(times, ZoneInfo(parts.config.city.timezone)),
        decided=len(times),
        counts=counts(parts, visitor.name),
    )


@router.post("/cases/{case_id}/gold")
@allow(SUPERVISORS)
def set_gold(
    case_id: UUID,
    parts: PartsDep,
    visitor: VisitorDep,
    decision: Annotated[str, Form(pattern="^(confirm|dismiss|none)$")],
) -> Response:
    """Declare that the right decision on a case is known, or that it is not."""
    try:
        parts.store.set_gold(case_id, None if decision == "none" else Decision(decision), by=visitor.name)
    except NoSuchCaseError as error:
        raise HTTPException(404, "There is no such case.") from error
    return RedirectResponse(f"/cases/{case_id}", 303)
