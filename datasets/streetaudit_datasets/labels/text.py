"""Label files as text: read with a limit, and never trusted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from streetaudit_datasets.labels.values import Fault, LabelError, shown

_MOST_BYTES = 64 << 20  # one picture's labels; more is not a label file


def read_text(path: Path, *, most: int = _MOST_BYTES) -> str:
    """The text of a label file.

    Raises:
        LabelError: If it cannot be read, is no UTF-8 text or is far too large.
    """
    try:
        if path.stat().st_size > most:
            raise LabelError(f"{path} has more than {most >> 20} MiB: that is no label file; take it away")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise LabelError(f"cannot read {path}: {error.strerror}; check the download") from error
    except UnicodeDecodeError as error:
        raise LabelError(f"{path} is no UTF-8 text (byte {error.start}); fetch or export it again") from error


def text_or_fault(path: Path, folder: Path, *, faults: list[Fault], most: int = _MOST_BYTES) -> str | None:
    """The text of one label file of many; where it cannot be had, a fault is added and None returned."""
    try:
        return read_text(path, most=most)
    except LabelError as error:
        says = str(error).replace(f"{path} ", "").replace(f"{path}: ", "")
        faults.append(Fault(shown(path, folder), 0, says))
        return None


def numbers(words: Sequence[str]) -> tuple[float, ...] | None:
    """The words as numbers (not-a-number and infinities among them), None where one is none.

    >>> numbers(["1", "2.5"]), numbers(["x"])
    ((1.0, 2.5), None)
    """
    try:
        return tuple(float(word) for word in words)
    except ValueError:
        return None


def is_whole(number: float) -> bool:
    """True for a finite whole number."""
    return math.isfinite(number) and number == int(number)


def single_names(names: Iterable[str], *, where: str) -> tuple[str, ...]:
    """Class names in order, each once.

    Raises:
        LabelError: If a name is empty or comes twice.
    """
    found = tuple(str(name).strip() for name in names)
    if len(set(found)) != len(found) or "" in found:
        raise LabelError(f"{where} names a class twice or not at all: {', '.join(found)}; give each its own name")
    return found
