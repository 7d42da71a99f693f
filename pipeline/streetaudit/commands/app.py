"""The shell's front door: one command, its verbs, and one place that prints a user's mistakes."""

import sys
from importlib.metadata import entry_points, version
from typing import Annotated

import typer
from rich.console import Console

from streetaudit.commands import audit, batch, cases, config, demo
from streetaudit.errors import StreetauditError

app = typer.Typer(
    name="streetaudit",
    help="Street-scene auditing: footage in, geotagged candidate cases for a person to review out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"streetaudit {version('streetaudit')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Street-scene auditing: footage in, geotagged candidate cases for a person to review out."""


def _mount() -> None:
    for module in (audit, batch, cases, config, demo):
        module.register(app)
    for wing in sorted(entry_points(group="streetaudit.commands"), key=lambda point: point.name):
        wing.load()(app)


def main() -> None:
    """Run the command line; a user's mistake ends with its message and exit code, without a traceback."""
    try:
        _mount()
        app()
    except StreetauditError as error:
        Console(stderr=True, highlight=False).print(f"error: {error}", style="bold red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("stopped; run the same command again to go on where it ended", err=True)
        sys.exit(130)
