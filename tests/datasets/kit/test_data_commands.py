"""`streetaudit data ...` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from datasets.kit.sets import picture, yolo_set
from streetaudit.errors import StreetauditError
from streetaudit_datasets.commands import register

BOXES = "0 0.5 0.5 0.5 0.5\n1 0.3 0.3 0.2 0.2\n"


def data(*words: str | Path) -> Result:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["data", *map(str, words)])


def card(folder: Path) -> Path:
    file = folder / "mine.toml"
    file.write_text(
        'name = "mine"\ntitle = "t"\nlicence = "own"\norigin = "o"\nformat = "yolo"\nexhaustive = ["bin"]\n'
        '[classes]\nbin = "bin"\nlitter = "litter"\n[group]\nby = "path"\npattern = "(ride[0-9])"\n'
    )
    return file


@pytest.fixture
def prepared(tmp_path: Path) -> Path:
    source = yolo_set(tmp_path / "source", {f"ride{i}-{j}": BOXES for i in range(5) for j in range(2)})
    done = data("import", card(tmp_path), source, tmp_path / "set")
    assert done.exit_code == 0, done.output
    return tmp_path / "set"


def error_of(done: Result) -> StreetauditError:
    assert isinstance(done.exception, StreetauditError), done.output
    return done.exception


def test_import_split_check_stats_and_view_follow_each_other(prepared: Path, tmp_path: Path) -> None:
    divided = data("split", prepared, "--val", "0.4", "--seed", "3")
    assert divided.exit_code == 0, divided.output
    assert divided.stdout == "train 6, val 4\n"
    checked = data("check", prepared, "--json")
    assert checked.exit_code == 0, checked.output
    report = json.loads(checked.stdout)
    assert (report["images"], report["to_mend"]) == (10, 0)
    counted = data("stats", prepared, "--json", "--out", tmp_path / "stats.html")
    assert json.loads(counted.stdout)["groups"] == {"train": 3, "val": 2}
    assert (tmp_path / "stats.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    viewed = data("view", prepared, tmp_path / "sheets", "--order", "odd")
    assert len(viewed.stdout.splitlines()) == 2


def test_check_ends_with_four_where_something_must_be_mended(prepared: Path) -> None:
    next((prepared / "images").iterdir()).write_bytes(b"")
    done = data("check", prepared)
    assert error_of(done).exit_code == 4
    assert "mend: broken (1)" in done.stdout


def test_import_ends_with_four_where_something_was_left_out(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "source", {"a": BOXES, "b": "0 0.5\n"})
    done = data("import", card(tmp_path), source, tmp_path / "set")
    assert error_of(done).exit_code == 4
    assert "left out: labels/b.txt:1" in done.stderr.replace("\n", "")
    assert (tmp_path / "set" / "images" / "mine-a.jpg").exists()


def test_a_foreign_folder_is_checked_through_its_card(tmp_path: Path) -> None:
    source = yolo_set(tmp_path / "source", {"ride1-a": BOXES}, split="train")
    yolo_set(tmp_path / "source", {"ride1-b": BOXES}, split="val")
    picture(source / "images" / "val" / "ride1-b.jpg", 77)
    assert data("check", source).exit_code == 0
    done = data("check", source, "--card", card(tmp_path))
    assert "split_group" in done.stdout
    assert error_of(done).exit_code == 4


def test_cards_are_listed(tmp_path: Path) -> None:
    assert {"taco", "street5"} <= {one["name"] for one in json.loads(data("cards", "--json").stdout)}
    assert "licence:" in data("cards").stdout


def test_a_world_is_simulated_as_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, int]] = []

    def fake(out: Path, *, seed: int, nights: int) -> None:  # the real one films: seconds a night
        asked.append((out.name, seed, nights))

    monkeypatch.setattr("streetaudit_datasets.world.simulate.simulate", fake)
    done = data("synth", tmp_path / "world", "--world", "--nights", "1", "--seed", "1")
    assert done.exit_code == 0, done.output
    assert asked == [("world", 1, 1)]
    assert "--detections" in done.stderr


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("check", "gone"), "no folder", id="check-no-folder"),
        pytest.param(("import", "nonsense", "gone", "out"), "no card", id="import-no-card"),
        pytest.param(("import", "taco", "gone", "out"), "no folder", id="import-no-folder"),
        pytest.param(("split", "gone"), "cannot read", id="split-no-set"),
        pytest.param(("split", "gone", "--val", "0.6", "--test", "0.6"), "below 1", id="split-too-much"),
        pytest.param(("harvest", "out", "--config", "gone.toml"), "cannot read", id="harvest-no-config"),
        pytest.param(("harvest", "out", "--guard-m", "200"), "--guard-m", id="harvest-guard"),
    ],
)
def test_mistakes_are_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert says in str(error_of(data(*words)))


def test_a_spoilt_set_is_not_divided(prepared: Path) -> None:
    next((prepared / "labels").glob("*.txt")).write_text("nonsense\n")
    assert error_of(data("split", prepared)).exit_code == 4
