"""The decoder's own process: `python -m streetaudit.io.video_child JOB`.

PyAV's log callback together with frame threads froze whole processes with the interpreter's lock held (11 of 120
damaged files), so logging is never touched, threads work on slices, and the reader outside kills what stands still.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

from streetaudit.io.jail import JailLimits, enter_jail, tie_to_parent
from streetaudit.io.video_child_link import Link, pixels_of
from streetaudit.io.video_container import missing_end
from streetaudit.io.video_link import Told
from streetaudit.io.video_source import RefusedError, Source, in_words, open_source
from streetaudit.io.video_times import Timeline
from streetaudit.io.video_upright import turn_of, upright

#: Some containers round timestamps to a millisecond.
_ROUNDING_S = 0.001

_TOO_MUCH_MEMORY = "needs more memory to decode than is allowed"


class _Delivery:
    """Hands the pictures of one clip on, one after the other."""

    def __init__(self, link: Link, source: Source, first: Any, *, every_s: float) -> None:
        import av

        self._link = link
        self._every_s = every_s
        self._due_s = 0.0
        self._turn = turn_of(first)
        self._target = self._shape = (first.width, first.height)
        self._timeline = Timeline(source.usual_step_s)
        self._reformat = av.video.reformatter.VideoReformatter().reformat
        size = self._turn.size(*self._target)
        declared = source.declared(size=size, rotation_deg=self._turn.clockwise_deg)
        link.tell(Told("facts", link.tally, facts=declared))
        self._ring = link.ring(size)
        self._free = list(range(self._ring.slots))

    def take(self, picture: Any) -> None:
        """Count a picture and hand it on if it is sound and due."""
        tally = self._link.tally
        time_s = self._timeline.place(None if picture.pts is None else float(picture.pts * picture.time_base))
        tally.jumps, tally.untimed = self._timeline.jumps, self._timeline.untimed
        tally.resizes += (picture.width, picture.height) != self._shape
        self._shape = (picture.width, picture.height)
        index, tally.out = tally.out, tally.out + 1
        if picture.is_corrupt:  # a smeared picture makes false detections
            tally.corrupt += 1
            return
        tally.decoded += 1
        tally.last_s = time_s
        if time_s < self._due_s:
            tally.skipped += 1
            return
        self._due_s = time_s + self._every_s - _ROUNDING_S
        self._hand_on(picture, index, time_s)

    def _hand_on(self, picture: Any, index: int, time_s: float) -> None:
        width, height = self._target
        rgb = self._reformat(picture, width=width, height=height, format="rgb24")
        slot = self._free.pop() if self._free else self._link.free_slot()
        self._ring.write(slot, upright(pixels_of(rgb), self._turn))
        self._link.tell(Told("frame", self._link.tally, slot=slot, index=index, time_s=time_s))


def _decode(link: Link, job: dict[str, Any]) -> Told:
    """Decode the clip of the job; the last message."""
    source = open_source(f"/proc/self/fd/{job['clip']}", pixels=job["pixels"], threads=job["threads"])
    pictures = source.pictures(link.damaged, link.tick)
    first = next(pictures, None)
    if first is None:
        raise RefusedError("holds no picture that can be decoded; it is damaged, copy it again from the camera")
    delivery = _Delivery(link, source, first, every_s=job["every_s"])
    reason = _deliver(delivery, first, pictures, most=job["frames"])
    return Told("end", link.tally, reason=reason or missing_end(job["clip"]) or "end")


def _deliver(delivery: _Delivery, first: Any, rest: Iterator[Any], *, most: int) -> str:
    """Why it ended early, "" at the end of the file."""
    import av

    try:
        delivery.take(first)
        for count, picture in enumerate(rest, start=2):
            if count > most:
                return f"the clip has more than {most} pictures: stopped there"
            delivery.take(picture)
    except MemoryError:
        return _TOO_MUCH_MEMORY
    except (av.error.FFmpegError, ValueError) as error:
        return f"the file cannot be read further ({in_words(error)})"
    return ""


def main() -> None:
    """Decode the clip of the job on the command line."""
    job: dict[str, Any] = json.loads(sys.argv[1])
    tie_to_parent(job["parent"])
    import av

    link = Link(job["link"])
    enter_jail(JailLimits(**job["jail"]))  # after the imports: loading needs more than decoding does
    link.tick()
    try:
        last = _decode(link, job)
    except RefusedError as refused:
        last = Told("refused", link.tally, reason=str(refused))
    except MemoryError:
        last = Told("refused", link.tally, reason=_TOO_MUCH_MEMORY)
    except av.error.FFmpegError as error:
        last = Told(
            "refused", link.tally, reason=f"cannot be decoded ({in_words(error)}); copy it again from the camera"
        )
    try:
        link.tell(last)
        link.wait_for_close()
    except ConnectionError:
        pass  # the reader is gone already
    os._exit(0)  # no tidying up of a decoder that may be in any state


if __name__ == "__main__":
    main()
