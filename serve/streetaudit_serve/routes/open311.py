"""Open311 GeoReport v2: discovery, services, requests, read and create."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streetaudit.io.store.citizens import CitizenRequest
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case
from streetaudit.structures.city import Problem
from streetaudit_serve.citizen_reports import join_case, reported
from streetaudit_serve.guard import OWN_KEY, GuardedRoute, allow
from streetaudit_serve.open311 import (
    SHOWN_STATES,
    SPECIFICATION,
    Entries,
    Format,
    Open311Error,
    Value,
    answer,
    case_request,
    citizen_request,
    refusal,
    service,
)
from streetaudit_serve.open311_fields import Fields, read_fields, read_number, read_position, read_span
from streetaudit_serve.parts import Parts, parts_of
from streetaudit_serve.sessions import Visitor, bearer_of
from streetaudit_serve.strings import PROBLEMS

router = APIRouter(route_class=GuardedRoute, prefix="/open311", include_in_schema=False)
_MOST = 1000
_MAX_TEXT = 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of Open311.

    Attributes:
        parts: What the server works with.
        visitor: Whose key it carries, None without one.
        fields: Of query and form, empty ones left out.
        name: The last part of the address, "" where it has none.
    """

    parts: Parts
    visitor: Visitor | None
    fields: Fields
    name: str


def _serve(
    *, needs_key: Callable[[Parts], bool]
) -> Callable[[Callable[[Asked], tuple[str, Value]]], Callable[[Request], Coroutine[Any, Any, Response]]]:
    """Turns a function into an endpoint that checks the key and answers, refusals too, in the format asked for."""

    def wrap(work: Callable[[Asked], tuple[str, Value]]) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        async def endpoint(request: Request) -> Response:
            kind: Format = "json" if request.path_params["kind"] == "json" else "xml"
            try:
                root, value = await run_in_threadpool(_work, request, await read_fields(request))
            except Open311Error as error:
                return refusal(error, kind)
            return answer(root, value, kind)

        def _work(request: Request, fields: Fields) -> tuple[str, Value]:
            parts = parts_of(request)
            if parts.config.serve.open311 == "off" or request.path_params["kind"] not in ("xml", "json"):
                raise Open311Error(404, "There is nothing here.")
            visitor = _caller(parts, fields)
            if visitor is None and needs_key(parts):
                raise Open311Error(403, "Missing or invalid api_key.")
            return work(Asked(parts, visitor, fields, str(request.path_params.get("name", ""))))

        endpoint.__doc__ = work.__doc__
        return endpoint

    return wrap


def _never(_: Parts) -> bool:
    return False


def _always(_: Parts) -> bool:
    return True


def _for_reading(parts: Parts) -> bool:
    return parts.config.serve.open311 != "public"


@router.get("/discovery.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_never)
def discovery(_: Asked) -> tuple[str, Value]:
    """Where the services are."""
    endpoint: Value = {
        "specification": SPECIFICATION,
        "url": "/open311/v2",
        "changeset": "2026-11-24T00:00:00Z",
        "type": "production",
        "formats": Entries("format", ["text/xml", "application/json"]),
    }
    return "discovery", {
        "changeset": "2026-11-24T00:00:00Z",
        "contact": "The administrator of this server.",
        "key_service": "An administrator makes a token with the scope report: that is the api_key.",
        "endpoints": Entries("endpoint", [endpoint]),
    }


@router.get("/v2/services.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_never)
def services(asked: Asked) -> tuple[str, Value]:
    """What can be reported."""
    return "services", Entries("service", [service(problem) for problem in asked.parts.problems])


@router.get("/v2/services/{name}.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_never)
def definition(asked: Asked) -> tuple[str, Value]:
    """What a report of a service is asked for besides: nothing."""
    return "service_definition", {
        "service_code": _problem(asked.parts, asked.name).name,
        "attributes": Entries("attribute", []),
    }


@router.get("/v2/requests.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_for_reading)
def list_requests(asked: Asked) -> tuple[str, Value]:
    """Cases and reports, newest first: of the last 90 days, or the first 1000."""
    parts, visitor, fields = asked.parts, asked.visitor, asked.fields
    wanted = fields.get("service_request_id")
    if wanted:
        found = [entry for name in wanted.split(",")[:100] if (entry := _one(parts, visitor, name.strip())) is not None]
        return "service_requests", Entries("request", found)
    since, until = read_span(fields, parts.clock.now())
    codes = {code.strip() for code in fields.get("service_code", "").split(",") if code.strip()}
    for code in codes:
        _problem(parts, code)
    statuses = {word.strip() for word in fields.get("status", "").split(",") if word.strip()}
    if not statuses <= {"open", "closed"}:
        raise Open311Error(400, "status is open, closed, or both separated by a comma.")
    rows = _rows(parts, visitor, since, until)
    kept = [
        row
        for row in rows
        if (not codes or row["service_code"] in codes) and (not statuses or row["status"] in statuses)
    ]
    page, size = read_number(fields, "page", 1), min(read_number(fields, "page_size", _MOST), _MOST)
    return "service_requests", Entries("request", kept[(page - 1) * size : page * size])


@router.post("/v2/requests.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_always)
def create_request(asked: Asked) -> tuple[str, Value]:
    """A new report; one with a position joins the queue, as the case that is there already or as a new one."""
    parts, fields = asked.parts, asked.fields
    problem, description = _checked(asked)
    lat, lon = read_position(fields)
    by = asked.visitor.name if asked.visitor else ""
    name, now = uuid.uuid4(), parts.clock.now()
    seen = None if lat is None or lon is None else reported(name, problem, lat, lon, description, now)
    report = CitizenRequest(
        id=name,
        service_code=problem.name,
        description=description,
        address=(fields.get("address_string") or fields.get("address_id") or "")[:500],
        media_url=fields.get("media_url", "")[:1000],
        lat=lat,
        lon=lon,
        requested_at=now,
        case_id=None if seen is None else join_case(parts, seen),
        by=by,
    )
    parts.store.add_request(report)
    parts.store.audit(by, "open311.report", str(name))
    made: Value = {"service_request_id": str(name), "service_notice": "A person looks at it.", "account_id": ""}
    return "service_requests", Entries("request", [made])


@router.get("/v2/requests/{name}.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_for_reading)
def one_request(asked: Asked) -> tuple[str, Value]:
    """One case or report."""
    found = _one(asked.parts, asked.visitor, asked.name)
    if found is None:
        raise Open311Error(404, "There is no such service_request_id.")
    return "service_requests", Entries("request", [found])


@router.get("/v2/tokens/{name}.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_for_reading)
def token(_: Asked) -> tuple[str, Value]:
    """Never needed: every report has its service_request_id at once."""
    raise Open311Error(404, "There is no such token; reports have their service_request_id at once.")


def _checked(asked: Asked) -> tuple[Problem, str]:
    """The problem and the words of a report that can be taken."""
    fields = asked.fields
    if not fields.get("service_code"):
        raise Open311Error(400, "service_code is required.")
    problem = _problem(asked.parts, fields["service_code"])
    if read_position(fields)[0] is None and not (fields.get("address_string") or fields.get("address_id")):
        raise Open311Error(400, "A location is required: lat and long, address_string or address_id.")
    description = fields.get("description", "")
    if len(description) > _MAX_TEXT:
        raise Open311Error(400, f"description has at most {_MAX_TEXT} characters.")
    return problem, description


def _caller(parts: Parts, fields: Fields) -> Visitor | None:
    visitor = bearer_of(parts, fields.get("api_key", ""))
    return visitor if visitor is not None and "report" in (visitor.scopes or ()) else None


def _problem(parts: Parts, code: str) -> Problem:
    for problem in parts.problems:
        if problem.name == code:
            return problem
    raise Open311Error(404, "service_code not found.")


def _named(parts: Parts, code: str) -> str:
    titles = next((dict(problem.title) for problem in parts.problems if problem.name == code), {})
    return titles.get("en", PROBLEMS.get(code, code))


def _one(parts: Parts, visitor: Visitor | None, name: str) -> Value:
    try:
        wanted = uuid.UUID(name)
    except ValueError:
        return None
    store = parts.store.within(visitor.area if visitor else None)
    report = parts.store.request(wanted)
    if report is not None:
        if visitor is not None and visitor.area is not None and report.by != visitor.name:
            return None
        case = None if report.case_id is None else parts.store.case(report.case_id)
        return citizen_request(report, case, _named(parts, report.service_code))
    case = store.case(wanted)
    return case_request(case, _named(parts, case.problem)) if case is not None and case.state in SHOWN_STATES else None


def _rows(parts: Parts, visitor: Visitor | None, since: datetime, until: datetime) -> list[dict[str, Any]]:
    area = visitor.area if visitor else None
    reports = parts.store.requests(since=since, until=until, limit=_MOST)
    if visitor is not None and area is not None:
        reports = [report for report in reports if report.by == visitor.name]
    joined = {report.case_id for report in reports}
    rows = [citizen_request(report, _case(parts, report), _named(parts, report.service_code)) for report in reports]
    others = (case for case in _cases(parts.store.within(area), since, until) if case.id not in joined)
    rows += [case_request(case, _named(parts, case.problem)) for case in others]
    found = [dict(row) for row in rows if isinstance(row, Mapping)]
    return sorted(found, key=lambda row: str(row["requested_datetime"]), reverse=True)[:_MOST]


def _case(parts: Parts, report: CitizenRequest) -> Case | None:
    return None if report.case_id is None else parts.store.case(report.case_id)


def _cases(store: Store, since: datetime, until: datetime) -> list[Case]:
    asked = CaseFilter(states=SHOWN_STATES, since=since)
    every = store.each_case(asked, order="queue")
    return list(islice((c for c in every if c.first_seen is not None and since <= c.first_seen <= until), _MOST))
