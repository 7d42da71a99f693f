"""What gateways send: sightings, pictures, heartbeats. The wire is described in docs/ingest.md."""

from __future__ import annotations

import gzip
import io
import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from streetaudit.io.evidence_intake import MAX_BYTES, EvidenceIntake, Piece
from streetaudit.io.wire.heartbeat import HeartbeatAnswer, HeartbeatDocument
from streetaudit.io.wire.sightings import (
    MOST_BYTES,
    MOST_SIGHTINGS,
    MOST_UNPACKED_BYTES,
    Document,
    Name,
    ReceivedDocument,
    RefusedDocument,
    SightingDocument,
    evidence_keys,
)
from streetaudit.structures.live import LiveSighting
from streetaudit_serve.guard import GATEWAYS, GuardedRoute, allow
from streetaudit_serve.parts import PartsDep
from streetaudit_serve.routes.cases import problem_answers
from streetaudit_serve.routes.signin import address_of
from streetaudit_serve.sessions import Visitor, VisitorDep

router = APIRouter(
    route_class=GuardedRoute,
    prefix="/api/v1/ingest",
    tags=["ingest"],
    responses=problem_answers(401, 403, 413, 422, 503),
)
_RANGE = re.compile(r"bytes (\d{1,12})-(\d{1,12})/(\d{1,12})", re.ASCII)


def _body(kind: str, schema: dict[str, str]) -> dict[str, Any]:
    """The OpenAPI description of a body that the route reads by itself."""
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


_NOT_JSON = "want a JSON document as docs/ingest.md describes it"


class Envelope(Document):
    """A batch before its sightings are looked at one by one: a bad one does not hold up the others."""

    gateway: Name
    batch: Name
    sent_at: Any = None
    sightings: list[dict[str, Any]]


async def unpacked(request: Request) -> bytes:
    """The body of a request, unpacked where it is gzipped.

    Raises:
        HTTPException: 413 if there is more in it than may be, 422 if it cannot be unpacked.
    """
    body = await request.body()
    if request.headers.get("content-encoding", "identity") != "gzip":
        return body
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            plain = packed.read(MOST_UNPACKED_BYTES + 1)
    except (OSError, EOFError, ValueError) as error:
        raise HTTPException(422, "want a whole gzip stream") from error
    if len(plain) > MOST_UNPACKED_BYTES:
        raise HTTPException(413, f"want at most {MOST_UNPACKED_BYTES} bytes once unpacked")
    return plain


Unpacked = Annotated[bytes, Depends(unpacked)]


@router.post("/sightings", openapi_extra=_body("application/json", {"type": "object"}))
@allow(GATEWAYS.with_body(MOST_BYTES))
def take_sightings(body: Unpacked, parts: PartsDep, visitor: VisitorDep) -> ReceivedDocument:
    """Store a batch; the answer means that it is durable."""
    intake = parts.intake
    if intake is None:
        raise HTTPException(503, "This server takes no sightings.", headers={"Retry-After": "3600"})
    envelope = _envelope(body)
    _own(envelope.gateway, visitor)
    seen: list[LiveSighting] = []
    refused: dict[str, str] = {}
    for written in envelope.sightings:
        try:
            seen.append(SightingDocument.model_validate(written).value())
        except (ValidationError, ValueError) as error:
            refused[_id_of(written)] = _why(error)
    others = parts.store.of_others(visitor.name, [live.sighting.id for live in seen])
    refused |= {str(id_): "this sighting is stored already, and is not this gateway's" for id_ in others}
    seen = [live for live in seen if live.sighting.id not in others]
    received = parts.store.commit_live(
        visitor.name, seen, assign=intake.assign, describe=intake.describe, place_cases=intake.place_cases
    )
    keys = dict.fromkeys(key for live in seen for key in evidence_keys(live.sighting))
    return ReceivedDocument(
        batch=envelope.batch,
        accepted=received.accepted,
        duplicate=received.duplicate,
        refused=tuple(RefusedDocument(id=name, reason=reason) for name, reason in refused.items()),
        wanted=tuple(key for key in keys if not parts.evidence.has(key)),
    )


@router.put(
    "/evidence/{key:path}",
    responses={
        200: {"description": "It was here already"},
        201: {"description": "Whole and durable"},
        202: {"description": "Kept so far: go on at `next`"},
        409: {"description": "Not what comes next: go on at `next`"},
    },
    openapi_extra=_body("image/jpeg", {"type": "string", "format": "binary"}),
)
@allow(GATEWAYS.with_body(MAX_BYTES))
async def take_evidence(key: str, request: Request, parts: PartsDep) -> Response:
    """Take a picture, or the next piece of it."""
    piece = _piece(await request.body(), request.headers.get("content-range"))
    try:
        answer = await run_in_threadpool(EvidenceIntake(parts.evidence).add, key, piece)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    if answer.kind == "wrong":
        raise HTTPException(422, "the bytes do not have the hash of the key: begin again at 0")
    if answer.kind in ("more", "gap"):
        return JSONResponse({"next": answer.next}, 202 if answer.kind == "more" else 409)
    return Response(status_code=201 if answer.kind == "whole" else 200)


@router.head("/evidence/{key:path}", include_in_schema=False)
@allow(GATEWAYS)
def ask_for_evidence(key: str, parts: PartsDep) -> Response:
    """Is it here, and if not, how much of it?"""
    try:
        received = EvidenceIntake(parts.evidence).received(key)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    if received is None:
        return Response(status_code=200)
    return Response(status_code=404, headers={"Upload-Offset": str(received)})


@router.post("/heartbeat")
@allow(GATEWAYS)
def heartbeat(said: HeartbeatDocument, request: Request, parts: PartsDep, visitor: VisitorDep) -> HeartbeatAnswer:
    """Note that a gateway lives, and tell it the time."""
    _own(said.gateway, visitor)
    return HeartbeatAnswer(server_time=parts.store.hear(said, address=address_of(request)))


def _envelope(body: bytes) -> Envelope:
    try:
        written = json.loads(body)
        envelope = Envelope.model_validate(written)
    except (ValueError, RecursionError) as error:
        raise HTTPException(422, _NOT_JSON) from error
    if len(envelope.sightings) > MOST_SIGHTINGS:
        raise HTTPException(422, f"want at most {MOST_SIGHTINGS} sightings in a batch")
    return envelope


def _own(gateway: str, visitor: Visitor) -> None:
    if gateway != visitor.name:
        raise HTTPException(403, "This token is another gateway's.")


def _id_of(written: dict[str, Any]) -> str:
    name = written.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= 100:
        raise HTTPException(422, "want an id for each sighting")
    return name


def _why(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)[:300]
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"[:300]


def _piece(data: bytes, written: str | None) -> Piece:
    try:
        if written is None:
            return Piece(0, len(data), data)
        found = _RANGE.fullmatch(written)
        if found is None:
            raise ValueError(f"want Content-Range: bytes FIRST-LAST/TOTAL, got {written!r}")
        first, last, total = (int(number) for number in found.groups())
        if last - first + 1 != len(data):
            raise ValueError(f"want {last - first + 1} bytes, got {len(data)}")
        return Piece(first, total, data)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
