"""A live camera's own process: `python -m streetaudit.io.live_child JOB`; the address comes over the socket.

It connects again by itself where a camera is away, for starting Python anew costs as much as a minute of decoding. It
is ended from outside when it says nothing, in whatever state it is.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from typing import Any

from streetaudit.io.backoff import Backoff
from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.jail import JailLimits, enter_jail, tie_to_parent
from streetaudit.io.live_limits import LiveLimits
from streetaudit.io.live_source import LiveSource, open_live
from streetaudit.io.video_child_link import Link, pixels_of
from streetaudit.io.video_link import Declared, Told
from streetaudit.io.video_ring import Ring
from streetaudit.io.video_source import RefusedError, in_words
from streetaudit.io.video_times import Timeline
from streetaudit.io.video_upright import Turn, turn_of, upright

_NAP_S = 0.2
_USUAL_STEP_S = 0.04
#: Cameras send 24.9 frames a second where 25 are asked for.
_ROUNDING_S = 0.01


@dataclass(frozen=True, slots=True)
class Job:
    """What the reader asks for.

    Attributes:
        scheme: "rtsp", "usb" or "file".
        every_s: Least distance of the frames handed on.
        paced: A file is played in real time; else as fast as its frames are taken, none left out.
        loop: A file begins again at its end.
        limits: See LiveLimits.
    """

    scheme: str
    every_s: float
    paced: bool
    loop: bool
    limits: LiveLimits

    @property
    def by_stamp(self) -> bool:
        """True where time is what the file says, false where it is when a frame came in."""
        return self.scheme == "file" and not self.paced


class _Camera:
    """One camera, from the first connection to the end of the process."""

    def __init__(self, link: Link, job: Job, target: str) -> None:
        import av

        self._link = link
        self._job = job
        self._target = target
        self._pause = Backoff(*job.limits.retry_s)
        self._ring: Ring | None = None
        self._size = (0, 0)
        self._turn = Turn()
        self._free: list[int] = []
        self._due_s: float | None = None
        self._index = 0
        self._timeline = Timeline(_USUAL_STEP_S)
        self._reformat = av.video.reformatter.VideoReformatter().reformat

    def run(self) -> str:
        """Why the process has to end."""
        while True:
            try:
                source = open_live(self._job.scheme, self._target, self._job.limits)
            except RefusedError as refused:
                self._wait(str(refused))
                continue
            ended = self._play(source)
            if ended or (self._job.scheme == "file" and not self._job.loop):
                return ended or "end"

    def _play(self, source: LiveSource) -> str:
        """Hand on what one connection gives; why the process has to end, "" where it may connect again."""
        import av

        began: tuple[float, float] | None = None
        try:
            for picture in source.pictures(self._link.damaged, self._link.tick):
                self._pause.reset()
                began = self._keep_pace(picture, began)
                ended = self._take(picture)
                if ended:
                    return ended
            reason = "the stream ended"
        except (av.error.FFmpegError, ValueError) as error:
            reason = f"the connection broke ({in_words(error)})"
        finally:
            source.close()
        if self._job.scheme != "file" or began is None:
            self._wait(reason)
        return ""

    def _wait(self, reason: str) -> None:
        self._link.tell(Told("waiting", self._link.tally, reason=reason))
        refused = "user and password" in reason
        until_s = SYSTEM_CLOCK.monotonic_s() + (self._job.limits.refused_s if refused else self._pause.next_s())
        while (left_s := until_s - SYSTEM_CLOCK.monotonic_s()) > 0.0:
            time.sleep(min(left_s, _NAP_S))
            self._link.tick()

    def _keep_pace(self, picture: Any, began: tuple[float, float] | None) -> tuple[float, float] | None:
        """Wait until a file's picture is due; (monotonic, stamp) of the first one."""
        if self._job.scheme != "file" or not self._job.paced or picture.pts is None:
            return began if began else (0.0, 0.0)
        stamp_s = float(picture.pts * picture.time_base)
        if began is None:
            return SYSTEM_CLOCK.monotonic_s(), stamp_s
        ahead_s = began[0] + stamp_s - began[1] - SYSTEM_CLOCK.monotonic_s()
        if 0.0 < ahead_s < 10.0:
            time.sleep(ahead_s)
        return began

    def _take(self, picture: Any) -> str:
        """Count a picture and hand it on if it is sound and due; why the process has to end, or ""."""
        tally = self._link.tally
        tally.out += 1
        if picture.is_corrupt:
            tally.corrupt += 1
            return ""
        tally.decoded += 1
        time_s = self._time_s(picture)
        tally.last_s = time_s
        if self._due_s is not None and time_s < self._due_s - _ROUNDING_S:
            tally.skipped += 1
            return ""
        before_s = time_s if self._due_s is None else max(self._due_s, time_s - self._job.every_s)
        self._due_s = before_s + self._job.every_s
        size = (picture.width, picture.height)
        if self._ring is None:
            self._declare(picture, size)
        elif size != self._size:
            return "the picture has another size now"
        self._hand_on(picture, time_s)
        return ""

    def _time_s(self, picture: Any) -> float:
        if not self._job.by_stamp:
            return SYSTEM_CLOCK.monotonic_s()
        return self._timeline.place(None if picture.pts is None else float(picture.pts * picture.time_base))

    def _declare(self, picture: Any, size: tuple[int, int]) -> None:
        self._size, self._turn = size, turn_of(picture)
        width, height = self._turn.size(*size)
        facts = Declared(width, height, self._turn.clockwise_deg, None, None, "", "")
        self._link.tell(Told("facts", self._link.tally, facts=facts))
        self._ring = self._link.ring((width, height))
        self._free = list(range(self._ring.slots))

    def _hand_on(self, picture: Any, time_s: float) -> None:
        if self._ring is None:
            raise ValueError("want a ring before the first picture; got none")
        self._free += self._link.ready_slots()
        if not self._free and not self._job.by_stamp:  # the newest picture is worth nothing once it is old
            self._link.tally.skipped += 1
            return
        slot = self._free.pop() if self._free else self._link.free_slot()
        rgb = self._reformat(picture, width=self._size[0], height=self._size[1], format="rgb24")
        self._ring.write(slot, upright(pixels_of(rgb), self._turn))
        self._index += 1
        self._link.tell(Told("frame", self._link.tally, slot=slot, index=self._index - 1, time_s=time_s))


def main() -> None:
    """Serve the job on the command line until there is a reason to end."""
    told: dict[str, Any] = json.loads(sys.argv[1])
    tie_to_parent(told["parent"])
    import av  # noqa: F401 - before the jail: loading needs more than decoding does

    link = Link(told["link"])
    limits = LiveLimits(**{**told["limits"], "jail": JailLimits(**told["limits"]["jail"])})
    enter_jail(limits.jail)
    job = Job(told["scheme"], told["every_s"], told["paced"], told["loop"], limits)
    link.tick()
    try:
        reason = _Camera(link, job, link.address()).run()
    except MemoryError:
        reason = "it needs more memory to decode than is allowed"
    try:
        link.tell(Told("end", link.tally, reason=reason))
        link.wait_for_close()
    except ConnectionError:
        pass  # the reader is gone already
    os._exit(0)  # no tidying up of a decoder that may be in any state


if __name__ == "__main__":
    main()
