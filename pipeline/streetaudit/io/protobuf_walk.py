"""A reader of protobuf messages that trusts nothing: lengths are checked, depth and work are bounded.

The wire format (protobuf.dev/programming-guides/encoding): a field is a varint key, number << 3 | type, and a value of
type 0 (varint), 1 (8 bytes), 2 (a length and that many bytes) or 5 (4 bytes).
"""

from __future__ import annotations

from collections.abc import Iterator

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


class NotProtobufError(ValueError):
    """The bytes are no protobuf message."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of each field, in order: an int of a varint, else the bytes.

    Raises:
        NotProtobufError: If the bytes do not follow the wire format.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if number == 0:
            raise NotProtobufError("a field has number 0")
        if kind == VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if kind == BYTES:
            size, at = _varint(message, at)
        elif kind in (FIXED64, FIXED32):
            size = 8 if kind == FIXED64 else 4
        else:
            raise NotProtobufError(f"a field has wire type {kind}")
        if size > len(message) - at:
            raise NotProtobufError(f"field {number} ends {size - len(message) + at} bytes after its message")
        yield number, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number at this place and the place after it."""
    value = 0
    for place in range(10):
        if at + place >= len(message):
            raise NotProtobufError("the message ends within a number")
        byte = message[at + place]
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return value, at + place + 1
    raise NotProtobufError("a number has more than ten bytes")
