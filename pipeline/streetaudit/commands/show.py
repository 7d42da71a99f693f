"""How the shell shows work under way and what came of it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar
from rich.table import Table

from streetaudit.assemble import Parts
from streetaudit.batch.outcome import ClipOutcome, NightProgress, Progress, Report
from streetaudit.io.clock import SYSTEM_CLOCK

#: Progress and remarks go to stderr, results to stdout: so output can be piped.
STDERR = Console(stderr=True, highlight=False)


#: A line about one clip, or about the night, is written once in so many seconds.
_LINE_EVERY_S = 2.0


@contextmanager
def progress() -> Iterator[Report]:
    """Bars on a terminal, JSON lines otherwise."""
    if not STDERR.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Bar(*columns, console=STDERR, transient=True) as bar:
        yield _Bars(bar)


class _Bars:
    """One bar a worker, and one for the night."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._rows: dict[int, TaskID] = {}

    def __call__(self, at: Progress | NightProgress) -> None:
        if isinstance(at, NightProgress):
            self._row(-1, "night", total=at.clips, completed=at.done, said=_pace(at))
        else:
            self._row(at.worker, at.clip, total=at.duration_s, completed=at.time_s, said=f"{at.sightings} sightings")

    def _row(self, key: int, name: str, *, total: float | None, completed: float, said: str) -> None:
        if key not in self._rows:
            self._rows[key] = self._bar.add_task(name, total=total, said=said)
        self._bar.update(self._rows[key], description=name, total=total, completed=completed, said=said)


class _Lines:
    """One JSON object a line, for logs and other programs; not more often than anybody wants to know."""

    def __init__(self) -> None:
        self._due_s: dict[str, float] = {}

    def __call__(self, at: Progress | NightProgress) -> None:
        if isinstance(at, NightProgress):
            self._say("", night_fields(at))
        else:
            fields = {
                "clip": at.clip, "time_s": round(at.time_s, 2), "duration_s": at.duration_s, "frames": at.frames,
                "sightings": at.sightings, "worker": at.worker,
            }  # fmt: skip
            self._say(at.clip, fields)

    def _say(self, about: str, fields: Mapping[str, object]) -> None:
        now_s = SYSTEM_CLOCK.monotonic_s()
        if now_s >= self._due_s.get(about, 0.0):
            self._due_s = {key: due_s for key, due_s in self._due_s.items() if due_s > now_s}
            self._due_s[about] = now_s + _LINE_EVERY_S
            json_line(fields)


def say_runtime(parts: Parts) -> None:
    """Say on stderr which runtime was chosen and why, where that was left to us."""
    if parts.model is not None:
        say_why(parts.model.session.runtime, parts.model.why)


def say_why(runtime: str, why: str) -> None:
    """The same, of a runtime that was chosen for somebody else."""
    if why:
        STDERR.print(f"runtime {runtime}; {why}", markup=False, soft_wrap=True)


def json_line(fields: Mapping[str, object]) -> None:
    """One JSON object on a line of stderr."""
    sys.stderr.write(json.dumps(fields, ensure_ascii=False) + "\n")
    sys.stderr.flush()


def tell_failure(outcome: ClipOutcome) -> None:
    """Say at once which clip could not be looked at in full, and why."""
    if STDERR.is_terminal:
        STDERR.print(f"{outcome.clip.name}: {outcome.status}: {outcome.reason}", markup=False, soft_wrap=True)
    else:
        json_line({"clip": outcome.clip.name, "status": outcome.status, "reason": outcome.reason})


def night_fields(at: NightProgress) -> dict[str, object]:
    """What JSON output says of a night under way."""
    return {
        "clips": at.clips,
        "done": at.done,
        "failed": at.failed,
        "footage_s": round(at.footage_s, 1),
        "took_s": round(at.took_s, 1),
        "real_time_factor": round(at.real_time_factor, 2),
        "eta_s": None if at.eta_s is None else round(at.eta_s),
    }


def _pace(at: NightProgress) -> str:
    left = "" if at.eta_s is None else f", {timedelta(seconds=round(at.eta_s))} left"
    failed = f", {at.failed} failed" if at.failed else ""
    return f"{at.done} of {at.clips} clips, {at.real_time_factor:.1f} x real time{left}{failed}"


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
