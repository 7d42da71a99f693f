"""What a picture file says of itself before a decoder touches it: size, rotation, frames, whether its end is there.

Reads JPEG (ITU T.81 with the Exif APP1 segment), PNG, GIF, WebP and BMP headers by hand: decoders repair silently what
a data set must not contain.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

#: Exif tag 0x0112; 1 means upright.
_ORIENTATION = 0x0112
#: JPEG start-of-frame markers: all of C0..CF but DHT (C4), JPG (C8) and DAC (CC).
_SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _APP1 = 0xDA, 0xE1
_TAIL = 64  # padding after a JPEG's last marker is common


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """What the file says of itself.

    Attributes:
        kind: "jpeg", "png", "gif", "webp" or "bmp".
        width: px as stored.
        height: px as stored.
        orientation: Exif's 1 to 8; 1 is upright.
        animated: More than one frame.
        whole: The file's last structure is there.
    """

    kind: str
    width: int
    height: int
    orientation: int = 1
    animated: bool = False
    whole: bool = True


def read_header(data: bytes) -> PictureHeader | None:
    """The header of a picture, None if these bytes are no picture of a kind we know."""
    for begins, read in _KINDS:
        if data.startswith(begins):
            try:
                header = read(data)
            except (struct.error, IndexError):  # the header itself is cut short
                return None
            return header if header and header.width > 0 and header.height > 0 else None
    return None


def _jpeg(data: bytes) -> PictureHeader | None:
    at, size, orientation = 2, None, 1
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        length = int(struct.unpack_from(">H", data, at + 2)[0])
        if marker in _SOF:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = width, height
        elif marker == _APP1:
            orientation = _exif_orientation(data[at + 4 : at + 2 + length])
        elif marker == _START_OF_SCAN:
            break
        at += 2 + max(length, 2)
    if size is None:
        return None
    return PictureHeader("jpeg", *size, orientation=orientation, whole=b"\xff\xd9" in data[-_TAIL:])


def _exif_orientation(segment: bytes) -> int:
    """The orientation in an APP1 segment, 1 where there is none or it makes no sense."""
    if not segment.startswith(b"Exif\0\0") or len(segment) < 16:
        return 1
    tiff = segment[6:]
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    at = int(struct.unpack_from(order + "I", tiff, 4)[0])
    if at + 2 > len(tiff):
        return 1
    for entry in range(int(struct.unpack_from(order + "H", tiff, at)[0])):
        here = at + 2 + 12 * entry
        if here + 12 > len(tiff):
            return 1
        tag, _, _, value = struct.unpack_from(order + "HHIH", tiff, here)
        if tag == _ORIENTATION:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _png(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from(">II", data, 16)
    return PictureHeader("png", width, height, animated=b"acTL" in data[:4096], whole=b"IEND" in data[-_TAIL:])


def _gif(data: bytes) -> PictureHeader:
    width, height = struct.unpack_from("<HH", data, 6)
    frames = data.count(b"\x00\x21\xf9\x04")  # graphic control extensions, one a frame
    return PictureHeader("gif", width, height, animated=frames > 1, whole=b"\x3b" in data[-2:])


def _webp(data: bytes) -> PictureHeader | None:
    if data[8:12] != b"WEBP":
        return None
    kind, body = data[12:16], data[20:40]
    whole = len(data) >= 8 + int(struct.unpack_from("<I", data, 4)[0])
    if kind == b"VP8X":
        width, height = (1 + int.from_bytes(body[i : i + 3], "little") for i in (4, 7))
        return PictureHeader("webp", width, height, animated=bool(body[0] & 2), whole=whole)
    if kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        return PictureHeader("webp", 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF), whole=whole)
    width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", body, 6))
    return PictureHeader("webp", width, height, whole=whole)


def _bmp(data: bytes) -> PictureHeader:
    stated = int(struct.unpack_from("<I", data, 2)[0])
    width, height = struct.unpack_from("<ii", data, 18)
    return PictureHeader("bmp", width, abs(height), whole=len(data) >= stated)


_KINDS = ((b"\xff\xd8", _jpeg), (b"\x89PNG\r\n\x1a\n", _png), (b"GIF8", _gif), (b"RIFF", _webp), (b"BM", _bmp))
