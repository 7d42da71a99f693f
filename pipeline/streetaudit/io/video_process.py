"""The reader's end of the decoder: starts the child, listens with a watchdog, and ends it."""

from __future__ import annotations

import contextlib
import os
import select
import socket
from dataclasses import asdict, replace

from streetaudit.io.clock import Clock
from streetaudit.io.jail import end_child, how_it_died, start_child
from streetaudit.io.video_limits import DecodeLimits
from streetaudit.io.video_link import MESSAGE_BYTES, Tally, Told, unpacked
from streetaudit.io.video_ring import Ring

#: How often a wait looks at the clock.
_LOOK_S = 0.5


class DecoderProcess:
    """One child that decodes one clip.

    Args:
        descriptor: Of the clip; the child opens the same file by it, whatever its path now leads to.
        limits: What it may cost.
        every_s: Least distance of the frames it hands on.
        clock: For the watchdog, which runs only while somebody waits: a slow reader is no hang.
    """

    def __init__(self, descriptor: int, limits: DecodeLimits, *, every_s: float, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._tally = Tally()
        self._patience_s = limits.start_s  # until its first word
        self._link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        job = {
            "clip": descriptor,
            "link": theirs.fileno(),
            "jail": asdict(limits.jail),
            "pixels": limits.pixels,
            "threads": limits.threads,
            "frames": limits.frames,
            "every_s": every_s,
        }
        self._log = os.fdopen(os.memfd_create("streetaudit-decoder-log"), "rb+")
        with theirs:
            passed = (descriptor, theirs.fileno())
            self._child = start_child(
                "streetaudit.io.video_child", job, pass_fds=passed, stdout=self._log, stderr=self._log
            )

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def next(self) -> Told:
        """The child's next word that is not a tick; its silence or death is told as an "end"."""
        now_s = self._clock.monotonic_s()
        spoke_s, image_s, images = now_s, now_s, self._tally.out
        while True:
            try:
                told = self._receive(spoke_s + self._patience_s)
            except ValueError as error:
                return self._stopped(f"the decoder spoke nonsense ({error}) and was stopped")
            if told.kind != "tick":
                return told
            spoke_s = self._clock.monotonic_s()
            if told.tally.out != images:
                image_s, images = spoke_s, told.tally.out
            if spoke_s - image_s > self._limits.no_frame_s:
                return self._stopped(f"no picture came for {self._limits.no_frame_s:g} s: the decoder was stopped")

    def give(self, ring: Ring) -> None:
        """Let the child write into these slots."""
        with contextlib.suppress(OSError):  # it is dead: the next wait tells how
            socket.send_fds(self._link, [str(ring.slots).encode()], [ring.descriptor])

    def free(self, slot: int) -> None:
        """Let the child write into this slot again."""
        with contextlib.suppress(OSError):  # it is dead: the next wait tells how
            self._link.send(bytes([slot]))

    def close(self) -> None:
        """End the child, if it has not ended."""
        end_child(self._child)
        self._link.close()
        self._log.close()

    def _receive(self, deadline_s: float) -> Told:
        poll = select.poll()
        poll.register(self._link, select.POLLIN)
        while not poll.poll(_LOOK_S * 1000):
            if self._clock.monotonic_s() >= deadline_s:
                return self._stopped(f"the decoder made no progress for {self._patience_s:g} s and was stopped")
        try:
            message = self._link.recv(MESSAGE_BYTES)
        except ConnectionResetError:  # it died with words of ours unread
            message = b""
        if not message:
            return self._died()
        told = unpacked(message)
        self._tally, self._patience_s = told.tally, self._limits.no_progress_s
        return told

    def _stopped(self, reason: str) -> Told:
        end_child(self._child)
        return Told("end", replace(self._tally), reason=reason)

    def _died(self) -> Told:
        status = end_child(self._child, patience_s=2.0)
        self._log.seek(0)
        lines = self._log.read(1 << 16).decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line.strip()), "")
        return Told("end", replace(self._tally), reason=f"the decoder {how_it_died(status)} {last[:200]}".rstrip())
