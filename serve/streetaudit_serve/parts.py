"""What the application is handed, and how a route gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request

from streetaudit.config import Config
from streetaudit.io.clock import Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.joining import Assign, Describe, PlaceCases
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Cell, Problem, Zone
from streetaudit_serve.assets import Assets
from streetaudit_serve.language import Language, Languages
from streetaudit_serve.passwords import Passwords


@dataclass(frozen=True, slots=True)
class Intake:
    """How what gateways send becomes cases: what `Store.commit_live` asks for."""

    assign: Assign
    describe: Describe
    place_cases: PlaceCases


@dataclass(frozen=True, slots=True)
class Parts:
    """The things that routes work with; made once by `create_app`."""

    store: Store
    evidence: EvidenceFolder
    config: Config
    clock: Clock
    passwords: Passwords
    languages: Languages
    assets: Assets
    zones: tuple[Zone, ...] = ()
    cells: tuple[Cell, ...] = ()
    problems: tuple[Problem, ...] = field(default_factory=tuple)
    intake: Intake | None = None
    language: Language | None = None


def parts_of(request: Request) -> Parts:
    """The parts of the application that answers this request."""
    parts = request.app.state.parts
    if not isinstance(parts, Parts):
        raise TypeError(f"want Parts; got {type(parts).__name__}")
    return parts


def seen_parts(request: Request) -> Parts:
    """The parts as this visitor sees them, in their language: whatever a route asks, other areas do not exist."""
    parts = parts_of(request)
    visitor = getattr(request.state, "visitor", None)
    store = parts.store if visitor is None else parts.store.within(visitor.area)
    return replace(parts, store=store, language=parts.languages.of(request))


PartsDep = Annotated[Parts, Depends(seen_parts)]
