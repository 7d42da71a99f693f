"""Small disks of our own, where the system lets us mount them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, *, size: str = "2m") -> Iterator[Path]:
    """A file system of that size in memory; the test is skipped where it cannot be mounted (it takes root)."""
    folder.mkdir()
    if not _does("mount", "-t", "tmpfs", "-o", f"size={size}", "streetaudit-test", str(folder)):
        pytest.skip("cannot mount a tmpfs: it takes root")
    try:
        yield folder
    finally:
        _does("umount", "--lazy", str(folder))


def make_read_only(folder: Path) -> None:
    """Remount a small disk so that nothing can be written."""
    if not _does("mount", "-o", "remount,ro", str(folder)):
        pytest.skip("cannot remount the tmpfs")


def _does(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        return False
