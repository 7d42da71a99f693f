"""The process that reads positions out of untrusted clips: `python -m streetaudit.io.traces.child JOB`."""

from __future__ import annotations

import json
import mmap
import os
import sys
from collections.abc import Callable
from typing import Any

from streetaudit.errors import TraceError
from streetaudit.io.jail import JailLimits, enter_jail, tie_to_parent
from streetaudit.io.traces.answer import failed, packed
from streetaudit.io.traces.blackvue import read_blackvue
from streetaudit.io.traces.embedded import PARSER_ERRORS, READERS
from streetaudit.io.traces.gopro import read_gpmf_stream
from streetaudit.io.traces.ligogps import read_ligogps
from streetaudit.io.traces.novatek import read_novatek_mp4, read_novatek_ts
from streetaudit.io.traces.quality import Sample

#: What the parsers raise on bytes that are not what they expect.
_NOT_OURS: tuple[type[Exception], ...] = (
    *PARSER_ERRORS,
    ValueError,
    LookupError,
    AssertionError,
    ArithmeticError,
    TypeError,
    OSError,
)
_FAILURES: tuple[type[Exception], ...] = (TraceError, *_NOT_OURS)


_MAPPED: tuple[tuple[str, Callable[[mmap.mmap], list[Sample] | None]], ...] = (
    ("blackvue", read_blackvue),
    ("novatek", read_novatek_mp4),
    ("ligogps", read_ligogps),
)


def find_samples(descriptor: int) -> tuple[str, list[Sample]]:
    """Source and samples of the first reader that finds any, ("", []) if none does.

    Raises:
        TraceError: If there are positions in a form that is not read.
    """
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as content:
        if content[:1] == b"G":  # a transport stream
            return "novatek", read_novatek_ts(content) or []
        if content[:4] == b"DEVC":
            return "gpmf", read_gpmf_stream(content[:]) or []
        with os.fdopen(os.dup(descriptor), "rb") as file:
            for source, read in READERS:
                file.seek(0)
                try:
                    samples = read(file)
                except _NOT_OURS:  # another maker's file, or a damaged one: the next reader may know it
                    continue
                if samples:
                    return source, samples
        for source, read_mapped in _MAPPED:
            if samples := read_mapped(content):
                return source, samples
    return "", []


def main() -> None:
    """Answer on standard output what positions the file of the job holds."""
    job: dict[str, Any] = json.loads(sys.argv[1])
    tie_to_parent(job["parent"])
    enter_jail(JailLimits(**job["jail"]))
    try:
        answer = packed(*find_samples(job["file"]))
    except _FAILURES as error:
        answer = failed(str(error) or type(error).__name__)
    except MemoryError:
        answer = failed("needs more memory to read its positions than is allowed")
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
