"""Accounts and tokens: made on the page and in the shell, shown once, always in the audit trail."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from serve.client import bearing, browser, form_token, sign_in, signed_in
from serve.conftest import Site
from streetaudit.errors import StreetauditError
from streetaudit.io.store.open import open_store
from streetaudit.io.store.values import Area
from streetaudit_serve.people_commands import register

RUN = CliRunner()
APP = typer.Typer()
register(APP)


def test_a_token_made_on_the_page_is_shown_once_and_works(site: Site) -> None:
    root = signed_in(site.app, "root")
    fields = {"account": "north-3", "purpose": "box at the gate", "scopes": ["ingest"], "days": "30"}
    fields["csrf"] = form_token(root.get("/accounts").text)
    html = root.post("/accounts/tokens", data=fields).text
    secret = re.findall(r"<code>(sta_[^<]+)</code>", html)[0]
    assert secret not in root.get("/accounts").text
    box = bearing(site.app, secret)
    assert (
        box.post("/api/v1/ingest/sightings", json={"gateway": "north-3", "batch": "b", "sightings": []}).status_code
        == 200
    )
    token = site.store.tokens("north-3")[0]
    assert (token.name, token.scopes, token.used_at) == ("box at the gate", frozenset({"ingest"}), site.time.at)
    assert root.post(f"/accounts/tokens/{token.id}/revoke", data={"csrf": fields["csrf"]}).status_code == 303
    assert box.get("/api/v1/counts").status_code == 401
    said = [(row.who, row.what) for row in site.store.audit_rows(2)]
    assert said == [("root", "token.revoke"), ("root", "token.add")]
    assert secret not in "".join(row.about for row in site.store.audit_rows())


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"account": "nobody", "scopes": "read"}, 404, id="no-account"),
        pytest.param({"account": "mei", "scopes": "everything"}, 422, id="no-scope"),
        pytest.param({"account": "mei", "scopes": "read", "days": "0"}, 422, id="no-days"),
        pytest.param({"account": "mei", "scopes": "read", "days": "4000"}, 422, id="for-ever"),
    ],
)
def test_a_token_that_cannot_be_meant_is_not_made(site: Site, fields: dict[str, str], status: int) -> None:
    root = signed_in(site.app, "root")
    assert root.post("/accounts/tokens", data={"purpose": "x", **fields}).status_code == status
    assert site.store.tokens() == []


def test_accounts_of_every_role_with_cells(site: Site) -> None:
    root = signed_in(site.app, "root")
    answer = root.post("/accounts", data={"name": "ana", "role": "read-only", "cells": "370303001，370304"})
    assert answer.status_code == 200
    account = site.store.account("ana")
    assert account is not None
    assert (account.role, account.area) == ("read-only", Area(("370303001", "370304")))
    assert "<code>" not in root.post("/accounts", data={"name": "south-1", "role": "gateway"}).text
    assert root.post("/accounts", data={"name": "bob", "role": "reviewer", "cells": "37'DROP"}).status_code == 422
    assert root.post("/accounts/area", data={"name": "ana", "cells": ""}).status_code == 303
    ana = site.store.account("ana")
    assert ana is not None
    assert ana.area is None


def test_a_gateway_never_signs_in(site: Site) -> None:
    for password in ("", "correct horse battery"):
        assert sign_in(browser(site.app), "north-3", password).status_code in (401, 422)


def test_nobody_shuts_themselves_out(site: Site) -> None:
    root = signed_in(site.app, "root")
    assert root.post("/accounts/access", data={"name": "root", "access": "disable"}).status_code == 404
    assert root.post("/accounts/access", data={"name": "mei", "access": "disable"}).status_code == 303
    assert sign_in(browser(site.app), "mei").status_code == 401
    assert root.post("/accounts/access", data={"name": "mei", "access": "enable"}).status_code == 303


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "streetaudit.toml"
    path.write_text("[store]\nurl = 'sqlite:///cases.sqlite3'\n", encoding="utf-8")
    return str(path)


def shell(settings: str, *words: str) -> str:
    answer = RUN.invoke(APP, [*words, "--config", settings])
    if answer.exception is not None and not isinstance(answer.exception, SystemExit):
        raise answer.exception
    assert answer.exit_code == 0, answer.output
    return answer.stdout.strip()


def test_the_shell_makes_what_the_page_makes(settings: str, tmp_path: Path) -> None:
    assert re.fullmatch(r"\w{4}(-\w{4}){3}", shell(settings, "accounts", "add", "mei", "--cells", "370303"))
    assert "token" in shell(settings, "accounts", "add", "north-3", "--role", "gateway")
    secret = shell(settings, "tokens", "add", "north-3", "--scope", "ingest", "--for", "gate")
    listed = json.loads(shell(settings, "tokens", "list", "--json"))
    assert [(one["account"], one["scopes"], one["for"]) for one in listed] == [("north-3", ["ingest"], "gate")]
    shell(settings, "tokens", "revoke", listed[0]["id"])
    shell(settings, "accounts", "disable", "mei")
    known = json.loads(shell(settings, "accounts", "list", "--json"))
    assert [(one["name"], one["disabled"], one["cells"]) for one in known] == [
        ("mei", True, ["370303"]),
        ("north-3", False, None),
    ]
    assert secret.startswith("sta_")
    assert secret not in (tmp_path / "cases.sqlite3").read_bytes().decode("latin-1")
    assert "rows are whole" in shell(settings, "trail", "verify")
    assert "token.revoke" in shell(settings, "trail", "show")


def test_the_shell_takes_an_area_from_a_map(settings: str, tmp_path: Path) -> None:
    ring = [[118.0, 36.8], [118.1, 36.8], [118.1, 36.9], [118.0, 36.8]]
    zone = {
        "type": "Feature",
        "properties": {"kind": "patrol_area"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    (tmp_path / "north.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [zone]}), "utf-8")
    shell(settings, "accounts", "add", "mei")
    shell(settings, "accounts", "area", "mei", "--inside", str(tmp_path / "north.geojson"))
    assert json.loads(shell(settings, "accounts", "list", "--json"))[0]["polygons"] == 1
    shell(settings, "accounts", "area", "mei")
    assert json.loads(shell(settings, "accounts", "list", "--json"))[0]["polygons"] == 0


def test_a_trail_that_was_changed_from_outside_does_not_verify(settings: str, tmp_path: Path) -> None:
    shell(settings, "accounts", "add", "mei")
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite3") as store, store._database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_trail_no_update")
        connection.exec_driver_sql("UPDATE audit_trail SET who = 'nobody' WHERE number = 1")
    with pytest.raises(StreetauditError, match="breaks at row 1"):
        shell(settings, "trail", "verify")


@pytest.mark.parametrize("words", [("accounts", "reset", "ghost"), ("tokens", "revoke", "x"), ("accounts", "add", "-")])
def test_mistakes_say_what_to_do(settings: str, words: tuple[str, ...]) -> None:
    with pytest.raises(StreetauditError):
        shell(settings, *words)
