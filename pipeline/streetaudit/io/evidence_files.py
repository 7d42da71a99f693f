"""Evidence pictures in a folder: whole or not there, never outside it."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path

from streetaudit.errors import StoreError
from streetaudit.io.whole_file import advice, binary_target, sync_folder

#: One folder deep at most ("ab/abcdef.jpg"); no dot first, so neither "..", nor a hidden or half-written file.
_KEY = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_-]{0,63}/)?[A-Za-z0-9][A-Za-z0-9_-]{0,127}\.[a-z0-9]{1,8}", re.ASCII)

#: Errors of a key that leads nowhere; ELOOP is a link, which we never make.
_NOWHERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class EvidenceFolder:
    """A folder of pictures by key, such as "ab/abcdef.jpg"; the folder itself is made when first written to."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, data: bytes) -> None:
        """Keep a picture; once this returns it survives a power cut. The same again changes nothing.

        Raises:
            ValueError: If the key is none.
            StoreError: If the folder cannot be written; nothing half is left behind.
        """
        if not self._is_inside(key):
            raise ValueError(f'want a key like "ab/abcdef.jpg", got {key!r}')
        if self.get(key) == data:
            return
        path = self.root / key
        make_folder(path.parent)
        with binary_target(path) as file:
            file.write(data)

    def get(self, key: str) -> bytes | None:
        """The picture of a key; None where there is none, or where the key could not be one.

        Raises:
            StoreError: If it is there and cannot be read.
        """
        if not self._is_inside(key):
            return None
        try:
            return _read(self.root / key)
        except OSError as error:
            if error.errno in _NOWHERE:
                return None
            raise StoreError(f"cannot read {self.root / key}: {advice(error)}") from error

    def has(self, key: str) -> bool:
        """True if there is a picture of this key."""
        path = self.root / key
        return self._is_inside(key) and path.is_file() and not path.is_symlink()

    def remove(self, key: str) -> None:
        """Take a picture away; nothing happens where there is none.

        Raises:
            StoreError: If it is there and cannot be removed.
        """
        if not self._is_inside(key):
            return
        try:
            (self.root / key).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(f"cannot remove {self.root / key}: {advice(error)}") from error

    def _is_inside(self, key: str) -> bool:
        # The root may well be a link; one below it could lead out, and we make none.
        return is_key(key) and ("/" not in key or not (self.root / key).parent.is_symlink())


def is_key(key: str) -> bool:
    """True if a text is a key of the evidence folder.

    >>> is_key("ab/abcdef.jpg"), is_key("../abcdef.jpg"), is_key("/etc/passwd")
    (True, False, False)
    """
    return _KEY.fullmatch(key) is not None


def _read(path: Path) -> bytes | None:
    # NONBLOCK: a pipe of that name would otherwise hang us for ever.
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            return None
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def make_folder(folder: Path) -> None:
    """Make a folder, with those above it, so that it survives a power cut.

    Raises:
        StoreError: If it cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)
    except OSError as error:
        raise StoreError(f"cannot make the folder {folder}: {advice(error)}") from error
