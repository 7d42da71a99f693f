"""The pages that people look at."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from pydantic import ValidationError
from starlette.datastructures import URL
from starlette.responses import HTMLResponse, RedirectResponse, Response

from streetaudit.structures.case import OPEN_STATES
from streetaudit_serve.deciding import decide, split_off
from streetaudit_serve.filters import FormFilterDep, page_of
from streetaudit_serve.guard import PUBLIC, REVIEWERS, SIGNED_IN, GuardedRoute, allow
from streetaudit_serve.language import COOKIE, TAGS
from streetaudit_serve.pages import page
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.routes.queue import LEASE_S, claim_next
from streetaudit_serve.routes.signin import local_path
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import counts, detail
from streetaudit_serve.wire import ClaimIn, DecisionIn, SplitIn

router = APIRouter(route_class=GuardedRoute, include_in_schema=False)
#: As many pictures as a person really looks at before one key decides about them all.
MOST_AT_ONCE = 60


def wanted_cases(
    state: Annotated[list[Annotated[str, Query(max_length=16)]] | None, Query(max_length=9)] = None,
    problem: Annotated[list[Annotated[str, Query(max_length=64)]] | None, Query(max_length=20)] = None,
    camera: Annotated[str, Query(max_length=200)] = "",
    cell: Annotated[str, Query(max_length=64)] = "",
    night: Annotated[str, Query(max_length=32)] = "",
    confidence: Annotated[str, Query(max_length=16)] = "",
) -> ClaimIn:
    """Which cases the queue hands out, from the address; the words are those of the list's form."""
    least, _, most = confidence.partition("-")
    try:
        return ClaimIn.model_validate(
            {
                "states": [word for word in state or () if word] or ["candidate", "reopened"],
                "problems": [name for name in problem or () if name],
                "camera": camera or None,
                "cell": cell or None,
                "night": night or None,
                "min_confidence": least or 0,
                "max_confidence": most or 1,
            }
        )
    except ValidationError as error:
        raise HTTPException(422, "want a state of the list and a day like 2026-12-31") from error


WantedDep = Annotated[ClaimIn, Depends(wanted_cases)]
_YEAR_S = 31_536_000


@router.get("/")
@allow(PUBLIC)
def start() -> Response:
    """The queue is the start page."""
    return RedirectResponse("/queue", 303)


@router.get("/queue")
@allow(REVIEWERS)
def queue_page(request: Request, parts: PartsDep, visitor: VisitorDep, wanted: WantedDep) -> HTMLResponse:
    """The review page, with the first case already in it."""
    first = claim_next(parts, wanted, reviewer=visitor.name)
    start = {
        "first": first.model_dump(mode="json") if first else None,
        "counts": counts(parts, visitor.name).model_dump(mode="json"),
        "states": wanted.states,
        "wanted": wanted.model_dump(mode="json", exclude={"skip"}),
        "lease_s": LEASE_S,
    }
    return page(request, "queue.html", start=start, views=parts.store.views(visitor.name))


@router.get("/bulk")
@allow(REVIEWERS)
def bulk_page(request: Request, parts: PartsDep, wanted: FormFilterDep) -> HTMLResponse:
    """Open cases that have something in common, to be decided at one stroke after all of them were seen."""
    asked = replace(wanted, states=(wanted.states or OPEN_STATES) & OPEN_STATES)
    found = page_of(parts.store, asked, after=None, limit=MOST_AT_ONCE)
    return page(request, "bulk.html", found=found, wanted=asked, total=parts.store.count(asked))


@router.post("/views")
@allow(SIGNED_IN)
def keep_view(
    parts: PartsDep,
    visitor: VisitorDep,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    query: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Keep a question to the list of cases under a name."""
    if not parts.store.keep_view(visitor.name, name.strip() or "?", query.lstrip("?")):
        raise HTTPException(422, "You have as many views as anybody may have. Delete one first.")
    return RedirectResponse(local_path(f"/cases?{query.lstrip('?')}"), 303)


@router.post("/views/{view_id}/delete")
@allow(SIGNED_IN)
def drop_view(view_id: UUID, parts: PartsDep, visitor: VisitorDep) -> Response:
    """Forget a view of your own."""
    parts.store.drop_view(visitor.name, view_id)
    return RedirectResponse("/cases", 303)


@router.get("/cases")
@allow(SIGNED_IN)
def cases_page(
    request: Request,
    parts: PartsDep,
    visitor: VisitorDep,
    wanted: FormFilterDep,
    after: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """The list, with filters."""
    found = page_of(parts.store, wanted, after=after, limit=50)
    here = request.url.remove_query_params("after")
    return page(
        request,
        "cases.html",
        found=found,
        wanted=wanted,
        query=here.query,
        views=parts.store.views(visitor.name),
        total=parts.store.count(wanted),
        first_page=_relative(here) if after else None,
        next_page=_relative(here.include_query_params(after=found.next)) if found.next else None,
    )


@router.get("/cases/{case_id}")
@allow(SIGNED_IN)
def case_page(request: Request, case_id: UUID, parts: PartsDep) -> HTMLResponse:
    """One case for ever under its address, with all that was decided about it."""
    shown = detail(parts, case_id)
    return page(
        request,
        "case.html",
        shown=shown,
        gold=parts.store.gold(case_id) or "none",
        start={"first": shown.model_dump(mode="json")},
    )


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


@router.post("/cases/{case_id}/split")
@allow(REVIEWERS)
def split_on_page(
    case_id: UUID,
    parts: PartsDep,
    visitor: VisitorDep,
    sightings: Annotated[list[UUID], Form(max_length=500)],
) -> Response:
    """The page of the new case of the sightings that show another thing."""
    asked = SplitIn.model_validate({"sightings": sightings})
    new = split_off(parts, case_id, asked, reviewer=visitor.name)
    return RedirectResponse(f"/cases/{new.case.id}", 303)


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
