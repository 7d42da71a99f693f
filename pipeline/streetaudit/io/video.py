"""Clips into frames: decoded in a child process that is stopped when it hangs, with a record of what was missing."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from streetaudit.errors import ClipError
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.footage import open_regular
from streetaudit.io.video_limits import DecodeLimits
from streetaudit.io.video_link import Declared, Told
from streetaudit.io.video_process import DecoderProcess
from streetaudit.io.video_ring import Ring
from streetaudit.structures.clip import ClipFacts, DecodeRecord
from streetaudit.structures.frame import Frame

#: Clocks that were never set say 1904 (MP4's zero) or 1970; no dashcam is older than this.
_FIRST_YEAR = 2000
_LAST_YEAR = 2100

#: What `DecodeRecord.ended` says before the end was reached.
NOT_READ = "not read to the end"


def probe(path: Path, *, limits: DecodeLimits | None = None, clock: Clock = SYSTEM_CLOCK) -> ClipFacts:
    """What a clip's container declares; its first picture is decoded to see that it can be.

    Raises:
        ClipError: If it is no clip that can be decoded; the message says why and what to do.
    """
    with open_clip(path, limits=limits, clock=clock) as clip:
        return clip.facts


def open_clip(
    path: Path, *, limits: DecodeLimits | None = None, every_s: float = 0.0, clock: Clock = SYSTEM_CLOCK
) -> ClipReader:
    """A reader of one clip whose first picture has been decoded; close it, or use it in a `with`.

    Args:
        path: The clip; symlinks are followed.
        limits: What decoding may cost.
        every_s: Least distance of the frames handed on; nearer ones are decoded, counted and left in the child.
        clock: For the watchdog.

    Raises:
        ClipError: If nothing of it can be decoded; the message says why and what to do.
    """
    if every_s < 0.0:
        raise ValueError(f"want every_s >= 0; got {every_s}")
    return ClipReader(path, limits or DecodeLimits(), every_s=every_s, clock=clock)


class ClipReader:
    """Iterate over it once to get the frames; `record` then says what was missing.

    Frames whose size differs from the first one's are scaled to it, so that every box of a clip means the same
    pixels; the record counts the changes. Once frames have come, nothing raises: a decoder that dies or hangs
    ends the iteration and `record.ended` says why. Read it in the thread that opened it (the child ends with it).

    Attributes:
        facts: What the container declares.
    """

    facts: ClipFacts

    def __init__(self, path: Path, limits: DecodeLimits, *, every_s: float, clock: Clock) -> None:
        self._limits = limits
        self._told = Told("tick")
        self._ended = NOT_READ
        self._is_read = False
        with contextlib.ExitStack() as opened:
            self._descriptor = open_regular(path)
            opened.callback(os.close, self._descriptor)
            self._before = os.fstat(self._descriptor)
            self._decoder = DecoderProcess(self._descriptor, limits, every_s=every_s, clock=clock)
            opened.callback(self._decoder.close)
            sha256 = _sha256(self._descriptor)  # while the child starts
            told = self._decoder.next()
            if told.facts is None:
                raise ClipError(f"{path}: {told.reason or 'the decoder said nothing of it; try again'}")
            if not 0 < told.facts.width_px * told.facts.height_px <= limits.pixels:
                raise ClipError(f"{path}: its decoder asks for more than {limits.pixels} pixels; scale the clip down")
            self.facts = _facts(path, sha256, told.facts)
            self._opened = opened.pop_all()

    @property
    def child_pid(self) -> int:
        """Process id of the decoder."""
        return self._decoder.pid

    @property
    def record(self) -> DecodeRecord:
        """What decoding gave so far; final once the iteration has ended."""
        tally = self._told.tally
        return DecodeRecord(
            decoded_frames=tally.decoded,
            declared_frames=self.facts.declared_frames,
            first_s=0.0 if tally.decoded else None,
            last_s=tally.last_s if tally.decoded else None,
            corrupt_frames=tally.corrupt,
            resolution_changes=tally.resizes,
            time_jumps=tally.jumps,
            untimed_frames=tally.untimed,
            skipped_frames=tally.skipped,
            ended=self._ended,
        )

    def __iter__(self) -> Iterator[Frame]:
        if self._is_read:
            raise ValueError("want one iteration over a clip; got a second one: open it again")
        self._is_read = True
        with Ring.new(self._limits.slots, size=(self.facts.width_px, self.facts.height_px)) as ring:
            self._decoder.give(ring)
            while (told := self._decoder.next()).kind == "frame":
                self._told = told
                if told.slot >= ring.slots:
                    break
                image = ring.copy_out(told.slot)
                self._decoder.free(told.slot)
                yield Frame(told.index, told.time_s, image)
        self._told = told
        self._ended = self._why_ended(told)

    def _why_ended(self, told: Told) -> str:
        after = os.fstat(self._descriptor)
        if (after.st_size, after.st_mtime_ns) != (self._before.st_size, self._before.st_mtime_ns):
            return "the file was changed while it was read; read it again when its recorder has closed it"
        return told.reason or "the decoder did not say why it ended"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child and give everything back; facts and record stay."""
        self._opened.close()


def _sha256(descriptor: int) -> str:
    digest = hashlib.sha256()
    at = 0
    while block := os.pread(descriptor, 1 << 20, at):
        digest.update(block)
        at += len(block)
    return digest.hexdigest()


def _facts(path: Path, sha256: str, declared: Declared) -> ClipFacts:
    return ClipFacts(
        path=path,
        sha256=sha256,
        width_px=declared.width_px,
        height_px=declared.height_px,
        rotation_deg=declared.rotation_deg,
        duration_s=declared.duration_s,
        declared_frames=declared.frames,
        started_at=_plausible(declared.created),
        codec=declared.codec,
    )


def _plausible(created: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(created)
    except ValueError:
        return None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return at if _FIRST_YEAR <= at.year < _LAST_YEAR else None
