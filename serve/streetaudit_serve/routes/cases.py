"""The API's cases: list, detail, decision, map."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from streetaudit_serve.deciding import decide, split_off
from streetaudit_serve.filters import FilterDep, page_of
from streetaudit_serve.geojson import FeatureCollection, case_points, cluster_points, map_layers
from streetaudit_serve.guard import REVIEWERS, SIGNED_IN, GuardedRoute, allow
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.sessions import VisitorDep
from streetaudit_serve.views import case_out, counts, detail
from streetaudit_serve.wire import CaseDetail, CasePage, Conflict, Counts, DecisionIn, Problem, SplitIn


def problem_answers(*codes: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of the errors that a route answers with."""
    return {code: {"model": Conflict if code == 409 else Problem} for code in codes}


router = APIRouter(
    route_class=GuardedRoute, prefix="/api/v1", tags=["cases"], responses=problem_answers(401, 403, 422, 503)
)
#: Points that a browser draws without effort; the map asks again when it is moved.
MAX_POINTS = 1000


@router.get("/counts")
@allow(SIGNED_IN.by_token("read"))
def get_counts(parts: PartsDep, visitor: VisitorDep) -> Counts:
    """How much waits, and what you did today."""
    return counts(parts, visitor.name)


@router.get("/cases")
@allow(SIGNED_IN.by_token("read"))
def list_cases(
    parts: PartsDep,
    wanted: FilterDep,
    after: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> CasePage:
    """Cases in the queue's order, a page at a time."""
    found = page_of(parts.store, wanted, after=after, limit=limit)
    return CasePage(cases=[case_out(case) for case in found.cases], next=found.next)


@router.get("/map")
@allow(SIGNED_IN.by_token("read"))
def cases_on_map(parts: PartsDep, wanted: FilterDep) -> FeatureCollection:
    """Placed cases as GeoJSON points; where there are more than fit, points with a `cases` of how many lie there.

    `truncated` is true where even that cannot be told, for the question is about more than state and problem.
    """
    if wanted.bbox is not None:
        clusters = parts.store.clusters(wanted)
        if clusters is not None and sum(cluster.cases for cluster in clusters) > MAX_POINTS:
            return cluster_points(clusters)
    found = page_of(parts.store, wanted, after=None, limit=MAX_POINTS)
    return case_points(found.cases, truncated=found.next is not None)


@router.get("/layers")
@allow(SIGNED_IN.by_token("read"))
def city_layers(parts: PartsDep) -> FeatureCollection:
    """The city's zones and cells and the fixed cameras as GeoJSON."""
    return map_layers(parts.zones, parts.cells, parts.config.camera)


@router.get("/cases/{case_id}", responses=problem_answers(404))
@allow(SIGNED_IN.by_token("read"))
def get_case(case_id: UUID, parts: PartsDep) -> CaseDetail:
    """One case with its views, history and neighbours."""
    return detail(parts, case_id)


@router.post("/cases/{case_id}/decision", responses=problem_answers(404, 409))
@allow(REVIEWERS.by_token("review"))
def post_decision(case_id: UUID, decision: DecisionIn, parts: PartsDep, visitor: VisitorDep) -> CaseDetail:
    """Decide; 409 with the current case if it changed since you saw it."""
    return decide(parts, case_id, decision, reviewer=visitor.name)


@router.post("/cases/{case_id}/split", responses=problem_answers(404))
@allow(REVIEWERS.by_token("review"))
def split(case_id: UUID, asked: SplitIn, parts: PartsDep, visitor: VisitorDep) -> CaseDetail:
    """The new case of the sightings that show another thing."""
    return split_off(parts, case_id, asked, reviewer=visitor.name)


@router.get("/openapi.json", include_in_schema=False)
@allow(SIGNED_IN.by_token("read"))
def description(request: Request) -> JSONResponse:
    """The description of this API (OpenAPI 3.1)."""
    return JSONResponse(request.app.openapi())
