"""`streetaudit cases map`: where the cases are, as a picture or a page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import numpy as np
import typer

from streetaudit.assemble import Parts, open_parts
from streetaudit.commands.options import ConfigFile
from streetaudit.config import load_config
from streetaudit.errors import StoreError, StreetauditError
from streetaudit.io.png import write_png
from streetaudit.locate.cells import cells_in_view
from streetaudit.plot.drawing import Drawing
from streetaudit.plot.night import Known, Night, draw_night
from streetaudit.plot.page import to_page
from streetaudit.plot.raster import to_image
from streetaudit.plot.svg import to_svg
from streetaudit.structures.case import Case
from streetaudit.structures.city import Polygon

#: A page with more cases than this no longer opens in a browser in a moment; the newest are shown.
MOST_CASES = 20_000
_MOST_RUNS = 100_000
#: What was in view from farther away was hardly looked at.
_REACH_M = 25.0


def case_map(
    out: Annotated[Path, typer.Argument(help="The file to write: .html, .svg or .png.", metavar="OUT")],
    config: ConfigFile = None,
    since: Annotated[
        datetime | None, typer.Option(help="Only clips and cases seen from then on (the city's time).")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="A rendered scene's truth.json, to show beside the cases.", metavar="FILE")
    ] = None,
    language: Annotated[Literal["en", "zh-CN"], typer.Option(help="Of the page; a PNG is always English.")] = "en",
    width_px: Annotated[int, typer.Option(help="Of a PNG.", min=200, max=10_000)] = 1600,
) -> None:
    """Draw the ways travelled, the ground in view, the zones, and the cases with their error circles."""
    loaded = load_config(config)
    timezone = ZoneInfo(loaded.city.timezone)
    with open_parts(loaded, inference=False) as parts:
        seen_since = since.replace(tzinfo=timezone) if since else None
        count = write_map(out, parts, since=seen_since, truth=truth, language=language, width_px=width_px)
    typer.echo(f"{count} cases drawn in {out}", err=True)


def write_map(
    out: Path,
    parts: Parts,
    *,
    since: datetime | None = None,
    truth: Path | None = None,
    language: Literal["en", "zh-CN"] = "en",
    width_px: int = 1600,
) -> int:
    """How many cases were drawn into the file, whose ending says what it becomes.

    Raises:
        StreetauditError: If the file's ending means nothing, the truth cannot be read, or the file not be written.
    """
    if out.suffix not in (".html", ".svg", ".png"):
        raise StreetauditError(f"a map is .html, .svg or .png; {out.name} is none of them")
    night = _night(parts, since, truth)
    drawing = draw_night(night)
    if out.suffix == ".png":
        write_png(to_image(drawing, width_px), out)
    else:
        _write_text(out, drawing, night.cases, parts, language)
    return len(night.cases)


def _write_text(
    out: Path, drawing: Drawing, cases: Sequence[Case], parts: Parts, language: Literal["en", "zh-CN"]
) -> None:
    text = to_svg(drawing)
    if out.suffix == ".html":
        timezone = ZoneInfo(parts.config.city.timezone)
        text = to_page(drawing, cases, made_at=parts.clock.now(), timezone=timezone, language=language)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StreetauditError(f"cannot write {out}: {error.strerror}; name another file") from error


def _night(parts: Parts, since: datetime | None, truth: Path | None) -> Night:
    stored = [run for run in parts.store.runs(_MOST_RUNS) if run.is_current]
    paths = [run.run.path for run in stored if run.run.path and _is_recent(run.run.started_at, since)]
    cases = [case for case in parts.store.each_case() if _is_recent(case.last_seen, since)]
    if len(cases) > MOST_CASES:
        raise StoreError(f"{len(cases)} cases are too many for one map ({MOST_CASES}); choose a night with --since")
    return Night(
        cases=cases,
        zones=parts.zones,
        cells=parts.cells,
        paths=paths,
        looked_at=_looked_at(parts, since),
        truth=_truth(truth) if truth else (),
    )


def _looked_at(parts: Parts, since: datetime | None) -> list[tuple[Polygon, float]]:
    """The ground that was in view, the better the nearer it was."""
    cells = cells_in_view((stored.ground for stored in parts.store.grounds(since=since)), reach_m=_REACH_M)
    how_well = np.clip(1.0 - cells.nearest_m / (2.0 * _REACH_M), 0.0, 1.0)
    return list(zip(cells.outlines(), how_well.tolist(), strict=True))


def _is_recent(at: datetime | None, since: datetime | None) -> bool:
    return since is None or (at is not None and at >= since)


def _truth(file: Path) -> list[Known]:
    from streetaudit_datasets.truth_files import read_truth

    things = [thing for thing in read_truth(file) if thing.problem and thing.is_asked]
    return [Known(thing.lat, thing.lon, f"{thing.id}: {thing.why}") for thing in things]
