"""Whether a container's own length fields run past the end of the file: then a piece is missing."""

from __future__ import annotations

import os

_TS_PACKET = 188
#: ISO/IEC 14496-12: types of boxes that stand at the top level.
_MP4_FIRST = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"moof", b"pnot"}
_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = b"\x18\x53\x80\x67"


def missing_end(descriptor: int) -> str | None:
    """What is missing at the end of this file by its own account, or None.

    Decoders say nothing about it: half an MP4 whose index comes first gives half its frames and no error.
    """
    size = os.fstat(descriptor).st_size
    head = os.pread(descriptor, 64, 0)
    if head[4:8] in _MP4_FIRST:
        return _mp4(descriptor, size)
    if head[:4] == _EBML:
        return _matroska(descriptor, size)
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return _short(8 + int.from_bytes(head[4:8], "little"), size)
    if head[:1] == b"G" and os.pread(descriptor, 1, _TS_PACKET) == b"G":
        return _transport_stream(descriptor, size)
    return None


def _short(want: int, size: int) -> str | None:
    return f"the file ends {want - size} bytes early: it was cut off" if want > size else None


def _mp4(descriptor: int, size: int) -> str | None:
    at = 0
    while at + 8 <= size:
        head = os.pread(descriptor, 16, at)
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:  # a 64-bit length follows the type
            length = int.from_bytes(head[8:16], "big")
        if length < 8 or not kind.isascii():  # 0: to the end of the file; else a maker's trailer, not a box
            return None
        at += length
    return _short(at, size)


def _matroska(descriptor: int, size: int) -> str | None:
    head = os.pread(descriptor, 4096, 0)
    start = head.find(_SEGMENT)
    if start < 0:
        return None
    first = head[start + 4] if start + 4 < len(head) else 0
    width = 9 - first.bit_length()  # RFC 8794, section 4: leading zeros tell the length of the number
    value = int.from_bytes(head[start + 4 : start + 4 + width], "big") & ((1 << 7 * width) - 1)
    unknown = (1 << 7 * width) - 1
    return None if first == 0 or value == unknown else _short(start + 4 + width + value, size)


def _transport_stream(descriptor: int, size: int) -> str | None:
    rest = size % _TS_PACKET
    if rest and os.pread(descriptor, 1, size - rest) == b"G":  # anything else is a maker's trailer
        return _short(size - rest + _TS_PACKET, size)
    return None
