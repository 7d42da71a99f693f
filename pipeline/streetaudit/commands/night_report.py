"""`streetaudit report`: what a night was, for the morning."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.night_report import night_report
from streetaudit.commands.options import ConfigFile, Json
from streetaudit.config import load_config
from streetaudit.errors import StreetauditError
from streetaudit.io.whole_file import text_target
from streetaudit.plot.night import Night, draw_night
from streetaudit.plot.report_page import report_page
from streetaudit.plot.svg import to_svg
from streetaudit.structures.night import NightReport


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("report")(report)


def report(
    out: Annotated[
        Path | None, typer.Argument(help="The page to write; a .json of the same name is written beside it.")
    ] = None,
    config: ConfigFile = None,
    night: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day on which it began; by default the last one.")
    ] = None,
    language: Annotated[
        Literal["en", "zh-CN"] | None, typer.Option(help="Of the page; by default that of \\[serve] language.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell what a night was: what was looked at, what was not and why, cases, failures, drift and the work ahead."""
    loaded = load_config(config)
    with open_parts(loaded, inference=False) as parts:
        made = night_report(parts, night.date() if night else None)
        if made is None:
            raise StreetauditError("nothing was audited yet; run `streetaudit batch` on a folder of footage")
        text = json.dumps(_plain(asdict(made)), ensure_ascii=False, indent=2)
        if out is not None:
            with text_target(out) as file:
                file.write(report_page(made, language=language or loaded.serve.language, svg=_drawn(parts, made)))
            with text_target(out.with_suffix(".json")) as file:
                file.write(text + "\n")
    if as_json or out is None:
        typer.echo(text)
    else:
        typer.echo(f"{made.day}: {made.clips} clips, {made.kilometres:.1f} km; the report is in {out}", err=True)


def _drawn(parts: Parts, made: NightReport) -> str:
    cases = parts.store.cases_of_night(made.start, made.end)
    if not made.ways and all(case.place is None for case in cases):
        return ""
    return to_svg(draw_night(Night(cases=cases, paths=made.ways)))


def _plain(value: object) -> object:
    """The same of what JSON knows."""
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
