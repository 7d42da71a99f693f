"""A folder that is there whole, or not at all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streetaudit_datasets.labels.values import LabelError


@contextmanager
def new_folder(out: Path, *, replaces: str | None = None) -> Iterator[Path]:
    """A folder beside `out` that takes its place when the block ends well: a set is there whole, or not at all.

    Args:
        out: Must not exist, or be empty, unless it may be replaced.
        replaces: A folder that holds a file of this name may be replaced.

    Raises:
        LabelError: If `out` holds something else, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())) and not (replaces and (out / replaces).is_file()):
        raise LabelError(f"{out} holds something already; name a new folder")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as beside:
            made = Path(beside) / "set"
            made.mkdir()
            yield made
            if out.exists():
                shutil.rmtree(out)
            made.replace(out)
    except OSError as error:
        raise LabelError(f"cannot write {out}: {error}; check space and permissions") from error
