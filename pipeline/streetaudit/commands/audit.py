"""`streetaudit audit`: one clip."""

from pathlib import Path
from typing import Annotated

import typer

from streetaudit.assemble import open_parts
from streetaudit.batch.clip import audit_clip
from streetaudit.commands.options import ConfigFile, DetectionsFile, Json, TraceFile
from streetaudit.commands.report import finish
from streetaudit.commands.show import progress, say_runtime
from streetaudit.config import load_config


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("audit")(audit)


def audit(
    clip: Annotated[Path, typer.Argument(help="The video file.", metavar="CLIP")],
    config: ConfigFile = None,
    trace: TraceFile = None,
    detections: DetectionsFile = None,
    as_json: Json = False,
) -> None:
    """Audit one clip: detect, track, place, judge, and merge what is found into the cases."""
    with open_parts(load_config(config), inference=detections is None) as parts:
        say_runtime(parts)
        with progress() as report:
            outcome = audit_clip(clip, parts, trace=trace, detections=detections, report=report)
        finish([outcome], parts, as_json=as_json)
