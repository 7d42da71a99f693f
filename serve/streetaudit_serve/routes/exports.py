"""Cases out of the house, as a stream: GeoJSON, CSV, XLSX."""

from __future__ import annotations

from typing import IO, Annotated, Any, Literal, cast
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from streetaudit.io.exports import EXPORTED_STATES, write_csv, write_geojson, write_xlsx
from streetaudit_serve.filters import FilterDep
from streetaudit_serve.guard import SIGNED_IN, GuardedRoute, allow
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.pipe import piped
from streetaudit_serve.routes.cases import problem_answers
from streetaudit_serve.sessions import VisitorDep

router = APIRouter(route_class=GuardedRoute, tags=["exports"], responses=problem_answers(401, 403, 422, 503))
_KINDS = {
    "geojson": "application/geo+json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(
    "/api/v1/export/cases.{kind}",
    response_class=StreamingResponse,
    responses={200: {"content": {kind.partition(";")[0]: {} for kind in _KINDS.values()}}},
)
@allow(SIGNED_IN.by_token("export"))
def export_cases(
    kind: Literal["geojson", "csv", "xlsx"],
    parts: PartsDep,
    visitor: VisitorDep,
    wanted: FilterDep,
    bom: Annotated[bool, Query(description="CSV: begin with a byte order mark, for Excel")] = False,
) -> StreamingResponse:
    """The cases that a filter asks for; shadow, dismissed and duplicate ones only if their state is asked for."""
    states = wanted.states or EXPORTED_STATES
    zone = ZoneInfo(parts.config.city.timezone)
    parts.store.audit(visitor.name, f"export.{kind}", repr(wanted)[:500])
    cases = parts.store.each_case(wanted)

    def write(out: Any) -> None:
        if kind == "csv":
            write_csv(cases, cast("IO[str]", out), timezone=zone, states=states, bom=bom)
        elif kind == "geojson":
            write_geojson(cases, cast("IO[str]", out), timezone=zone, states=states)
        else:
            write_xlsx(cases, cast("IO[bytes]", out), timezone=zone, states=states)

    headers = {"Content-Disposition": f'attachment; filename="cases.{kind}"'}
    return StreamingResponse(piped(write), media_type=_KINDS[kind], headers=headers)
