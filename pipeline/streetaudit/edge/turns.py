"""One detector, or a few, that many cameras share: first come, first served, each camera once."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame


class Seer(Protocol):
    """A detector with what may start a track."""

    thresholds: NDArray[np.float32]

    def __call__(self, frame: Frame) -> Detections:
        """What is seen in the frame."""
        ...


class Turns:
    """Detectors used by the threads of many cameras.

    Every camera has one picture at most before a detector and waits for its turn with the others, in the order in
    which they came. So each gets its equal share when all ask, and what one does not use the others have.

    Args:
        detectors: Each used by one thread at a time.

    Attributes:
        thresholds: float32 (7,), by class id: the confidence from which a detection may start a track.
    """

    def __init__(self, detectors: Sequence[Seer]) -> None:
        self._free = list(detectors)
        self.thresholds = detectors[0].thresholds
        self._waiting: deque[tuple[threading.Event, list[Seer]]] = deque()
        self._lock = threading.Lock()

    @property
    def waiting(self) -> int:
        """How many cameras wait."""
        return len(self._waiting)

    def __call__(self, frame: Frame) -> Detections:
        """What is seen in a frame, once it is this caller's turn."""
        detector = self._take()
        try:
            return detector(frame)
        finally:
            self._give(detector)

    def _take(self) -> Seer:
        with self._lock:
            if self._free and not self._waiting:
                return self._free.pop()
            ticket = (threading.Event(), list[Seer]())
            self._waiting.append(ticket)
        ticket[0].wait()
        return ticket[1][0]

    def _give(self, detector: Seer) -> None:
        with self._lock:
            if not self._waiting:
                self._free.append(detector)
                return
            called, hand = self._waiting.popleft()
            hand.append(detector)
            called.set()
