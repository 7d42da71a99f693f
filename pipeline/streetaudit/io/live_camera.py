"""One live camera as the gateway sees it: a thread that reads its decoder, ends it when it hangs, starts it anew."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from streetaudit.io.backoff import Backoff
from streetaudit.io.camera_health import CameraHealth, Playing, State
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.jail import end_child, how_it_died, start_child
from streetaudit.io.live_address import LiveAddress
from streetaudit.io.live_limits import LiveLimits
from streetaudit.io.video_link import MESSAGE_BYTES, Tally, Told, unpacked
from streetaudit.io.video_ring import Ring
from streetaudit.structures.frame import Frame

#: How often a wait looks whether it is to stop.
_LOOK_S = 0.25


@dataclass(slots=True)
class _Decoder:
    """One child, from its start to its end."""

    child: subprocess.Popen[bytes]
    link: socket.socket
    patience_s: float
    ring: Ring | None = None
    size: tuple[int, int] = (0, 0)
    tally: Tally = field(default_factory=Tally)
    spoke_s: float = 0.0
    framed_s: float = 0.0
    live: bool = False

    def close(self, *, patience_s: float) -> int | None:
        self.link.close()  # it waits for that with its last words
        status = end_child(self.child, patience_s=patience_s)
        if self.ring is not None:
            self.ring.close()
        return status


class LiveCamera:
    """Delivers a camera's frames until it is stopped; nothing that the camera does stops it.

    Args:
        address: Where the camera is.
        deliver: Told each frame, in the camera's thread; its `time_s` is the monotonic clock, or the file's own time
            where that is not paced.
        playing: How to read it.
        limits: What its decoder may cost.
        clock: For the watchdog.
    """

    def __init__(
        self,
        address: LiveAddress,
        deliver: Callable[[Frame], None],
        *,
        playing: Playing | None = None,
        limits: LiveLimits | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._address = address
        self._deliver = deliver
        self._playing = playing or Playing()
        self._limits = limits or LiveLimits()
        self._clock = clock
        self._stop = threading.Event()
        self._pause = Backoff(*self._limits.retry_s)
        self._pid: int | None = None
        self.began_s = clock.monotonic_s()
        self.health = CameraHealth(since_s=clock.monotonic_s())
        self._thread = threading.Thread(target=self._run, name=f"camera {address.shown}", daemon=True)

    @property
    def child_pid(self) -> int | None:
        """Process id of the decoder, None while there is none."""
        return self._pid

    def start(self) -> None:
        """Begin to read; returns at once."""
        self._thread.start()

    def stop(self, patience_s: float = 10.0) -> bool:
        """True once the decoder is dead and the thread has ended; from any state."""
        self._stop.set()
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def join(self, timeout_s: float | None = None) -> bool:
        """True once a file that is not looped has been played to its end."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """The thread: one decoder after the other. It starts them itself, for they end with the thread that did."""
        while not self._stop.is_set():
            decoder = self._start()
            try:
                told = self._read(decoder)
            finally:
                status = decoder.close(patience_s=0.0 if self._stop.is_set() or self.health.state == "stalled" else 1.0)
                self._pid = None
            if self._stop.is_set():
                break
            if told is None:
                told = Told("end", reason=f"the decoder {how_it_died(status)}")
            if told.reason == "end":
                self._change("ended", "the file was played to its end")
                break
            self._change("stalled" if self.health.state == "stalled" else "waiting", told.reason)
            self._stop.wait(self._pause.next_s())

    def _start(self) -> _Decoder:
        link, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        playing = self._playing
        job = {
            "link": theirs.fileno(),
            "scheme": self._address.scheme,
            "every_s": playing.every_s,
            "paced": playing.paced,
            "loop": playing.loop,
            "limits": asdict(self._limits),
        }
        with theirs, Path(os.devnull).open("wb") as nowhere:
            passed = (theirs.fileno(),)
            child = start_child("streetaudit.io.live_child", job, pass_fds=passed, stdout=nowhere, stderr=nowhere)
        link.send(self._address.target.encode())
        self.health.starts += 1
        self._pid = child.pid
        return _Decoder(child, link, self._limits.start_s, spoke_s=self._clock.monotonic_s())

    def _read(self, decoder: _Decoder) -> Told | None:
        """The decoder's last word, None if it died without one; stops where it is told to."""
        poll = select.poll()
        poll.register(decoder.link, select.POLLIN)
        while not self._stop.is_set():
            if poll.poll(_LOOK_S * 1000):
                try:
                    told = _received(decoder.link)
                except ValueError as error:
                    return Told("end", reason=f"the decoder spoke nonsense ({error})")
                if told is None or told.kind in ("end", "refused"):
                    return told
                self._hear(decoder, told)
            why = self._why_hung(decoder)
            if why:
                self.health.kills += 1
                self._change("stalled", why)
                return Told("end", reason=why)
        return None

    def _why_hung(self, decoder: _Decoder) -> str:
        """Why a decoder is to be ended, "" while it works."""
        now_s = self._clock.monotonic_s()
        if now_s - decoder.spoke_s > decoder.patience_s:
            return f"nothing came for {decoder.patience_s:g} s"
        if decoder.live and now_s - decoder.framed_s > self._limits.frameless_s:
            return f"no picture came for {self._limits.frameless_s:g} s"
        return ""

    def _hear(self, decoder: _Decoder, told: Told) -> None:
        decoder.spoke_s = self._clock.monotonic_s()
        self._count(decoder, told.tally)
        if told.kind == "waiting":
            decoder.live, decoder.patience_s = False, self._limits.waiting_s
            self._change("waiting", told.reason)
        elif told.kind == "facts" and told.facts is not None:
            self._give_ring(decoder, (told.facts.width_px, told.facts.height_px))
        elif told.kind == "frame":
            self._frame(decoder, told)
        elif not decoder.live:
            decoder.patience_s = self._limits.waiting_s

    def _give_ring(self, decoder: _Decoder, size: tuple[int, int]) -> None:
        if decoder.ring is not None or not 0 < size[0] * size[1] <= self._limits.pixels:
            return  # it asks for what is not given; it will wait until it is ended
        decoder.ring = Ring.new(self._limits.slots, size=size)
        with contextlib.suppress(OSError):  # it is dead: the next word tells
            socket.send_fds(decoder.link, [str(decoder.ring.slots).encode()], [decoder.ring.descriptor])

    def _frame(self, decoder: _Decoder, told: Told) -> None:
        if decoder.ring is None or told.slot >= decoder.ring.slots:
            return
        image = decoder.ring.copy_out(told.slot)
        with contextlib.suppress(OSError):  # it is dead: the next word tells
            decoder.link.send(bytes([told.slot]))
        decoder.live, decoder.patience_s = True, self._limits.silent_s
        self._pause.reset()
        self._change("live", "")
        self.health.frame_s = decoder.spoke_s
        self.health.handed_on += 1
        self._deliver(Frame(told.index, told.time_s, image))
        decoder.spoke_s = decoder.framed_s = self._clock.monotonic_s()  # it had to wait while that was taken

    def _count(self, decoder: _Decoder, tally: Tally) -> None:
        before, health = decoder.tally, self.health
        health.pictures += tally.out - before.out
        health.rate += tally.skipped - before.skipped
        health.damaged += tally.corrupt - before.corrupt
        decoder.tally = tally

    def _change(self, state: State, why: str) -> None:
        if (state, why) != (self.health.state, self.health.why):
            if state != self.health.state:
                self.health.since_s = self._clock.monotonic_s()
            self.health.state, self.health.why = state, why


def _received(link: socket.socket) -> Told | None:
    try:
        message = link.recv(MESSAGE_BYTES)
    except ConnectionResetError:  # it died with words of ours unread
        return None
    return unpacked(message) if message else None
