"""The notebooks run as plain Python, from the first cell to the last, and show what they say.

They are jupytext files (percent format); neither Jupyter nor nbmake is needed to run them.
"""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from streetaudit_datasets.view.shown import Page, Picture

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
pytestmark = pytest.mark.xdist_group("notebooks")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STREETAUDIT_NOTEBOOKS", str(tmp_path / "kept"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def run(name: str) -> dict[str, Any]:
    """What a notebook has defined when it ends."""
    return runpy.run_path(str(NOTEBOOKS / f"{name}.py"))


def test_every_notebook_is_run_here() -> None:
    assert {path.stem for path in NOTEBOOKS.glob("*.py")} == {"one_clip", "data_and_errors", "thresholds_and_workload"}


def test_one_clip(home: Path) -> None:
    left = run("one_clip")
    assert left["scores"]["truth"].found >= 1
    assert left["scores"]["truth"].false == 0
    assert left["decided"].state == "confirmed"
    for shown in (left["true_frame"], left["evidence"]):
        assert isinstance(shown, Picture)
        assert shown._repr_jpeg_().startswith(b"\xff\xd8")


def test_data_and_errors(home: Path) -> None:
    left = run("data_and_errors")
    assert left["checked"].to_mend == 0
    truths = sum(score["truths"] for score in left["found"]["scores"]["all"].values())
    assert 0 < len(left["misses"]) < truths
    assert sum(left["counts"]) == len(left["misses"])
    assert isinstance(left["miss_sheet"], Picture)
    assert "<svg" in left["page"]._repr_html_()


def test_thresholds_and_workload(home: Path) -> None:
    left = run("thresholds_and_workload")
    assert all(outcome.status == "complete" for outcome in left["outcomes"])
    sent = [row["cases a night"] for row in left["rows"].values()]
    assert sent == sorted(sent, reverse=True)
    assert next(iter(left["rows"].values()))["found"] > 0
    assert isinstance(left["workload"], Page)
