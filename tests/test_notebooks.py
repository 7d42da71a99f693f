"""The notebooks are pairs: the .ipynb is its .py, executed, and small enough for git.

CI executes them again with nbmake (`pytest --nbmake notebooks/*.ipynb`).
"""

from __future__ import annotations

from pathlib import Path

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
MOST_BYTES = 600_000
jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed")
PAIRS = sorted(NOTEBOOKS.glob("*.py"))


def test_there_are_three() -> None:
    assert [pair.stem for pair in PAIRS] == ["data_and_errors", "one_clip", "thresholds_and_workload"]
    assert {file.stem for file in NOTEBOOKS.glob("*.ipynb")} == {pair.stem for pair in PAIRS}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.stem)
def test_a_notebook_is_its_pair_executed_to_the_end(pair: Path) -> None:
    written, executed = jupytext.read(pair), jupytext.read(pair.with_suffix(".ipynb"))
    assert [(c.cell_type, c.source) for c in executed.cells] == [(c.cell_type, c.source) for c in written.cells], (
        "run .ci/notebooks"
    )
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert not [
        out for cell in code for out in cell.outputs if out.output_type == "error" or out.get("name") == "stderr"
    ]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.stem)
def test_a_notebook_is_small_and_shows_something(pair: Path) -> None:
    notebook = jupytext.read(pair.with_suffix(".ipynb"))
    shown = [kind for cell in notebook.cells for out in cell.get("outputs", []) for kind in out.get("data", {})]
    assert pair.with_suffix(".ipynb").stat().st_size < MOST_BYTES
    assert sum(kind in ("image/jpeg", "text/html") for kind in shown) >= 4
