"""How the shell shows work under way and what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from streetaudit.assemble import Parts
from streetaudit.batch.outcome import ClipOutcome, Progress, Report

#: Progress and remarks go to stderr, results to stdout: so output can be piped.
STDERR = Console(stderr=True, highlight=False)


@contextmanager
def progress() -> Iterator[Report]:
    """A bar on a terminal, JSON lines otherwise."""
    if not STDERR.is_terminal:
        yield _json_line
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[seen]}", markup=False),
    )
    with Bar(*columns, console=STDERR, transient=True) as bar:
        tasks: dict[str, object] = {}

        def report(at: Progress) -> None:
            if at.clip not in tasks:
                tasks[at.clip] = bar.add_task(at.clip, total=at.duration_s, seen="")
            bar.update(tasks[at.clip], completed=at.time_s, seen=f"{at.sightings} sightings")  # type: ignore[arg-type]

        yield report


def say_runtime(parts: Parts) -> None:
    """Say on stderr which runtime was chosen and why, where that was left to us."""
    if parts.model is not None and parts.model.why:
        STDERR.print(f"runtime {parts.model.session.runtime}; {parts.model.why}", markup=False, soft_wrap=True)


def _json_line(at: Progress) -> None:
    fields = {
        "clip": at.clip, "time_s": round(at.time_s, 2), "duration_s": at.duration_s,
        "frames": at.frames, "sightings": at.sightings,
    }  # fmt: skip
    sys.stderr.write(json.dumps(fields, ensure_ascii=False) + "\n")


def outcome_fields(outcome: ClipOutcome) -> dict[str, object]:
    """What JSON output says of one clip."""
    run, done = outcome.run, outcome.committed
    return {
        "clip": str(outcome.clip),
        "status": outcome.status,
        "reason": outcome.reason,
        "frames": run.coverage.looked_at if run else None,
        "declared_frames": run.facts.declared_frames if run and run.facts else None,
        "decoded_frames": run.record.decoded_frames if run and run.record else None,
        "distance_m": round(run.coverage.distance_m, 1) if run else None,
        "skipped": dict(run.coverage.skipped) if run else None,
        "trace": run.trace_source if run else None,
        "trace_note": run.trace_note if run else None,
        "runtime": run.runtime if run else None,
        "started_at": run.started_at.isoformat() if run and run.started_at else None,
        "new_cases": [str(i) for i in done.new_cases] if done else [],
        "again": [str(i) for i in done.again] if done else [],
        "took_s": round(outcome.took_s, 2),
    }


def outcome_table(outcomes: Sequence[ClipOutcome]) -> Table:
    """One line a clip: what was looked at, what came of it, and why not."""
    table = Table(box=None, pad_edge=False)
    for name in ("clip", "status", "frames", "new", "again", "seconds", "remark"):
        table.add_column(
            name, justify="right" if name in ("frames", "new", "again", "seconds") else "left", overflow="fold"
        )
    for outcome in outcomes:
        run, done = outcome.run, outcome.committed
        table.add_row(
            outcome.clip.name,
            outcome.status,
            str(run.coverage.looked_at) if run else "",
            str(len(done.new_cases)) if done else "",
            str(len(done.again)) if done else "",
            f"{outcome.took_s:.1f}",
            outcome.reason or (run.trace_note if run else ""),
        )
    return table
