"""`evaluate --cases`: a world is simulated, audited and scored from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from datasets.kit.sets import pixels
from store.builders import LAT, LON, METRE, commit, sighting
from streetaudit.commands.app import app, mount
from streetaudit.errors import ModelError, StreetauditError
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.jpeg import encode_jpeg
from streetaudit.io.store.open import open_store


def run(*words: str | Path) -> tuple[str, BaseException | None]:
    if not app.registered_commands:
        mount()
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)])
    return result.output, result.exception


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    """Three things along a street, two of which have a case; and a case of nothing, with its picture."""
    rows = [[frame, 0, 0, 40, 40, 1.0] for frame in range(9)]
    things = [
        {"id": f"litter-{i}", "class": "litter", "problem": "litter", "lat": LAT + 100 * i * METRE, "lon": LON,
         "why": "lies there", "clips": {"a.mp4": rows}}
        for i in range(3)
    ]  # fmt: skip
    (tmp_path / "truth.json").write_text(json.dumps({"objects": things}))
    (tmp_path / "streetaudit.toml").write_text("")
    with open_store(f"sqlite:///{tmp_path}/cases.sqlite3") as store:
        commit(store, [sighting(1, north_m=1.0), sighting(2, north_m=102.0), sighting(3, north_m=500.0)])
    EvidenceFolder(tmp_path / "evidence").put("ab/a3c.jpg", encode_jpeg(pixels(3)))
    return tmp_path


def test_cases_are_scored_as_table_json_and_page(scene: Path, tmp_path: Path) -> None:
    output, error = run("--cases", scene, "--out", tmp_path / "out")
    assert error is None
    assert re.search(r"^all +3 +2 +0\.67 +3 +0\.67", output, re.MULTILINE)
    assert "missed litter-2 (lies there)" in output
    told: dict[str, Any] = json.loads((tmp_path / "out" / "report.json").read_text())
    assert told["scores"]["litter"]["recall"] == pytest.approx(2 / 3)
    assert told["scores"]["all"]["median_m"] == pytest.approx(1.5, abs=0.05)
    assert [(one["kind"], one["thing"]) for one in told["mistakes"]] == [("missed", "litter-2"), ("false", None)]
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.count("<img ") == 1
    assert page.count("<path ") == 2
    as_json, _ = run("--cases", scene, "--json")
    assert json.loads(as_json) == told


def test_what_a_clip_that_was_not_audited_shows_is_not_asked_for(scene: Path) -> None:
    truth = json.loads((scene / "truth.json").read_text())
    truth["objects"][2]["clips"] = {"b.mp4": truth["objects"][2]["clips"]["a.mp4"]}
    (scene / "truth.json").write_text(json.dumps(truth))
    output, _ = run("--cases", scene, "--json")
    assert json.loads(output)["scores"]["all"]["recall"] == 1.0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(["--cases", "SCENE", "MODEL"], "either MODEL and DATA, or --cases", id="both"),
        pytest.param([], "want MODEL and DATA", id="neither"),
    ],
)
def test_one_of_the_two_ways_is_wanted(scene: Path, words: list[str], says: str) -> None:
    named = {"SCENE": str(scene), "MODEL": str(scene / "truth.json")}
    _, error = run(*[named.get(word, word) for word in words])
    assert isinstance(error, ModelError)
    assert says in str(error)


def test_a_scene_that_nobody_audited_says_how(scene: Path) -> None:
    (scene / "cases.sqlite3").unlink()
    _, error = run("--cases", scene)
    assert isinstance(error, StreetauditError)
    assert "streetaudit batch" in str(error)
    assert not (scene / "cases.sqlite3").exists()
