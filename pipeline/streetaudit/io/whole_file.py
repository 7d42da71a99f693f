"""Files that are there as a whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol, cast

from streetaudit.errors import StoreError

_ADVICE = {
    errno.ENOSPC: "the disk is full: free some space and run again",
    errno.EDQUOT: "the quota is used up: free some space and run again",
    errno.EROFS: "the file system is read-only: name a place that can be written",
    errno.EACCES: "access was denied: give this user write permission on the folder, or name another place",
    errno.EPERM: "the system does not permit it: name another place",
    errno.ENOENT: "the folder does not exist: create it, or name another place",
    errno.ENOTDIR: "there is a file where a folder is wanted: name another place",
    errno.EISDIR: "this is a folder: name a file in it",
}


class TextTarget(Protocol):
    """What takes text."""

    def write(self, text: str, /) -> object:
        """Take it."""


@contextmanager
def text_target(out: Path | IO[str]) -> Iterator[TextTarget]:
    """A stream to write UTF-8 text to; a path gets its file, whole, when the block ends well.

    Raises:
        StoreError: If the file cannot be written; the one that was there stays as it was.
    """
    if not isinstance(out, Path):
        yield out
        return
    with replaced(out) as half, half.open("x", encoding="utf-8", newline="") as file:
        yield file
        _keep(cast("IO[str]", file))


@contextmanager
def binary_target(out: Path | IO[bytes]) -> Iterator[IO[bytes]]:
    """A stream to write bytes to; a path gets its file, whole, when the block ends well.

    Raises:
        StoreError: If the file cannot be written; the one that was there stays as it was.
    """
    if not isinstance(out, Path):
        yield out
        return
    with replaced(out) as half, half.open("x+b") as file:
        yield file
        _keep(file)


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """A new name beside a path; its file takes the path's place, durably, when the block ends well.

    Raises:
        StoreError: If anything about it fails.
    """
    half = path.parent / f".{path.name}.{secrets.token_hex(8)}"
    try:
        try:
            yield half
            half.replace(path)
            sync_folder(path.parent)
        finally:
            half.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {advice(error)}") from error


def advice(error: OSError) -> str:
    """What happened to a file, and what to do next."""
    return _ADVICE.get(error.errno or 0, f"{error.strerror or error}: check the folder and its disk")


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _keep(file: IO[str] | IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
