"""Where the trace of a clip is: in the clip itself, or in a file beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from streetaudit.errors import TraceError
from streetaudit.io.traces.quality import refusals
from streetaudit.io.traces.read import TRACE_SUFFIXES, read_embedded, read_trace
from streetaudit.structures.trace import Trace


def find_trace(clip: Path, *, explicit: Path | None = None) -> tuple[Trace | None, str]:
    """The trace of a clip and a note on where it comes from, or None and why there is none.

    The clip's own positions come first, then a file of the same stem beside it, then the GPSData*.txt of a 70mai.

    Raises:
        TraceError: Only for an explicit file that cannot be used.
    """
    if explicit is not None:
        trace = read_trace(explicit, clip_name=clip.name)
        return trace, _note(f"from {explicit.name}", trace)
    tried: list[str] = []
    try:
        embedded = read_embedded(clip)
        if embedded is not None and embedded.fixes:
            return embedded, _note(f"from the clip itself ({embedded.source})", embedded)
        tried.append("none in the clip" if embedded is None else f"in the clip: {refusals(embedded)}")
    except TraceError as error:
        tried.append(str(error).removeprefix(f"{clip}: "))
    for beside in _beside(clip):
        try:
            trace = read_trace(beside, clip_name=clip.name)
            return trace, _note(f"from {beside.name}", trace)
        except TraceError as error:
            tried.append(str(error).replace(str(beside), beside.name))
    if len(tried) == 1:
        tried.append(f"no {clip.stem} with one of {' '.join(TRACE_SUFFIXES)} beside it")
    return None, f"no trace: {'; '.join(tried)}"


def _note(where: str, trace: Trace) -> str:
    refused = refusals(trace)
    return f"{where}: {len(trace.fixes)} fixes" + (f", {refused}" if refused else "")


def _beside(clip: Path) -> Iterator[Path]:
    """Files that may hold the trace of a clip, the likeliest first."""
    try:
        names = sorted(entry.name for entry in os.scandir(clip.parent) if entry.is_file())
    except OSError:
        return
    stems = {clip.stem.lower(), clip.name.lower()}
    for suffix in TRACE_SUFFIXES:
        for name in names:
            path = clip.parent / name
            if path.suffix.lower() == suffix and path.stem.lower() in stems and name != clip.name:
                yield path
    yield from (clip.parent / name for name in names if name.startswith("GPSData") and name.lower().endswith(".txt"))
