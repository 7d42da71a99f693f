"""The boxes of an MP4 file (ISO/IEC 14496-12), as far as traces need them."""

from __future__ import annotations

import mmap
from collections.abc import Iterator


def boxes(file: mmap.mmap, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, first byte of the content, end) of the MP4 boxes of a range."""
    at = start
    while at + 8 <= end:
        length, kind = int.from_bytes(file[at : at + 4], "big"), file[at + 4 : at + 8]
        head = 8
        if length == 1:
            length, head = int.from_bytes(file[at + 8 : at + 16], "big"), 16
        length = length or end - at  # 0: up to the end
        if length < head or at + length > end or kind == bytes(4):  # cut off, or a maker's trailer
            return
        yield kind, at + head, at + length
        at += length
