"""The verb `serve`: the review server over the configured store."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from streetaudit.config import Config, load_config
from streetaudit.errors import StreetauditError
from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.town import town_of
from streetaudit_serve import people_commands
from streetaudit_serve.app import create_app
from streetaudit_serve.courier import Courier
from streetaudit_serve.parts import Intake, Parts
from streetaudit_serve.signin import first_password

#: A reviewer's running requests get this long when the server is asked to stop, seconds.
GRACE_S = 10
_STDERR = Console(stderr=True, highlight=False)

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The streetaudit.toml; without it the defaults hold.", metavar="FILE"),
]
Host = Annotated[str | None, typer.Option(help="Address to listen on; without it the configuration's.")]
Port = Annotated[int | None, typer.Option(help="Port to listen on, 0 for any free one.", min=0, max=65535)]


def register(app: typer.Typer) -> None:
    """Add the verb to the command line."""
    app.command("serve")(serve)
    people_commands.register(app)


def serve(config: ConfigFile = None, host: Host = None, port: Port = None) -> None:
    """Serve the review queue until stopped (Ctrl-C or SIGTERM)."""
    settings = load_config(config)
    address = (host or settings.serve.host, settings.serve.port if port is None else port)
    with _listen(*address) as listener, open_store(settings.store_url) as store:
        app = build_app(settings, store)
        _greet(app.state.parts, address[0], listener.getsockname()[1])
        with _courier(settings, store):
            _run(app, listener)


@contextmanager
def _courier(settings: Config, store: Store) -> Iterator[None]:
    """A thread that tells webhooks of decisions while the server runs."""
    stop = threading.Event()
    courier = Courier(store, SYSTEM_CLOCK, frozenset(settings.serve.webhook_hosts))
    thread = threading.Thread(target=courier.run, args=(stop,), name="courier", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=GRACE_S)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        raise StreetauditError(
            f"cannot listen on {host} port {port}: {error.strerror or error}; name another with --host and --port"
        ) from error


def _run(app: FastAPI, listener: socket.socket) -> None:
    settings = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=GRACE_S)
    # Once running requests are answered uvicorn passes the signal on: both then end the run in an orderly way.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        uvicorn.Server(settings).run(sockets=[listener])
    except KeyboardInterrupt:
        _STDERR.print("stopped")


def build_app(settings: Config, store: Store) -> FastAPI:
    """The application that a configuration describes."""
    town = town_of(settings)
    return create_app(
        store,
        EvidenceFolder(settings.path(settings.store.evidence)),
        config=settings,
        zones=town.zones,
        cells=town.cells,
        problems=town.problems,
        intake=Intake(town.merging.assign, town.desk.describe, town.merging.place_cases),
    )


def _greet(parts: Parts, host: str, port: int) -> None:
    password = first_password(parts)
    if password:
        _STDERR.print(f"sign in as [bold]admin[/bold] with the one-time password [bold]{password}[/bold]")
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if parts.config.serve.secure_cookies else "http"
    _STDERR.print(f"review queue: {scheme}://{shown}:{port}/  (Ctrl-C stops it)", markup=False)
    if parts.config.serve.secure_cookies:
        _STDERR.print(
            "cookies are for https only: put a TLS proxy in front, or set [serve] secure_cookies = false for plain "
            "http on this machine",
            markup=False,
        )
