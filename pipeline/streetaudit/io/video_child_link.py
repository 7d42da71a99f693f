"""The decoder's end of the sockets that tie it to its reader."""

from __future__ import annotations

import os
import socket
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.io.clock import SYSTEM_CLOCK
from streetaudit.io.video_link import MESSAGE_BYTES, Told, packed
from streetaudit.io.video_ring import Ring

#: How often the child says that it is still alive.
_TICK_S = 0.25


class Link:
    """The child's end of the sockets, with the counts that go along with every message."""

    def __init__(self, descriptor: int) -> None:
        self._socket = socket.socket(fileno=descriptor)
        self._next_tick_s = 0.0
        self.tally = Told("tick").tally

    def tell(self, told: Told) -> None:
        """Say something, waiting until it can be said."""
        self._socket.send(packed(told))

    def damaged(self) -> None:
        """Count a packet or picture that was refused."""
        self.tally.corrupt += 1

    def tick(self) -> None:
        """Say now and then that this process is alive."""
        now_s = SYSTEM_CLOCK.monotonic_s()
        if now_s < self._next_tick_s:
            return
        self._next_tick_s = now_s + _TICK_S
        try:
            self._socket.send(packed(Told("tick", self.tally)), socket.MSG_DONTWAIT)
        except BlockingIOError:
            return  # the reader is busy elsewhere and has enough to read

    def address(self) -> str:
        """The first word of the reader: what to open, kept off the command line, for it may hold a password."""
        return self._socket.recv(MESSAGE_BYTES).decode()

    def ring(self, size: tuple[int, int]) -> Ring:
        """The slots that the reader gives for the facts; this process ends if it gives none."""
        message, descriptors, _, _ = socket.recv_fds(self._socket, MESSAGE_BYTES, 1)
        if not descriptors:
            os._exit(0)
        return Ring(descriptors[0], int(message), size=size)

    def free_slot(self) -> int:
        """The next slot that the reader gives back; this process ends if the reader is gone."""
        message = self._socket.recv(1)
        if not message:
            os._exit(0)
        return message[0]

    def ready_slots(self) -> list[int]:
        """The slots that the reader has given back by now; this process ends if the reader is gone."""
        found: list[int] = []
        while True:
            try:
                message = self._socket.recv(1, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return found
            if not message:
                os._exit(0)
            found.append(message[0])

    def wait_for_close(self) -> None:
        """Until the reader has heard everything: a socket closed with words unread loses the last ones."""
        while self._socket.recv(MESSAGE_BYTES):
            pass


def pixels_of(rgb: Any) -> NDArray[np.uint8]:
    """The (H, W, 3) view of an rgb24 picture, without its padding."""
    plane = rgb.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : rgb.width * 3].reshape(rgb.height, rgb.width, 3)
