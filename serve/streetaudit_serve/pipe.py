"""What a writer writes, as pieces to send: a slow reader makes the writer wait, one that leaves ends it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

_PIECES = 16
_PIECE_BYTES = 64 * 1024


class _LeftError(Exception):
    """Nobody reads any more."""


class _Pipe:
    def __init__(self) -> None:
        self.pieces: queue.Queue[bytes | BaseException | None] = queue.Queue(_PIECES)
        self.is_left = threading.Event()
        self._held = bytearray()

    def write(self, data: str | bytes) -> int:
        self._held += data.encode() if isinstance(data, str) else data
        if len(self._held) >= _PIECE_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._held:
            self.put(bytes(self._held))
            self._held.clear()

    def put(self, piece: bytes | BaseException | None) -> None:
        while not self.is_left.is_set():
            try:
                return self.pieces.put(piece, timeout=0.5)
            except queue.Full:
                continue
        raise _LeftError


def piped(write: Callable[[Any], None]) -> Iterator[bytes]:
    """The pieces that `write(stream)` writes, from a thread of its own; its exception comes out here."""
    pipe = _Pipe()

    def run() -> None:
        try:
            write(pipe)
            pipe.flush()
            pipe.put(None)
        except _LeftError:
            return
        except BaseException as error:  # noqa: BLE001 - it is raised again where the pieces are read
            try:
                pipe.put(error)
            except _LeftError:
                return

    threading.Thread(target=run, name="export", daemon=True).start()
    try:
        while (piece := pipe.pieces.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            yield piece
    finally:
        pipe.is_left.set()
