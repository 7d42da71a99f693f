"""How the shell shows what a new model or new rules would change."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.table import Table

from streetaudit.batch.difference import Difference
from streetaudit.structures.case import Case


def print_difference(changes: Difference, *, as_json: bool) -> None:
    """Print the cases that would be new, lost and moved."""
    if as_json:
        typer.echo(json.dumps(_fields(changes), ensure_ascii=False, indent=2))
        return
    table = Table(box=None, pad_edge=False)
    for name in ("change", "case", "problem", "state", "place", "moved"):
        table.add_column(name, overflow="fold")
    for case in changes.new:
        table.add_row("new", *_cells(case), "")
    for case in changes.lost:
        table.add_row("lost", *_cells(case), "")
    for moved in changes.moved:
        table.add_row("moved", *_cells(moved.before), f"{moved.by_m:.1f} m")
    console = Console(highlight=False)
    console.print(table)
    counts = f"{len(changes.new)} new, {len(changes.lost)} lost, {len(changes.moved)} moved, {changes.kept} as before"
    console.print(f"{counts}; nothing was written")


def _cells(case: Case) -> tuple[str, str, str, str]:
    place = "not placed" if case.place is None else f"{case.place.lat:.6f}, {case.place.lon:.6f}"
    return str(case.id), case.problem, case.state.value, place


def _fields(changes: Difference) -> dict[str, object]:
    return {
        "new": [_case(case) for case in changes.new],
        "lost": [_case(case) for case in changes.lost],
        "moved": [{**_case(one.before), "to": _place(one.after), "by_m": round(one.by_m, 2)} for one in changes.moved],
        "kept": changes.kept,
    }


def _case(case: Case) -> dict[str, object]:
    return {"id": str(case.id), "problem": case.problem, "state": case.state.value, "place": _place(case)}


def _place(case: Case) -> dict[str, float] | None:
    return None if case.place is None else {"lat": case.place.lat, "lon": case.place.lon, "error_m": case.place.error_m}
