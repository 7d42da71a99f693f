"""The pictures of a folder: found by name, measured without decoding, never outside the folder."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.labels.picture_header import PictureHeader, read_header
from streetaudit_datasets.labels.values import LabelError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif"})
#: More is not decoded: a few bytes can claim any size.
MOST_PIXELS = 100_000_000


def walk(folder: Path, *, suffixes: frozenset[str] = SUFFIXES) -> Iterator[Path]:
    """Every file of these kinds below a folder, in order; hidden ones and links to folders are passed over.

    Raises:
        LabelError: If there is no such folder.
    """
    if not folder.is_dir():
        raise LabelError(f"{folder} is no folder; name the one that holds the data set")
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if Path(name).suffix.lower() in suffixes and not name.startswith("."):
                yield Path(root) / name


class PictureIndex:
    """The pictures below a folder by what label files call them: path, file name or stem."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.paths = tuple(walk(folder))
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths:
            self._by_name[path.name].append(path)
            if path.stem != path.name:
                self._by_name[path.stem].append(path)

    def find(self, called: str, *, near: Path) -> Path | None:
        """The picture that a label file at `near` means, None where there is none or it lies outside the folder."""
        name = called.replace("\\", "/")
        for base in (near.parent, self.folder, self.folder / "images"):
            path = Path(os.path.normpath(base / name))
            if path.is_relative_to(self.folder) and path.suffix.lower() in SUFFIXES and path.is_file():
                return path
        known = self._by_name.get(name.rpartition("/")[2], [])
        return max(known, key=lambda path: _shared(path, near)) if known else None


def _shared(a: Path, b: Path) -> int:
    """How many leading folders two paths share: a label belongs to the picture that lies nearest."""
    return len(os.path.commonpath([a, b]))


def measure(path: Path) -> PictureHeader | None:
    """The header of a picture file, None if it cannot be read or is no picture."""
    try:
        with path.open("rb") as file:
            head = file.read(1 << 18)
            rest = file.read() if len(head) == 1 << 18 else b""
    except OSError:
        return None
    return read_header(head + rest)


def size_of(path: Path) -> tuple[int, int]:
    """Width and height of a picture as stored, (0, 0) where it cannot be read."""
    header = measure(path)
    return (header.width, header.height) if header else (0, 0)


def decode(data: bytes) -> NDArray[np.uint8] | None:
    """A picture's pixels, RGB uint8 (H, W, 3), as stored; None where it cannot be decoded or is too large."""
    header = read_header(data)
    if header is None or header.width * header.height > MOST_PIXELS:
        return None
    how = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
    try:
        pixels = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), how)
    except cv2.error:
        return None
    return None if pixels is None else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def read_picture(path: Path) -> NDArray[np.uint8] | None:
    """The pixels of a picture file, RGB uint8 (H, W, 3), as stored; None where it cannot be read."""
    try:
        return decode(path.read_bytes())
    except OSError:
        return None
