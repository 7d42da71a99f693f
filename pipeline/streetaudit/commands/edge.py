"""`streetaudit edge`: the gateway at the street."""

import json
import logging
import signal
import sys
from typing import Annotated

import typer

from streetaudit.commands.options import ConfigFile, Json
from streetaudit.config import load_config
from streetaudit.errors import StreetauditError

edge = typer.Typer(invoke_without_command=True, help="Watch live cameras; runs until it is told to stop.")


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.add_typer(edge, name="edge")


@edge.callback()
def run(
    context: typer.Context,
    config: ConfigFile = None,
    once: Annotated[
        bool, typer.Option("--once", help="Play cameras that are files once, as fast as they are looked at, and end.")
    ] = False,
) -> None:
    """Watch live cameras; runs until it is told to stop."""
    if context.invoked_subcommand is not None:
        return
    from streetaudit.assemble import open_parts
    from streetaudit.edge.gateway import Gateway

    _log_to_stderr()
    with open_parts(load_config(config)) as parts, Gateway(parts, once=once) as gateway:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: gateway.end())
        gateway.start()
        gateway.run()


@edge.command()
def doctor(config: ConfigFile = None, as_json: Json = False) -> None:
    """Check cameras, model, clock, disk and server, and say what to do."""
    from streetaudit.assemble import open_parts
    from streetaudit.edge.doctor import examine

    with open_parts(load_config(config)) as parts:
        findings = list(examine(parts))
    if as_json:
        typer.echo(json.dumps([{"what": f.what, "ok": f.ok, "says": f.says, "todo": f.todo} for f in findings]))
    else:
        for finding in findings:
            typer.echo(f"{'ok  ' if finding.ok else 'FAIL'}  {finding.what}: {finding.says}")
            if finding.todo:
                typer.echo(f"      -> {finding.todo}")
    if not all(finding.ok for finding in findings):
        raise StreetauditError("this gateway is not ready; do what the lines above say")


@edge.command("accept-view")
def accept_view(camera: Annotated[str, typer.Argument(help="Name of the camera.")], config: ConfigFile = None) -> None:
    """Take what a camera shows now for its usual view: it was moved on purpose, and its zones are drawn anew."""
    from streetaudit.edge.views import forget_view

    forget_view(load_config(config), camera)
    typer.echo(f"{camera}: its usual view is learnt anew at the next start; restart the gateway")


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname.lower(),
            "from": record.name,
            "says": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
