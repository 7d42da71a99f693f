"""The end of an audit: what came of it, and the exit code."""

import json
from collections.abc import Sequence

import typer
from rich.console import Console

from streetaudit.assemble import Parts
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.commands.show import outcome_fields, outcome_table
from streetaudit.structures.case import OPEN_STATES

#: The contract's exit code for a run in which some clips could not be looked at in full.
SOME_CLIPS_FAILED = 4


def finish(outcomes: Sequence[ClipOutcome], parts: Parts, *, as_json: bool) -> None:
    """Print the outcomes and leave with 0, or with 4 if a clip is not complete."""
    if as_json:
        typer.echo(json.dumps([outcome_fields(outcome) for outcome in outcomes], ensure_ascii=False, indent=2))
    else:
        console = Console(highlight=False)
        console.print(outcome_table(outcomes))
        console.print(_summary(outcomes, parts), markup=False, soft_wrap=True)
    if not all(outcome.is_sound for outcome in outcomes):
        raise typer.Exit(SOME_CLIPS_FAILED)


def _summary(outcomes: Sequence[ClipOutcome], parts: Parts) -> str:
    new = sum(len(o.committed.new_cases) for o in outcomes if o.committed)
    again = sum(len(o.committed.again) for o in outcomes if o.committed)
    waiting = parts.store.counts()
    open_cases = sum(count for state, count in waiting.items() if state in OPEN_STATES)
    return f"{new} new cases, {again} seen again; {open_cases} wait for a decision. Review them with: streetaudit serve"
