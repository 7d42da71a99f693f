"""Open311 GeoReport v2: discovery, services, requests, read and create."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from streetaudit.io.store.citizens import CitizenRequest
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case
from streetaudit.structures.city import Problem, Verdict
from streetaudit.structures.identity import sighting_id
from streetaudit.structures.place import Place
from streetaudit.structures.run import ClipRun
from streetaudit.structures.sighting import Sighting
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
from streetaudit_serve.parts import Parts, parts_of
from streetaudit_serve.sessions import Visitor, bearer_of
from streetaudit_serve.strings import PROBLEMS

router = APIRouter(route_class=GuardedRoute, prefix="/open311", include_in_schema=False)
_SPAN = timedelta(days=90)
_MOST = 1000
_MAX_TEXT = 4000
#: A citizen's pin on a map: the other side of the street is not excluded.
_ERROR_M = 15.0
#: Nobody's camera: reports are told from footage by it.
CAMERA = "open311"

Fields = dict[str, str]


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
                root, value = await run_in_threadpool(_work, request, await _fields(request))
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
    since, until = _span(parts, fields)
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
    page, size = _number(fields, "page", 1), min(_number(fields, "page_size", _MOST), _MOST)
    return "service_requests", Entries("request", kept[(page - 1) * size : page * size])


@router.post("/v2/requests.{kind}")
@allow(OWN_KEY)
@_serve(needs_key=_always)
def create_request(asked: Asked) -> tuple[str, Value]:
    """A new report; one with a position joins the queue, as the case that is there already or as a new one."""
    parts, fields = asked.parts, asked.fields
    problem, description = _checked(asked)
    lat, lon = _position(fields)
    by = asked.visitor.name if asked.visitor else ""
    name, now = uuid.uuid4(), parts.clock.now()
    seen = None if lat is None or lon is None else _sighting(name, problem, lat, lon, description, now)
    report = CitizenRequest(
        id=name,
        service_code=problem.name,
        description=description,
        address=(fields.get("address_string") or fields.get("address_id") or "")[:500],
        media_url=fields.get("media_url", "")[:1000],
        lat=lat,
        lon=lon,
        requested_at=now,
        case_id=None if seen is None else _join(parts, seen),
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
    if _position(fields)[0] is None and not (fields.get("address_string") or fields.get("address_id")):
        raise Open311Error(400, "A location is required: lat and long, address_string or address_id.")
    description = fields.get("description", "")
    if len(description) > _MAX_TEXT:
        raise Open311Error(400, f"description has at most {_MAX_TEXT} characters.")
    return problem, description


async def _fields(request: Request) -> Fields:
    pairs = dict(request.query_params)
    if request.method == "POST":
        body = (await request.body()).decode("utf-8", "replace")
        try:
            pairs |= {name: values[-1] for name, values in parse_qs(body, max_num_fields=100).items()}
        except ValueError:
            return pairs
    return {name: value for name, value in pairs.items() if value != ""}  # an empty parameter is an absent one


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


def _position(fields: Fields) -> tuple[float | None, float | None]:
    if "lat" not in fields and "long" not in fields:
        return None, None
    try:
        lat, lon = float(fields["lat"]), float(fields["long"])
    except (KeyError, ValueError) as error:
        raise Open311Error(400, "lat and long are degrees, and come together.") from error
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise Open311Error(400, "lat and long are degrees of WGS 84.")
    return lat, lon


def _number(fields: Fields, name: str, default: int) -> int:
    written = fields.get(name, str(default))
    if not (written.isascii() and written.isdigit() and 1 <= int(written[:9]) <= 10**8):
        raise Open311Error(400, f"{name} is a number from 1 on.")
    return int(written)


def _span(parts: Parts, fields: Fields) -> tuple[datetime, datetime]:
    try:
        given = {name: _moment(fields[name]) for name in ("start_date", "end_date") if name in fields}
        until = given.get("end_date") or (given["start_date"] + _SPAN if "start_date" in given else parts.clock.now())
        since = given.get("start_date") or until - _SPAN
    except (ValueError, OverflowError) as error:
        raise Open311Error(400, "start_date and end_date are times like 2026-11-24T00:00:00Z.") from error
    if not timedelta(0) <= until - since <= _SPAN:
        raise Open311Error(400, "start_date and end_date span at most 90 days.")
    return since, until


def _moment(written: str) -> datetime:
    at = datetime.fromisoformat(written.replace(" ", "+"))
    if not 1970 <= at.year <= 2999 or at.tzinfo is None:
        raise ValueError(f"want a time with its offset, got {written!r}")
    return at.astimezone(UTC)


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


def _sighting(name: uuid.UUID, problem: Problem, lat: float, lon: float, description: str, now: datetime) -> Sighting:
    clip = hashlib.sha256(name.bytes).hexdigest()
    verdict = Verdict(problem.name, "citizen", "open311", description[:1000] or "A citizen reported it.")
    return Sighting(
        id=sighting_id(clip_sha256=clip, model_sha256="", rule_version="open311", track_id=0, problem=problem.name),
        clip_sha256=clip,
        clip_name=f"open311/{name}",
        camera=CAMERA,
        track_id=0,
        class_name=problem.classes[0],
        confidence=0.5,
        frames=0,
        first_s=0.0,
        last_s=0.0,
        seen_at=now,
        place=Place(lat, lon, _ERROR_M, method="given"),
        verdict=verdict,
        evidence=None,
        model_sha256="",
    )


def _join(parts: Parts, seen: Sighting) -> uuid.UUID | None:
    """The case that a report became part of: one that is there already, or a new one."""
    intake = parts.intake
    if intake is None:
        return None
    run = ClipRun(
        work_key=seen.clip_sha256,
        clip_sha256=seen.clip_sha256,
        clip_name=seen.clip_name,
        camera=CAMERA,
        model_sha256="",
        rule_version="open311",
        status="complete",
        reason="a citizen's report",
        facts=None,
        record=None,
    )
    made = parts.store.commit_clip(
        run, [seen], assign=intake.assign, describe=intake.describe, place_cases=intake.place_cases
    )
    return next(iter((*made.new_cases, *made.again)), None)
