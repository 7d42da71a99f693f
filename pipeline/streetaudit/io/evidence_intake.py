"""Pictures that arrive in pieces over a bad line: whole, with the right hash, and durable, or not there."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from streetaudit.errors import StoreError
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.whole_file import advice

#: The largest picture that is taken; a frame of 1600 px takes a tenth of it.
MAX_BYTES = 8 * 1024 * 1024
_KEY = re.compile(r"([0-9a-f]{2})/(\1[0-9a-f]{62})\.jpg", re.ASCII)
_JPEG = b"\xff\xd8\xff"
#: Begins with a dot: no key of the evidence folder ever leads there.
_FOLDER = ".incoming"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some bytes of a picture: from `first` on, of `total` in all."""

    first: int
    total: int
    data: bytes

    def __post_init__(self) -> None:
        if not (0 <= self.first <= self.first + len(self.data) <= self.total):
            raise ValueError(f"want bytes inside {self.total}, got {len(self.data)} from {self.first} on")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a piece.

    Attributes:
        kind: "whole" (now durable), "known" (it was there already), "more" (kept, go on at `next`), "gap" (not what
            comes next, go on at `next`) or "wrong" (thrown away: not the bytes that the key promises).
        next: The offset that is wanted next.
    """

    kind: Literal["whole", "known", "more", "gap", "wrong"]
    next: int = 0


class EvidenceIntake:
    """Takes pictures whose key is `xx/SHA256.jpg` into an evidence folder, piece after piece."""

    def __init__(self, folder: EvidenceFolder) -> None:
        self._folder = folder
        self._half = folder.root / _FOLDER

    def received(self, key: str) -> int | None:
        """How many bytes have come so far; None where the whole picture is there.

        Raises:
            ValueError: If the key is none of a picture's hash.
        """
        half = self._path(key)
        if self._folder.has(key):
            return None
        try:
            return half.stat().st_size
        except OSError:
            return 0

    def add(self, key: str, piece: Piece) -> Answer:
        """What became of a piece; once it says "whole" the picture survives a power cut.

        Raises:
            ValueError: If the key is none of a picture's hash, or the picture is too large.
            StoreError: If the folder cannot be written.
        """
        half = self._path(key)
        if piece.total > MAX_BYTES:
            raise ValueError(f"want at most {MAX_BYTES} bytes, got {piece.total}")
        if self._folder.has(key):
            return Answer("known")
        try:
            with _locked(half) as file:
                return self._append(key, piece, file)
        except OSError as error:
            raise StoreError(f"cannot keep {key}: {advice(error)}") from error

    def _append(self, key: str, piece: Piece, file: int) -> Answer:
        size = os.fstat(file).st_size
        if piece.first == 0 and size != 0:  # the other side begins anew: so do we
            os.ftruncate(file, 0)
            size = 0
        if piece.first != size:
            return Answer("gap", size)
        os.pwrite(file, piece.data, size)
        size += len(piece.data)
        if size < piece.total:
            return Answer("more", size)
        data = os.pread(file, size, 0)
        right = data.startswith(_JPEG) and hashlib.sha256(data).hexdigest() == key[3:67]
        if right:
            self._folder.put(key, data)
        os.ftruncate(file, 0)
        self._path(key).unlink(missing_ok=True)
        return Answer("whole" if right else "wrong")

    def _path(self, key: str) -> Path:
        found = _KEY.fullmatch(key)
        if found is None:
            raise ValueError(f"want a key like ab/ab….jpg with the SHA-256 of the bytes, got {key!r}")
        return self._half / found[2]


@contextmanager
def _locked(path: Path) -> Iterator[int]:
    """The file, ours alone until the block ends: two tries of one gateway may overlap."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield file
    finally:
        os.close(file)
