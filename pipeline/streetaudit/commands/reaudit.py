"""`streetaudit reaudit`: new rules, zones, cameras or tracker for what was looked at before, without the footage."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.difference import difference, trial
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.batch.reaudit import reaudit as audit_again
from streetaudit.commands.changes import print_difference
from streetaudit.commands.options import ConfigFile, Diff, Json, Workers
from streetaudit.commands.report import finish
from streetaudit.commands.show import STDERR, progress, tell_failure
from streetaudit.config import Config, load_config, with_changes
from streetaudit.errors import StreetauditError
from streetaudit.structures.run import ClipRun


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("reaudit")(reaudit)


def reaudit(
    clips: Annotated[
        list[str] | None, typer.Argument(help="Names, paths or hashes of clips; by default all.", metavar="[CLIPS]...")
    ] = None,
    config: ConfigFile = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only clips that begin on this day or later, by the city's time."),
    ] = None,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Take pictures of new problems from the footage where it still is.")
    ] = False,
    diff: Diff = False,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Audit clips again from their kept detections, under the configuration of now; decisions are kept.

    New rules, zones, permits, cameras and tracker need neither the footage nor the model. With --diff nothing is
    written: it says which cases would be new, lost and moved.
    """
    settings = with_changes(load_config(config), "batch", workers=workers)
    if not diff:
        with open_parts(settings, inference=False) as parts:
            finish(_audited(parts, clips, since, pictures=pictures), parts, as_json=as_json)
        return
    with trial(settings) as copy, open_parts(copy, inference=False) as parts:
        before = parts.store.seen_cases()
        _audited(parts, clips, since, pictures=False)
        print_difference(difference(before, parts.store.seen_cases()), as_json=as_json)


def _audited(parts: Parts, clips: list[str] | None, since: datetime | None, *, pictures: bool) -> list[ClipOutcome]:
    outcomes = []
    runs = _runs(parts, parts.config, clips or [], since)
    with progress() as report, contextlib.closing(audit_again(runs, parts, pictures=pictures, report=report)) as again:
        for outcome in again:
            outcomes.append(outcome)
            if not outcome.is_sound:
                tell_failure(outcome)
    unpictured = sum(outcome.unpictured for outcome in outcomes)
    if unpictured and not pictures:
        STDERR.print(f"{unpictured} problems have no picture: where the footage is still there, add --pictures")
    return outcomes


def _runs(parts: Parts, config: Config, clips: list[str], since: datetime | None) -> list[ClipRun]:
    at = None
    if since is not None:
        at = datetime.combine(since.date(), time(), ZoneInfo(config.city.timezone)).astimezone(UTC)
    names = [name if len(name) == 64 else Path(name).name for name in clips]
    runs = parts.store.current_runs(since=at, clips=names)
    missing = set(names) - {run.clip_name for run in runs} - {run.clip_sha256 for run in runs}
    if missing:
        raise StreetauditError(f"never audited: {', '.join(sorted(missing))}; run `streetaudit batch` on the footage")
    return runs
