"""Options that several verbs share, said once."""

from pathlib import Path
from typing import Annotated

import typer

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The streetaudit.toml; without it the defaults hold.", metavar="FILE"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
TraceFile = Annotated[
    Path | None,
    typer.Option("--trace", help="GPS trace of the clip (.gpx .nmea .csv .srt); else looked for.", metavar="FILE"),
]
DetectionsFile = Annotated[
    Path | None,
    typer.Option(
        "--detections",
        help="Detections of the clip (NAME.detections.csv or MOTChallenge text) instead of inference.",
        metavar="FILE",
    ),
]
