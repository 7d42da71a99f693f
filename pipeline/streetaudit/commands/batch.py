"""`streetaudit batch`: a folder of clips."""

import contextlib
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from streetaudit.assemble import Parts, open_parts, settled_runtime
from streetaudit.batch.difference import difference, trial
from streetaudit.batch.night import audit_night
from streetaudit.batch.outcome import ClipOutcome
from streetaudit.commands.changes import print_difference
from streetaudit.commands.options import ConfigFile, Diff, Json, Workers
from streetaudit.commands.report import finish
from streetaudit.commands.show import progress, say_why, tell_failure
from streetaudit.config import load_config, with_changes
from streetaudit.io.footage import find_clips


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("batch")(batch)


def batch(
    folder: Annotated[
        Path, typer.Argument(help="The folder of footage; searched with its sub-folders.", metavar="FOLDER")
    ],
    config: ConfigFile = None,
    detections: Annotated[
        bool, typer.Option("--detections", help="Take NAME.detections.csv beside each clip instead of inference.")
    ] = False,
    model: Annotated[
        str | None, typer.Option(help="Another model than the configured one: a shipped name or an .onnx.")
    ] = None,
    diff: Diff = False,
    workers: Workers = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Look again at clips that were set aside for killing their workers.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Audit every clip of a folder; what is stored already is not done again.

    Stop it whenever you like and run it again: it goes on where it ended. Two of them on one store share the work.
    With --model NEW --diff nothing is written: it says which cases another model would open, lose and move.
    """
    settings = with_changes(load_config(config), "batch", workers=workers)
    if model is not None:  # a path counts from here, not from the configuration
        settings = with_changes(
            settings, "detector", model=str(Path(model).resolve()) if Path(model).exists() else model
        )
    clips = find_clips([folder])  # before a store is made: a folder that is not there leaves nothing behind
    if not detections:
        settings, why = settled_runtime(settings)
        say_why(settings.detector.runtime, why)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a service manager's stop is a Ctrl-C
    night = _Night(folder, clips, beside=detections, retry=retry)
    if not diff:
        with open_parts(settings, inference=False) as parts:
            finish(night.outcomes(parts), parts, as_json=as_json)
        return
    with trial(settings) as copy, open_parts(copy, inference=False) as parts:
        before = parts.store.seen_cases()
        night.outcomes(parts)
        print_difference(difference(before, parts.store.seen_cases()), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Night:
    """What was asked for."""

    folder: Path
    clips: Sequence[Path]
    beside: bool
    retry: bool

    def outcomes(self, parts: Parts) -> list[ClipOutcome]:
        """The outcome of each clip, failures told as they happen."""
        outcomes: list[ClipOutcome] = []
        with progress() as report:
            night = audit_night(
                self.clips, parts, folder=self.folder, beside=self.beside, retry=self.retry, report=report
            )
            with contextlib.closing(night):
                for outcome in night:
                    outcomes.append(outcome)
                    if not outcome.is_sound:
                        tell_failure(outcome)
        return outcomes
