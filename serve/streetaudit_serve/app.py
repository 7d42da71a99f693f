"""The review server, put together from what it is handed."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from streetaudit.config import Config
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Cell, Problem, Zone
from streetaudit_serve.assets import Assets
from streetaudit_serve.guard import MAX_BODY_BYTES, refuse_open_routes
from streetaudit_serve.headers import SecurityHeaders
from streetaudit_serve.language import Languages
from streetaudit_serve.parts import Intake, Parts
from streetaudit_serve.passwords import Passwords
from streetaudit_serve.problems import add_problem_handlers
from streetaudit_serve.routes import (
    accounts,
    cases,
    evidence,
    exports,
    gateways,
    health,
    ingest,
    insight,
    open311,
    pages,
    queue,
    signin,
    webhooks,
)

MODULES = (
    health,
    signin,
    accounts,
    pages,
    cases,
    queue,
    evidence,
    ingest,
    gateways,
    exports,
    open311,
    webhooks,
    insight,
)


def create_app(
    store: Store,
    evidence_files: EvidenceFolder,
    *,
    config: Config,
    clock: Clock = SYSTEM_CLOCK,
    passwords: Passwords | None = None,
    zones: Sequence[Zone] = (),
    cells: Sequence[Cell] = (),
    problems: Sequence[Problem] = (),
    intake: Intake | None = None,
) -> FastAPI:
    """The ASGI application over a store; the caller opens and closes the store.

    Raises:
        ValueError: If a route has no policy.
    """
    parts = Parts(
        store=store,
        evidence=evidence_files,
        config=config,
        clock=clock,
        passwords=passwords or Passwords(),
        languages=Languages(config.serve.language),
        assets=Assets(),
        zones=tuple(zones),
        cells=tuple(cells),
        problems=tuple(problems),
        intake=intake,
    )
    return _application(parts)


def _application(parts: Parts) -> FastAPI:
    app = FastAPI(
        title="streetaudit",
        summary="Candidate cases for a person to review",
        version=version("streetaudit"),
        docs_url=None,
        redoc_url=None,
        openapi_url=None,  # served by a guarded route of its own
        max_body_size=MAX_BODY_BYTES,
        middleware=[
            Middleware(SecurityHeaders, https=parts.config.serve.secure_cookies),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
    )
    app.state.parts = parts
    for module in MODULES:
        # Flat, so that the table of routes can be walked: see refuse_open_routes.
        app.router.routes.extend(module.router.routes)
    app.mount(parts.assets.base, parts.assets, name="static")
    add_problem_handlers(app)
    refuse_open_routes(app)
    return app
