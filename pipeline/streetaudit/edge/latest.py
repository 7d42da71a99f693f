"""The newest picture of a camera, and no other: a queue of length one, whose losses are counted."""

from __future__ import annotations

import threading

from streetaudit.structures.frame import Frame


class Latest:
    """Holds one frame between the thread that reads a camera and the one that looks.

    Args:
        keep_all: Wait with the next frame until this one is taken, for files that are to be seen whole.
    """

    def __init__(self, *, keep_all: bool = False) -> None:
        self._keep_all = keep_all
        self._frame: Frame | None = None
        self._ended = False
        self._changed = threading.Condition()
        self.overtaken = 0

    def put(self, frame: Frame) -> None:
        """Offer a frame in place of the one that nobody took."""
        with self._changed:
            if self._keep_all:
                self._changed.wait_for(lambda: self._frame is None or self._ended)
            elif self._frame is not None:
                self.overtaken += 1
            self._frame = frame
            self._changed.notify_all()

    def end(self) -> None:
        """There will be no more frames; nobody waits any longer."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | None:
        """The newest frame, None if there was none within that time, or there will be no more."""
        with self._changed:
            self._changed.wait_for(lambda: self._frame is not None or self._ended, timeout_s)
            frame, self._frame = self._frame, None
            self._changed.notify_all()
            return frame

    @property
    def is_over(self) -> bool:
        """True once the last frame was taken and there will be no more."""
        with self._changed:
            return self._ended and self._frame is None

    @property
    def held(self) -> int:
        """How many frames lie here: none or one."""
        return int(self._frame is not None)
