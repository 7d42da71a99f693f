"""Is the process alive, and can it reach its store?"""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from streetaudit_serve.guard import PUBLIC, GuardedRoute, allow
from streetaudit_serve.parts import PartsDep

router = APIRouter(route_class=GuardedRoute, tags=["health"])


class Health(BaseModel):
    """The answer of both checks; a store that cannot be reached answers 503."""

    status: str


@router.get("/healthz")
@allow(PUBLIC)
async def alive() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz")
@allow(PUBLIC)
def ready(parts: PartsDep) -> Health:
    """The store answers too."""
    parts.store.counts()
    return Health(status="ok")
