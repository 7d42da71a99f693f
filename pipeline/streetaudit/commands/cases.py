"""`streetaudit cases`: list, show and export what was found."""

from __future__ import annotations

import json
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from streetaudit.commands.case_fields import case_fields, miss_fields, sighting_fields, time_text
from streetaudit.commands.case_map import case_map
from streetaudit.commands.existing_store import existing_store
from streetaudit.commands.explain import explain
from streetaudit.commands.options import ConfigFile, Json
from streetaudit.config import load_config
from streetaudit.errors import StoreError
from streetaudit.io.exports import EXPORTED_STATES, write_csv, write_geojson, write_xlsx
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import CaseFilter
from streetaudit.structures.case import Case, CaseState


class Format(StrEnum):
    """What `cases export` can write."""

    GEOJSON = "geojson"
    CSV = "csv"
    XLSX = "xlsx"


States = Annotated[list[CaseState] | None, typer.Option("--state", help="Only cases in this state; may be repeated.")]
Problems = Annotated[list[str] | None, typer.Option("--problem", help="Only this problem; may be repeated.")]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help="List, show, explain and export cases.")
    verbs.command("list")(list_cases)
    verbs.command("show")(show)
    verbs.command("export")(export)
    verbs.command("map")(case_map)
    # A latitude may be negative, which else would be an option.
    verbs.command("explain", context_settings={"ignore_unknown_options": True})(explain)
    app.add_typer(verbs, name="cases")


def list_cases(
    config: ConfigFile = None,
    state: States = None,
    problem: Problems = None,
    limit: Annotated[int, typer.Option(help="Print at most this many.", min=1)] = 50,
    as_json: Json = False,
) -> None:
    """Print cases, those that wait longest first."""
    loaded = load_config(config)
    with existing_store(loaded) as store:
        cases = list(islice(store.each_case(_filter(state, problem), order="queue"), limit))
    if as_json:
        typer.echo(
            json.dumps([case_fields(case, ZoneInfo(loaded.city.timezone)) for case in cases], ensure_ascii=False)
        )
        return
    Console(highlight=False).print(_table(cases, ZoneInfo(loaded.city.timezone)))


def show(
    case_id: Annotated[str, typer.Argument(help="The case's id, or its first characters.", metavar="ID")],
    config: ConfigFile = None,
    as_json: Json = False,
) -> None:
    """Print one case with its sightings and decisions."""
    loaded = load_config(config)
    zone = ZoneInfo(loaded.city.timezone)
    with existing_store(loaded) as store:
        case = _find(store, case_id)
        fields = case_fields(case, zone)
        fields["sightings_seen"] = [sighting_fields(s, zone) for s in store.sightings(case.id)]
        fields |= {
            "gone_at": time_text(case.gone_at, zone),
            "comes_back_from": str(case.recurs) if case.recurs else None,
        }
        fields["missed_by"] = [miss_fields(miss, zone) for miss in store.misses(case.id)]
        fields["reviews"] = [
            {"at": r.at.astimezone(zone).isoformat(), "reviewer": r.reviewer, "decision": r.decision.value,
             "reason": r.reason, "note": r.note}
            for r in store.reviews(case.id)
        ]  # fmt: skip
    if as_json:
        typer.echo(json.dumps(fields, ensure_ascii=False))
        return
    for name, value in fields.items():
        lines = value if isinstance(value, list) else [value]
        typer.echo("\n".join(f"{name}: {line}" for line in lines))


def export(
    out: Annotated[Path, typer.Argument(help="The file to write.", metavar="OUT")],
    format_: Annotated[Format, typer.Option("--format", help="What to write.")] = Format.GEOJSON,
    config: ConfigFile = None,
    state: States = None,
    problem: Problems = None,
) -> None:
    """Write cases to a file; shadow, dismissed and duplicate ones only if asked for with --state."""
    loaded = load_config(config)
    wanted = state or list(EXPORTED_STATES)
    write = {Format.GEOJSON: write_geojson, Format.CSV: write_csv, Format.XLSX: write_xlsx}[format_]
    with existing_store(loaded) as store:
        cases = store.each_case(_filter(wanted, problem), order="queue")
        count = write(cases, out, timezone=ZoneInfo(loaded.city.timezone), states=frozenset(wanted))
    typer.echo(f"{count} cases written to {out}", err=True)


def _filter(state: list[CaseState] | None, problem: list[str] | None) -> CaseFilter:
    return CaseFilter(states=frozenset(state) if state else None, problems=frozenset(problem) if problem else None)


def _find(store: Store, case_id: str) -> Case:
    try:
        case = store.case(UUID(case_id))
        found = [case] if case else []
    except ValueError:
        found = store.cases(CaseFilter(search=case_id), limit=2).cases
    if len(found) != 1:
        raise StoreError(f"{'no case' if not found else 'more than one case'} has an id that begins with {case_id!r}")
    return found[0]


def _table(cases: list[Case], zone: ZoneInfo) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("id", "problem", "state", "conf", "place", "± m", "last seen", "passes", "cell", "due"):
        table.add_column(name, overflow="fold")
    for case in cases:
        table.add_row(
            str(case.id)[:8],
            case.problem,
            case.state.value,
            f"{case.confidence:.2f}",
            f"{case.place.lat:.6f}, {case.place.lon:.6f}" if case.place else "no place",
            f"{case.place.error_m:.1f}" if case.place else "",
            f"{case.last_seen.astimezone(zone):%Y-%m-%d %H:%M}" if case.last_seen else "",
            str(case.passes),
            case.cell or "",
            f"{case.due_at.astimezone(zone):%Y-%m-%d %H:%M}" if case.due_at else "",
        )
    return table
