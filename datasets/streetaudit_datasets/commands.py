"""The verb `data`: scenes and training pictures made by the project's own renderer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

_STDERR = Console(stderr=True, highlight=False)


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    verbs = typer.Typer(no_args_is_help=True, help="Make, check and look at data.")
    verbs.command("synth")(synth)
    app.add_typer(verbs, name="data")


def synth(
    out: Annotated[Path, typer.Argument(help="The folder to write.", metavar="OUT")],
    seed: Annotated[int, typer.Option(help="Which street; the same seed gives the same bytes.", min=0)] = 7,
    stills: Annotated[
        int, typer.Option(help="Render this many labelled training pictures instead of a drive.", min=0)
    ] = 0,
    workers: Annotated[int, typer.Option(help="Processes to render with.", min=1)] = 2,
) -> None:
    """Render a seeded street: a drive with GPS and a fixed camera's clip, or training pictures, with the truth."""
    # The renderer loads OpenCV and more: no other verb should wait for it.
    if stills:
        from streetaudit_datasets.synthetic.stills import render_stills

        render_stills(out, count=stills, seed=seed, workers=workers)
        _STDERR.print(f"{stills} pictures with YOLO labels are in {out}", markup=False)
        return
    from streetaudit_datasets.synthetic.drive import render_drive

    render_drive(out, seed=seed, workers=workers)
    _STDERR.print(
        f"the scene is in {out}; audit it with: streetaudit batch {out} --config {out}/streetaudit.toml", markup=False
    )
