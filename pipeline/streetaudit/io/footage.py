"""The footage on disk: which files are clips, and the safe way to open one file."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from streetaudit.errors import ClipError

#: File names that are taken for clips when a folder is given; a file named outright needs none of them.
CLIP_SUFFIXES = frozenset({".mp4", ".mov", ".m4v", ".avi", ".mkv", ".webm", ".ts", ".m2ts", ".mts", ".360", ".lrv"})


def find_clips(paths: Iterable[Path]) -> tuple[Path, ...]:
    """The clips of files and folders in a steady order, each once, hidden files left out.

    A file that is named outright is taken whatever its suffix; symlinked folders are not followed.

    Raises:
        ClipError: If a path does not exist, or nothing at all was found.
    """
    given = list(paths)
    found: dict[Path, None] = {}
    for path in given:
        for clip in _clips_of(path):
            found.setdefault(clip)
    if not found:
        names = ", ".join(str(path) for path in given)
        raise ClipError(f"no clips in {names}; looked for names ending in {' '.join(sorted(CLIP_SUFFIXES))}")
    return tuple(found)


def _clips_of(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        if not os.path.lexists(path):
            raise ClipError(f"{path}: there is no such file or folder; check the path")
        yield path
        return
    for folder, names, files in os.walk(path):
        names[:] = sorted(name for name in names if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in CLIP_SUFFIXES:
                yield Path(folder) / name


def fingerprints(clips: Iterable[Path]) -> list[str]:
    """For each clip a text that changes when its file, or one of the same stem beside it (a trace), does.

    Nothing is read but folders: names, sizes and times of change.
    """
    folders: dict[Path, dict[str, list[str]]] = {}
    marks = []
    for clip in clips:
        by_stem = folders.get(clip.parent)
        if by_stem is None:
            by_stem = folders[clip.parent] = _by_stem(clip.parent)
        marks.append(";".join(sorted(by_stem.get(_stem(clip.name), ()))))
    return [hashlib.sha256(os.fsencode(mark)).hexdigest() for mark in marks]


def _by_stem(folder: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):  # it is gone again, or a link that leads nowhere
                    status = entry.stat()
                    mark = f"{entry.name}:{status.st_size}:{status.st_mtime_ns}"
                    found.setdefault(_stem(entry.name), []).append(mark)
    except OSError as error:
        raise ClipError(f"{folder}: cannot be read ({error.strerror}); check the drive it lies on") from error
    return found


def _stem(name: str) -> str:
    """The name before its first dot: `a.detections.csv` belongs to `a.mp4`."""
    return name.split(".")[0]


def open_regular(path: Path) -> int:
    """A read-only descriptor of a regular file with something in it; the caller closes it.

    A symlink given by the user is followed. A FIFO or device is refused without waiting for it:
    opening a FIFO would block for ever, reading /dev/zero would never end.

    Raises:
        ClipError: If it is no such file or may not be read; the message says what to do.
    """
    try:
        real = path.resolve(strict=True)
        _want_regular(path, real.stat())
        descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError as error:
        raise ClipError(f"{path}: there is no such file; check the path") from error
    except PermissionError as error:
        raise ClipError(f"{path}: no permission to read it; change its mode or owner") from error
    except (OSError, RuntimeError, ValueError) as error:  # symlink loop (RuntimeError until 3.13), stale mount, NUL
        raise ClipError(f"{path}: cannot be opened ({error}); check the drive it lies on") from error
    try:
        _want_regular(path, os.fstat(descriptor))  # again: it may have been swapped in between
    except ClipError:
        os.close(descriptor)
        raise
    return descriptor


def _want_regular(path: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise ClipError(f"{path}: is a folder; give the clips in it")
    if not stat.S_ISREG(status.st_mode):
        raise ClipError(f"{path}: is not a regular file but a pipe, socket or device; copy the footage into a file")
    if status.st_size == 0:
        raise ClipError(f"{path}: is empty (0 bytes); copy it again from the camera")
