"""Open311 GeoReport v2: cases and citizens' reports in the words, shapes and errors of the specification."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias
from xml.etree import ElementTree

from starlette.responses import Response

from streetaudit.io.store.citizens import CitizenRequest
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.city import Problem
from streetaudit_serve.strings import PROBLEMS

Format = Literal["xml", "json"]
#: A value, fields by name, or a list whose entries have a name in XML.
Value: TypeAlias = "str | bool | Mapping[str, Value] | Entries | None"

#: Cases that other systems may see: what a person said is so, and what became of it.
SHOWN_STATES = frozenset({CaseState.CONFIRMED, CaseState.FILED, CaseState.REOPENED, CaseState.RESOLVED})
_CLOSED = frozenset({CaseState.RESOLVED, CaseState.DISMISSED, CaseState.DUPLICATE})
_NOTES = {
    CaseState.DISMISSED: "Looked at: no problem was found there.",
    CaseState.RESOLVED: "Resolved: later passes saw the spot without it.",
    CaseState.DUPLICATE: "Known already under another number.",
    CaseState.CONFIRMED: "Confirmed by a person.",
    CaseState.FILED: "Handed to the responsible party.",
}
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
_TYPES = {"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Entries:
    """A list: in JSON as it is, in XML each entry under a name."""

    name: str
    entries: Sequence[Value]


class Open311Error(Exception):
    """A refusal; `status` is HTTP's, the description says what is wanted."""

    def __init__(self, status: int, description: str) -> None:
        super().__init__(description)
        self.status = status


def answer(root: str, value: Value, kind: Format, *, status: int = 200) -> Response:
    """A value in the format asked for; in XML under the name of the root."""
    if kind == "json":
        body = json.dumps(_plain(value), ensure_ascii=False).encode()
    else:
        top = ElementTree.Element(root)
        _fill(top, value)
        body = ElementTree.tostring(top, encoding="utf-8", xml_declaration=True)
    return Response(body, status, media_type=_TYPES[kind])


def refusal(error: Open311Error, kind: Format) -> Response:
    """The answer to a request that cannot be met."""
    fault: Value = {"code": str(error.status), "description": str(error)}
    return answer("errors", Entries("error", [fault]), kind, status=error.status)


def service(problem: Problem) -> Value:
    """A problem of the catalogue as a service."""
    titles = dict(problem.title)
    return {
        "service_code": problem.name,
        "service_name": titles.get("en", PROBLEMS.get(problem.name, problem.name)),
        "description": titles.get("zh", problem.name),
        "metadata": False,
        "type": "realtime",
        "keywords": ",".join(problem.classes),
        "group": "street",
    }


def case_request(case: Case, name: str, *, address: str = "") -> Value:
    """A case as a service request."""
    lat, lon = (None, None) if case.place is None else (case.place.lat, case.place.lon)
    return _request(
        str(case.id), case, name, asked=_time(case.first_seen), lat=lat, lon=lon,
        description=name, address=address, media_url="",
    )  # fmt: skip


def citizen_request(report: CitizenRequest, case: Case | None, name: str) -> Value:
    """A citizen's report as a service request, its state that of the case which it joined."""
    return _request(
        str(report.id), case, name, asked=_time(report.requested_at), lat=report.lat, lon=report.lon,
        description=report.description, address=report.address, media_url=report.media_url,
    )  # fmt: skip


def _request(
    id_: str,
    case: Case | None,
    name: str,
    *,
    asked: str,
    lat: float | None,
    lon: float | None,
    description: str,
    address: str,
    media_url: str,
) -> Value:
    state = None if case is None else case.state
    closed = case.gone_at if case is not None and state is CaseState.RESOLVED else None
    return {
        "service_request_id": id_,
        "status": "closed" if state in _CLOSED else "open",
        "status_notes": _NOTES.get(state, "") if state else "Received; it has no position yet.",
        "service_name": name,
        "service_code": case.problem if case is not None else name,
        "description": description,
        "agency_responsible": (case.responsible if case is not None else None) or "",
        "service_notice": "",
        "requested_datetime": asked,
        "updated_datetime": _time(closed) or (_time(case.last_seen) if case is not None else asked) or asked,
        "expected_datetime": _time(case.due_at) if case is not None else "",
        "address": address,
        "address_id": "",
        "zipcode": "",
        "lat": "" if lat is None else f"{lat:.7f}",
        "long": "" if lon is None else f"{lon:.7f}",
        "media_url": media_url,
    }


def _time(at: datetime | None) -> str:
    return "" if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _plain(value: Value) -> object:
    if isinstance(value, Entries):
        return [_plain(entry) for entry in value.entries]
    if isinstance(value, Mapping):
        return {name: _plain(part) for name, part in value.items()}
    return value


def _fill(element: ElementTree.Element, value: Value) -> None:
    if isinstance(value, Entries):
        for entry in value.entries:
            _fill(ElementTree.SubElement(element, value.name), entry)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            _fill(ElementTree.SubElement(element, name), part)
    elif isinstance(value, bool):
        element.text = str(value).lower()
    elif value is not None:
        element.text = "".join(
            c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in value
        )
