"""HTML pages: templates with the visitor's language, theme and session."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from streetaudit_serve.language import NAMES, Language
from streetaudit_serve.marks import SHAPES
from streetaudit_serve.parts import Parts, parts_of
from streetaudit_serve.sessions import Visitor
from streetaudit_serve.strings import page_strings

FOLDER = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Look:
    """How this visitor sees pages."""

    language: Language
    theme: str
    zone: ZoneInfo


def look_of(request: Request) -> Look:
    """The language, theme and clock for a request."""
    parts = parts_of(request)
    theme = request.cookies.get("theme", "auto")
    zone = ZoneInfo(parts.config.city.timezone)
    return Look(parts.languages.of(request), theme if theme in THEMES else "auto", zone)


def page(
    request: Request, template: str, *, status: int = 200, headers: dict[str, str] | None = None, **values: Any
) -> HTMLResponse:
    """A rendered template."""
    look = look_of(request)
    visitor = getattr(request.state, "visitor", None)
    html = (
        _environment(look.language)
        .get_template(template)
        .render(
            look=look,
            visitor=visitor if isinstance(visitor, Visitor) else None,
            languages=NAMES,
            assets=parts_of(request).assets.base,
            path=request.url.path,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            strings=page_strings(look.language.text, titles=_titles(parts_of(request), look.language)),
            shapes=SHAPES,
            **values,
        )
    )
    return HTMLResponse(html, status, headers=headers)


def _titles(parts: Parts, language: Language) -> dict[str, str]:
    # The catalogue's tags are short ("zh"); a city's own problems have their names only there.
    short = language.tag.split("-")[0]
    named = {problem.name: dict(problem.title) for problem in parts.problems}
    return {name: titles.get(language.tag, titles.get(short, name)) for name, titles in named.items()}


@lru_cache(maxsize=8)
def _environment(language: Language) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(language.catalogue, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    made.policies["json.dumps_kwargs"] = {"sort_keys": False}  # lists of reasons and states keep their order
    return made
