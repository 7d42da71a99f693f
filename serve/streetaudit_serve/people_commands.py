"""The verbs `accounts`, `tokens` and `trail`: who may do what, and what was done, from the shell."""

from __future__ import annotations

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from streetaudit.config import load_config
from streetaudit.errors import StreetauditError
from streetaudit.io.city_map import read_zones
from streetaudit.io.store.open import open_store
from streetaudit.io.store.store import Store
from streetaudit.io.store.values import Area, Role
from streetaudit_serve.guard import SCOPES
from streetaudit_serve.passwords import Passwords
from streetaudit_serve.people import People, cells_area

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="The streetaudit.toml; without it the defaults hold.", metavar="FILE"),
]
Name = Annotated[str, typer.Argument(help="The account's name.", metavar="NAME")]
RoleOption = Annotated[
    Role, typer.Option("--role", help="What it may do: reviewers decide, supervisors see all of it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Cells = Annotated[
    str, typer.Option(help="Beginnings of cell codes, separated by commas; without any: all of the city.")
]
Inside = Annotated[
    Path | None, typer.Option(help="GeoJSON whose polygons the account sees too (as a zones file).", metavar="FILE")
]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command line."""
    accounts = typer.Typer(no_args_is_help=True, help="Who may sign in or send, and which part of the city they see.")
    accounts.command("list")(list_accounts)
    accounts.command("add")(add)
    accounts.command("reset")(reset)
    accounts.command("disable")(disable)
    accounts.command("enable")(enable)
    accounts.command("area")(area)
    tokens = typer.Typer(no_args_is_help=True, help="Keys for programs: gateways, exports, other systems.")
    tokens.command("list")(list_tokens)
    tokens.command("add")(add_token)
    tokens.command("revoke")(revoke_token)
    trail = typer.Typer(no_args_is_help=True, help="The audit trail: who did what, each row chained to the one before.")
    trail.command("verify")(verify)
    trail.command("show")(show)
    app.add_typer(accounts, name="accounts")
    app.add_typer(tokens, name="tokens")
    app.add_typer(trail, name="trail")


def list_accounts(config: ConfigFile = None, as_json: Json = False) -> None:
    """Print all accounts."""
    with _store(config) as store:
        rows: list[dict[str, object]] = [
            {
                "name": one.name,
                "role": one.role,
                "disabled": one.disabled,
                "cells": None if one.area is None else list(one.area.cells),
                "polygons": 0 if one.area is None else len(one.area.polygons),
                "totp": one.has_totp,
            }
            for one in store.accounts()
        ]
    _print(rows, as_json)


def add(
    name: Name, role: RoleOption = "reviewer", cells: Cells = "", inside: Inside = None, config: ConfigFile = None
) -> None:
    """Add an account and print its one-time password; a gateway gets tokens instead."""
    with _people(config) as people:
        password = people.add(name, role, _area(cells, inside))
    typer.echo(password if password else f"{name} has no password: give it a token with `streetaudit tokens add`")


def reset(name: Name, config: ConfigFile = None) -> None:
    """Print a new one-time password for an account; its sessions and second factor end."""
    with _people(config) as people:
        typer.echo(people.reset(name))


def disable(name: Name, config: ConfigFile = None) -> None:
    """Shut an account out at once, its tokens with it."""
    with _people(config) as people:
        people.shut(name, disabled=True)


def enable(name: Name, config: ConfigFile = None) -> None:
    """Let an account in again."""
    with _people(config) as people:
        people.shut(name, disabled=False)


def area(name: Name, cells: Cells = "", inside: Inside = None, config: ConfigFile = None) -> None:
    """Let an account see a part of the city; without --cells and --inside all of it."""
    with _people(config) as people:
        people.limit(name, _area(cells, inside))


def list_tokens(config: ConfigFile = None, as_json: Json = False) -> None:
    """Print all tokens; their secrets are not kept."""
    with _store(config) as store:
        rows: list[dict[str, object]] = [
            {
                "id": str(one.id),
                "account": one.account,
                "for": one.name,
                "scopes": sorted(one.scopes),
                "expires_at": one.expires_at.isoformat(),
                "revoked": one.revoked_at is not None,
                "used_at": None if one.used_at is None else one.used_at.isoformat(),
            }
            for one in store.tokens()
        ]
    _print(rows, as_json)


def add_token(
    account: Name,
    scope: Annotated[list[str], typer.Option(help=f"One of {', '.join(SCOPES)}; may be repeated.")],
    purpose: Annotated[str, typer.Option("--for", help="What it is for.")] = "",
    days: Annotated[int, typer.Option(help="How long it lives.", min=1, max=400)] = 365,
    config: ConfigFile = None,
) -> None:
    """Print a new token of an account; it is shown only now."""
    with _people(config) as people:
        typer.echo(people.add_token(account, name=purpose, scopes=scope, days=days))


def revoke_token(
    token: Annotated[str, typer.Argument(help="The token's id, as `tokens list` prints it.", metavar="ID")],
    config: ConfigFile = None,
) -> None:
    """Make a token useless at once."""
    try:
        wanted = UUID(token)
    except ValueError as error:
        raise StreetauditError(f"{token!r} is no id of a token: see `streetaudit tokens list`") from error
    with _people(config) as people:
        if not people.store.revoke_token(wanted, by=people.by):
            raise StreetauditError(f"there is no token {wanted}: see `streetaudit tokens list`")


def verify(config: ConfigFile = None) -> None:
    """Check every row of the audit trail; print how many there are and the hash of the last."""
    with _store(config) as store:
        typer.echo(f"{store.verify_audit()} rows are whole; the last is {store.audit_head()}")


def show(
    config: ConfigFile = None,
    limit: Annotated[int, typer.Option(help="Print at most this many, the newest first.", min=1)] = 100,
) -> None:
    """Print the newest rows of the audit trail."""
    with _store(config) as store:
        for row in store.audit_rows(limit):
            typer.echo(f"{row.number}\t{row.at:%Y-%m-%dT%H:%M:%SZ}\t{row.who}\t{row.what}\t{row.about}")


@contextmanager
def _store(config: Path | None) -> Iterator[Store]:
    with open_store(load_config(config).store_url) as store:
        yield store


@contextmanager
def _people(config: Path | None) -> Iterator[People]:
    with _store(config) as store:
        yield People(store, Passwords(), f"shell:{getpass.getuser()}")


def _area(cells: str, inside: Path | None) -> Area | None:
    named = cells_area(cells)
    if inside is None:
        return named
    polygons = tuple(polygon for zone in read_zones([inside]) for polygon in zone.polygons)
    return Area(named.cells if named else (), polygons)


def _print(rows: list[dict[str, object]], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo("\t".join("-" if value is None else str(value) for value in row.values()))
