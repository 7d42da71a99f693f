"""What the application is handed, and how a route gets at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from streetaudit.config import Config
from streetaudit.io.clock import Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.store import Store
from streetaudit.structures.city import Cell, Problem, Zone
from streetaudit_serve.assets import Assets
from streetaudit_serve.language import Languages
from streetaudit_serve.passwords import Passwords


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


def parts_of(request: Request) -> Parts:
    """The parts of the application that answers this request."""
    parts = request.app.state.parts
    if not isinstance(parts, Parts):
        raise TypeError(f"want Parts; got {type(parts).__name__}")
    return parts


PartsDep = Annotated[Parts, Depends(parts_of)]
