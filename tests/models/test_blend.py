from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from streetaudit.errors import ModelError
from streetaudit_models.blend import blend

torch: Any = pytest.importorskip("torch")


def checkpoint(file: Path, value: float, *, size: int = 2) -> Path:
    torch.save({"weight": torch.full((size,), value), "batches": torch.tensor(int(value))}, file)
    return file


def test_weights_are_averaged_by_share_and_counts_are_not(tmp_path: Path) -> None:
    files = [checkpoint(tmp_path / f"{value}.pt", value) for value in (1.0, 5.0)]
    blend(files, [0.25, 0.75], tmp_path / "out.pt")
    made = torch.load(tmp_path / "out.pt", weights_only=True)
    assert made["weight"].tolist() == [4.0, 4.0]
    assert int(made["batches"]) == 5


@pytest.mark.parametrize(
    ("sizes", "shares", "why"),
    [
        pytest.param((2, 2), [0.5, 0.6], "adding up to 1", id="shares too large"),
        pytest.param((2, 2), [1.0], "one share", id="a share missing"),
        pytest.param((2, 3), [0.5, 0.5], "different networks", id="other shapes"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, sizes: tuple[int, int], shares: list[float], why: str) -> None:
    files = [checkpoint(tmp_path / f"{i}.pt", 1.0, size=size) for i, size in enumerate(sizes)]
    with pytest.raises(ModelError, match=why):
        blend(files, shares, tmp_path / "out.pt")
