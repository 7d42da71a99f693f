"""The pages that people look at."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, HTTPException, Query, Request
from pydantic import ValidationError
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit_serve.deciding import decide
from streetaudit_serve.filters import FormFilterDep, page_of
from streetaudit_serve.guard import PUBLIC, REVIEWERS, SIGNED_IN, GuardedRoute, allow
from streetaudit_serve.language import COOKIE, TAGS
from streetaudit_serve.pages import page
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.routes.queue import LEASE_S, claim_next
from streetaudit_serve.routes.signin import local_path
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import counts, detail
from streetaudit_serve.wire import ClaimIn, DecisionIn, State

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
_YEAR_S = 31_536_000


@router.get("/")
@allow(PUBLIC)
def start() -> Response:
    """The queue is the start page."""
    return RedirectResponse("/queue", 303)


@router.get("/queue")
@allow(REVIEWERS)
def queue_page(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    state: Annotated[list[State] | None, Query(max_length=9)] = None,
    problem: Annotated[list[Annotated[str, Query(max_length=64)]] | None, Query(max_length=20)] = None,
) -> HTMLResponse:
    """The review page, with the first case already in it."""
    wanted = ClaimIn(states=state or ["candidate", "reopened"], problems=problem or [])
    first = claim_next(parts, wanted, reviewer=visitor.name)
    start = {
        "first": first.model_dump(mode="json") if first else None,
        "counts": counts(parts, visitor.name).model_dump(mode="json"),
        "states": wanted.states,
        "problems": wanted.problems,
        "lease_s": LEASE_S,
    }
    return page(request, "queue.html", start=start, choice=wanted)


@router.get("/cases")
@allow(SIGNED_IN)
def cases_page(
    request: Request, parts: PartsDep, wanted: FormFilterDep, after: Annotated[str | None, Query(max_length=200)] = None
) -> HTMLResponse:
    """The list, with filters."""
    found = page_of(parts.store, wanted, after=after, limit=50)
    here = request.url.remove_query_params("after")
    return page(
        request,
        "cases.html",
        found=found,
        wanted=wanted,
        total=parts.store.count(wanted),
        first_page=_relative(here) if after else None,
        next_page=_relative(here.include_query_params(after=found.next)) if found.next else None,
    )


@router.get("/cases/{case_id}")
@allow(SIGNED_IN)
def case_page(request: Request, case_id: UUID, parts: PartsDep) -> HTMLResponse:
    """One case for ever under its address, with all that was decided about it."""
    shown = detail(parts, case_id)
    return page(request, "case.html", shown=shown, start={"first": shown.model_dump(mode="json")})


@router.post("/cases/{case_id}/decision")
@allow(REVIEWERS)
def decide_on_page(
    case_id: UUID,
    parts: PartsDep,
    visitor: VisitorDep,
    decision: Annotated[str, Form(max_length=32)],
    expected_version: Annotated[int, Form(ge=0)],
    note: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Decide from the case's page, without any script; `decision` is "confirm", "defer" or "dismiss:REASON"."""
    word, _, reason = decision.partition(":")
    try:
        asked = DecisionIn.model_validate(
            {"decision": word, "reason": reason or None, "note": note, "expected_version": expected_version}
        )
    except ValidationError as error:
        raise HTTPException(422, "A dismissal needs a reason.") from error
    decide(parts, case_id, asked, reviewer=visitor.name)
    return RedirectResponse(f"/cases/{case_id}", 303)


@router.get("/map")
@allow(SIGNED_IN)
def map_page(request: Request) -> HTMLResponse:
    """All placed cases on the city's map."""
    return page(request, "map.html")


@router.get("/language/{tag}")
@allow(PUBLIC)
def choose_language(tag: str, next: str = "/") -> Response:  # noqa: A002 - the name in the address
    """Remember the language and go back to where the visitor was."""
    response = RedirectResponse(local_path(next), 303)
    if tag in TAGS:
        response.set_cookie(COOKIE, tag, max_age=_YEAR_S, samesite="lax", path="/")
    return response


def _relative(url: URL) -> str:
    return url.path + (f"?{url.query}" if url.query else "")
