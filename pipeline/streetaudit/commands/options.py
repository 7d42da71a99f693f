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
        help="Detections of the clip (NAME.detections.csv, MOTChallenge text or Parquet) instead of inference.",
        metavar="FILE",
    ),
]
Workers = Annotated[
    int | None, typer.Option(help="Clips worked on at the same time; by default one for each core.", min=1)
]
Diff = Annotated[bool, typer.Option("--diff", help="Write nothing; say which cases would be new, lost and moved.")]
