from __future__ import annotations

import hashlib
import os
import pickle
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from streetaudit_models.pretrained import load_tensors  # noqa: E402  # needs torch


class Hostile:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


def test_other_bytes_are_not_unpickled(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(b"anything")
    with pytest.raises(ValueError, match="refusing"):
        load_tensors(tmp_path / "x.pt", sha256="00")


def test_a_checkpoint_cannot_call_what_it_likes(tmp_path: Path) -> None:
    file = tmp_path / "x.pt"
    torch.save({"model": Hostile()}, file)
    with pytest.raises(pickle.UnpicklingError, match="not allowed"):
        load_tensors(file, sha256=hashlib.sha256(file.read_bytes()).hexdigest())
