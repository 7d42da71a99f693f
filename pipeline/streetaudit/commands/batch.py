"""`streetaudit batch`: a folder of clips."""

from pathlib import Path
from typing import Annotated

import typer

from streetaudit.assemble import open_parts
from streetaudit.batch.night import audit_night
from streetaudit.commands.options import ConfigFile, Json
from streetaudit.commands.report import finish
from streetaudit.commands.show import STDERR, progress, say_runtime
from streetaudit.config import load_config
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
    as_json: Json = False,
) -> None:
    """Audit every clip of a folder; what is stored already is not done again."""
    clips = find_clips([folder])
    with open_parts(load_config(config), inference=not detections) as parts:
        say_runtime(parts)
        outcomes = []
        with progress() as report:
            for outcome in audit_night(clips, parts, beside=detections, report=report):
                outcomes.append(outcome)
                if not outcome.is_sound:
                    STDERR.print(
                        f"{outcome.clip.name}: {outcome.status}: {outcome.reason}", markup=False, soft_wrap=True
                    )
        finish(outcomes, parts, as_json=as_json)
