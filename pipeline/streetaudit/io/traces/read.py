"""The trace of one file: a log by its suffix, or the positions inside a clip."""

from __future__ import annotations

import os
import subprocess
from dataclasses import asdict, replace
from pathlib import Path

from streetaudit.errors import ClipError, TraceError
from streetaudit.io.footage import open_regular
from streetaudit.io.jail import JailLimits, end_child, how_it_died, start_child
from streetaudit.io.traces.answer import unpacked
from streetaudit.io.traces.files import bytes_of, text_of
from streetaudit.io.traces.gpx import read_gpx
from streetaudit.io.traces.mai70 import MAGIC, read_mai70
from streetaudit.io.traces.nmea import read_nmea
from streetaudit.io.traces.quality import Sample, believe, refusals
from streetaudit.io.traces.srt import read_srt
from streetaudit.io.traces.table import read_table
from streetaudit.structures.trace import Trace

#: Suffixes of traces beside a clip, in the order in which they are tried.
TRACE_SUFFIXES = (".gpx", ".nmea", ".csv", ".srt", ".gps", ".txt")

#: An hour of GoPro takes half a minute.
EMBEDDED_LIMIT_S = 180.0
_JAIL = JailLimits(memory_bytes=4 << 30, cpu_s=300)


def read_trace(path: Path, *, clip_name: str | None = None) -> Trace:
    """The trace of a file: .gpx, .nmea, .txt, .gps, .csv, .srt, or an extracted GPMF stream (.bin).

    Args:
        path: The file.
        clip_name: For files that hold several clips (70mai): whose rows are wanted.

    Raises:
        TraceError: If it cannot be read, or holds no fix that can be believed.
    """
    try:
        trace = _read_by_suffix(path, clip_name)
    except TraceError as error:
        raise TraceError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from error
    if trace is None or not trace.fixes:
        why = (
            "holds no positions"
            if trace is None
            else f"holds no fix to be believed: {refusals(trace) or 'it is empty'}"
        )
        raise TraceError(f"{path}: {why}; give another trace, or none to go without places")
    return trace


def _read_by_suffix(path: Path, clip_name: str | None) -> Trace | None:
    suffix = path.suffix.lower()
    if suffix == ".bin":
        return _read_in_child(path, clip_time=False)
    if suffix == ".3gf":
        raise TraceError("holds a BlackVue's accelerations and no positions; give the .gps file of the same name")
    if suffix == ".gpx":
        return believe(read_gpx(bytes_of(path)), "gpx")
    if suffix not in (".nmea", ".txt", ".gps", ".csv", ".srt"):
        raise TraceError(f"is no trace that is known by its name; want one of {' '.join(TRACE_SUFFIXES)}")
    text = text_of(bytes_of(path))
    if suffix == ".csv":
        table = read_table(text)
        return believe(table.samples, "csv", clip_time=table.clip_time)
    if suffix == ".srt":
        return believe(read_srt(text), "srt", clip_time=True)
    if text.startswith(MAGIC):
        return believe(read_mai70(text, clip_name=clip_name), "70mai")
    samples: list[Sample] = read_nmea(text)
    return believe(samples, "blackvue" if suffix == ".gps" else "nmea")


def read_embedded(clip: Path, *, limit_s: float = EMBEDDED_LIMIT_S) -> Trace | None:
    """The trace inside a clip in clip time, None if it holds no positions; it may hold only refused ones.

    Raises:
        TraceError: If the clip cannot be read, or its positions are damaged or enciphered.
    """
    return _read_in_child(clip, clip_time=True, limit_s=limit_s)


def _read_in_child(path: Path, *, clip_time: bool, limit_s: float = EMBEDDED_LIMIT_S) -> Trace | None:
    try:
        descriptor = open_regular(path)
    except ClipError as error:
        raise TraceError(str(error)) from error
    try:
        source, samples = unpacked(_answer(descriptor, limit_s))
    except (TraceError, ValueError) as error:
        raise TraceError(f"{path}: {error}") from error
    finally:
        os.close(descriptor)
    return believe(samples, source, clip_time=clip_time) if source and samples else None


def _answer(descriptor: int, limit_s: float) -> bytes:
    """What the child writes; it is killed when it takes too long."""
    with (
        os.fdopen(os.memfd_create("streetaudit-trace"), "rb+") as answer,
        os.fdopen(os.memfd_create("streetaudit-trace-log"), "rb+") as log,
    ):
        room = _JAIL.memory_bytes + os.fstat(descriptor).st_size  # the file is mapped, not read
        job = {"file": descriptor, "jail": asdict(replace(_JAIL, memory_bytes=room))}
        child = start_child("streetaudit.io.traces.child", job, pass_fds=(descriptor,), stdout=answer, stderr=log)
        try:
            status = child.wait(timeout=limit_s)
        except subprocess.TimeoutExpired as error:
            raise TraceError(f"its positions could not be read within {limit_s:g} s; give the trace as GPX") from error
        finally:
            end_child(child)
        if status != 0:
            raise TraceError(f"its positions are damaged: the reader {how_it_died(status)}; give the trace as GPX")
        answer.seek(0)
        return answer.read()
