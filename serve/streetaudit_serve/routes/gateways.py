"""The register of gateways: who was heard last, what runs there, what its cameras do."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from streetaudit.io.wire.heartbeat import HeartbeatDocument
from streetaudit_serve.guard import SUPERVISORS, GuardedRoute, allow
from streetaudit_serve.pages import page
from streetaudit_serve.parts import Parts, PartsDep
from streetaudit_serve.routes.cases import problem_answers

router = APIRouter(route_class=GuardedRoute, tags=["gateways"])
#: A gateway speaks every 60 s; after three beats that did not come it is away.
AWAY_AFTER_S = 180.0
_EVERYWHERE = SUPERVISORS.of_whole_city()


class GatewayOut(BaseModel):
    """A gateway and the last that it said."""

    name: str
    heard_at: datetime
    is_away: bool
    address: str
    said: HeartbeatDocument


@router.get("/gateways", include_in_schema=False)
@allow(_EVERYWHERE)
def gateways_page(request: Request, parts: PartsDep) -> HTMLResponse:
    """All gateways with their cameras."""
    return page(request, "gateways.html", gateways=_all(parts))


@router.get("/api/v1/gateways", responses=problem_answers(401, 403, 503))
@allow(_EVERYWHERE.by_token("read"))
def list_gateways(parts: PartsDep) -> list[GatewayOut]:
    """All gateways that were ever heard."""
    return _all(parts)


def _all(parts: Parts) -> list[GatewayOut]:
    now = parts.clock.now()
    return [
        GatewayOut(
            name=one.name,
            heard_at=one.heard_at,
            is_away=(now - one.heard_at).total_seconds() > AWAY_AFTER_S,
            address=one.address,
            said=one.said,
        )
        for one in parts.store.gateways()
    ]
