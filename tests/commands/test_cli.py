"""The verbs as a user types them, in a process of their own."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from scene import Thing, write_config, write_drive
from streetaudit.commands.app import app, mount
from streetaudit.config import load_config
from streetaudit.io.store.open import open_store
from streetaudit.structures.case import Decision

THINGS = (Thing("litter", 3.0, 30.0), Thing("overflowing_bin", 3.2, 22.0, 1.0))


def streetaudit(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "streetaudit", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("night")
    write_config(folder)
    write_drive(folder, THINGS)
    (folder / "broken-drive.mp4").write_bytes(b"this is no video")
    done = streetaudit("batch", folder, "--config", folder / "streetaudit.toml", "--detections", "--json")
    assert done.returncode == 4, done.stderr
    (folder / "batch.json").write_text(done.stdout)
    return folder


def test_a_broken_clip_is_reported_and_the_others_go_on(audited: Path) -> None:
    clips = {Path(c["clip"]).name: c for c in json.loads((audited / "batch.json").read_text())}
    assert clips["broken-drive.mp4"]["status"] == "failed"
    assert clips["broken-drive.mp4"]["reason"]
    assert clips["drive.mp4"]["status"] == "complete"
    assert len(clips["drive.mp4"]["new_cases"]) == 2


def test_cases_are_listed_and_shown(audited: Path) -> None:
    config = audited / "streetaudit.toml"
    listed = json.loads(streetaudit("cases", "list", "--config", config, "--json").stdout)
    assert sorted(c["problem"] for c in listed) == ["litter", "overflowing_bin"]
    shown = json.loads(streetaudit("cases", "show", listed[0]["id"][:8], "--config", config, "--json").stdout)
    assert shown["id"] == listed[0]["id"]
    assert shown["sightings_seen"][0]["why"]


@pytest.mark.parametrize("format_", ["geojson", "csv", "xlsx"])
def test_cases_are_exported(audited: Path, tmp_path: Path, format_: str) -> None:
    out = tmp_path / f"cases.{format_}"
    done = streetaudit("cases", "export", "--format", format_, out, "--config", audited / "streetaudit.toml")
    assert done.returncode == 0, done.stderr
    if format_ == "geojson":
        features = json.loads(out.read_text(encoding="utf-8"))["features"]
        assert [f["geometry"]["type"] for f in features] == ["Point", "Point"]
        wanted = {
            "id", "problem", "state", "confidence", "error_m", "first_seen", "last_seen", "passes", "sightings",
            "cell", "responsible", "code", "rule", "rule_version", "due_at", "evidence",
        }  # fmt: skip
        assert wanted <= set(features[0]["properties"])
        assert features[0]["properties"]["first_seen"].endswith("+08:00")
    elif format_ == "csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            assert len(list(csv.DictReader(file))) == 2
    else:
        assert out.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(("states", "count"), [((), 1), (("--state", "dismissed"), 1), (("--state", "shadow"), 0)])
def test_what_is_kept_back_can_be_asked_for(tmp_path: Path, states: tuple[str, ...], count: int) -> None:
    config = write_config(tmp_path)
    clip = write_drive(tmp_path, THINGS)
    streetaudit("audit", clip, "--config", config, "--detections", tmp_path / "drive.detections.csv")
    with open_store(load_config(config).store_url) as store:
        case = store.cases().cases[0]
        store.decide(
            case.id, reviewer="mei", decision=Decision.DISMISS, reason="other", note="", expected_version=case.version
        )
    out = tmp_path / "cases.geojson"
    assert streetaudit("cases", "export", out, "--config", config, *states).returncode == 0
    assert len(json.loads(out.read_text())["features"]) == count


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(("batch", "/no/such/folder"), 1, "no such file or folder", id="no-folder"),
        pytest.param(("cases", "list", "--config", "/none.toml"), 1, "cannot read", id="no-config"),
        pytest.param(("audit",), 2, "Missing argument", id="no-clip"),
        pytest.param(("nonsense",), 2, "No such command", id="no-such-verb"),
        pytest.param(("cases", "export", "x", "--format", "pdf"), 2, "pdf", id="no-such-format"),
    ],
)
def test_mistakes_have_a_code_a_sentence_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = streetaudit(*words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir()), "a mistake leaves nothing behind"


def test_a_store_that_does_not_exist_is_not_made_by_asking(tmp_path: Path) -> None:
    done = streetaudit("cases", "list", "--config", write_config(tmp_path))
    assert done.returncode == 1
    assert "no case store" in done.stderr
    assert not (tmp_path / "cases.sqlite3").exists()


def test_the_configuration_shown_can_be_read_again(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    shown = streetaudit("config", "show", "--config", config)
    again = tmp_path / "again.toml"
    again.write_text(shown.stdout, encoding="utf-8")
    assert streetaudit("config", "show", "--config", again).stdout == shown.stdout


def leaves(command: Any, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every verb and sub-verb with the words that call it."""
    if not hasattr(command, "commands"):
        return {words: command}
    found: dict[tuple[str, ...], Any] = {}
    for name, below in command.commands.items():
        found |= leaves(below, (*words, name))
    return found


def test_every_verb_has_help_and_says_what_each_option_means() -> None:
    mount()
    found = leaves(typer.main.get_command(app))
    wanted = {("audit",), ("batch",), ("demo",), ("serve",), ("cases", "export"), ("config", "show"), ("data", "synth")}
    assert wanted <= set(found)
    for words, command in found.items():
        assert command.help, words
        shown = [command.help, *(getattr(option, "help", None) or "" for option in command.params)]
        assert not [text for text in shown if re.search(r"(?<!\\)\[", text)], "a bracket is markup: escape it"
        for option in command.params:
            assert option.help or option.name == "help", (words, option.name)


@pytest.mark.parametrize(
    ("name", "begins"), [("map.html", b"<!doctype"), ("map.svg", b"<svg"), ("map.png", b"\x89PNG")]
)
def test_a_night_is_drawn(audited: Path, tmp_path: Path, name: str, begins: bytes) -> None:
    done = streetaudit("cases", "map", tmp_path / name, "--config", audited / "streetaudit.toml")
    assert done.returncode == 0, done.stderr
    assert "2 cases drawn" in done.stderr
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize(
    ("words", "says"),
    [(("map.pdf",), "none of them"), (("map.svg", "--truth", "missing.json"), "no truth of a scene")],
)
def test_a_map_that_cannot_be_drawn_says_why(audited: Path, words: tuple[str, ...], says: str) -> None:
    done = streetaudit("cases", "map", *words, "--config", audited / "streetaudit.toml")
    assert done.returncode == 1
    assert says in done.stderr
