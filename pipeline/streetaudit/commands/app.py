"""The shell's front door: one command, its verbs, and one place that prints a user's mistakes."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Annotated

import typer
from rich.console import Console

from streetaudit import __version__
from streetaudit.commands import audit, batch, calibrate, cases, config, demo, edge, night_report, reaudit
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
        typer.echo(f"streetaudit {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Street-scene auditing: footage in, geotagged candidate cases for a person to review out."""


def mount() -> None:
    """Add every verb, the wings' included."""
    for module in (audit, batch, calibrate, cases, config, demo, edge, night_report, reaudit):
        module.register(app)
    for wing in sorted(entry_points(group="streetaudit.commands"), key=lambda point: point.name):
        _mount_wing(wing)


def _mount_wing(wing: EntryPoint) -> None:
    try:
        register = wing.load()
    except ModuleNotFoundError as error:
        # A box without the wing's extra still has every other verb; anything else is a fault and must be seen.
        if (error.name or "").startswith("streetaudit"):
            raise
        app.command(wing.name, help=f"Not installed: pip install 'streetaudit[{wing.name}]'")(
            _missing(wing.name, error)
        )
        return
    register(app)


def _missing(extra: str, error: ModuleNotFoundError) -> Callable[[], None]:
    def say() -> None:
        raise StreetauditError(f"{error.name} is not installed: pip install 'streetaudit[{extra}]'") from error

    return say


def main() -> None:
    """Run the command line; a user's mistake ends with its message and exit code, without a traceback."""
    try:
        mount()
        app()
    except StreetauditError as error:
        Console(stderr=True, highlight=False).print(f"error: {error}", style="bold red", markup=False, soft_wrap=True)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        typer.echo("stopped; run the same command again to go on where it ended", err=True)
        sys.exit(130)
