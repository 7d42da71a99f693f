"""What picture files say of themselves, whole, cut and hostile."""

from __future__ import annotations

import struct
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.kit.sets import HEIGHT, WIDTH, picture, pixels
from streetaudit_datasets.labels.picture_header import read_header
from streetaudit_datasets.labels.pictures import PictureIndex, decode


def encoded(suffix: str) -> bytes:
    done, data = cv2.imencode(suffix, pixels()[..., ::-1])
    assert done
    return bytes(data.tobytes())


def turned(orientation: int, *, order: str = "<") -> bytes:
    """A JPEG with an Exif segment that holds nothing but an orientation."""
    mark = b"II" if order == "<" else b"MM"
    tiff = mark + struct.pack(order + "HIH", 42, 8, 1) + struct.pack(order + "HHIHHI", 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0" + tiff
    jpeg = encoded(".jpg")
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_size_and_end_of_what_opencv_writes(suffix: str) -> None:
    header = read_header(encoded(suffix))
    assert header is not None
    assert (header.width, header.height, header.whole, header.animated) == (WIDTH, HEIGHT, True, False)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".bmp"])
def test_a_file_cut_short_is_not_whole(suffix: str) -> None:
    data = encoded(suffix)
    header = read_header(data[: len(data) * 2 // 3])
    assert header is not None
    assert not header.whole


@pytest.mark.parametrize("order", ["<", ">"])
def test_orientation_is_read_in_both_byte_orders_and_never_applied(order: str) -> None:
    data = turned(6, order=order)
    header = read_header(data)
    assert header is not None
    assert header.orientation == 6
    image = decode(data)
    assert image is not None
    assert image.shape == (HEIGHT, WIDTH, 3)


@pytest.mark.parametrize(
    ("data", "animated"),
    [
        pytest.param(
            b"GIF89a" + struct.pack("<HH", 5, 4) + b"\0" * 3 + b"\0\x21\xf9\x04...." * 2 + b";", True, id="gif"
        ),
        pytest.param(
            b"GIF89a" + struct.pack("<HH", 5, 4) + b"\0" * 3 + b"\0\x21\xf9\x04...." + b";", False, id="still"
        ),
        pytest.param(
            b"RIFF"
            + struct.pack("<I", 22)
            + b"WEBPVP8X"
            + struct.pack("<I", 10)
            + b"\x02\0\0\0"
            + b"\4\0\0"
            + b"\3\0\0",
            True,
            id="webp",
        ),
    ],
)
def test_pictures_of_several_frames_are_told(data: bytes, animated: bool) -> None:
    header = read_header(data)
    assert header is not None
    assert (header.width, header.height, header.animated) == (5, 4, animated)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>not found</html>", id="web-page"),
        pytest.param(b"\xff\xd8\xff", id="jpeg-of-three-bytes"),
        pytest.param(b"\x89PNG\r\n\x1a\n", id="png-signature"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 30, id="png-of-no-size"),
    ],
)
def test_what_is_no_picture_has_no_header(data: bytes) -> None:
    assert read_header(data) is None
    assert decode(data) is None


def test_a_picture_that_claims_a_hundred_gigapixels_is_not_decoded() -> None:
    png = bytearray(encoded(".png"))
    png[16:24] = struct.pack(">II", 300_000, 300_000)
    assert decode(bytes(png)) is None


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 400), value=st.integers(0, 255), cut=st.integers(0, 3000))
def test_a_damaged_header_never_raises(at: int, value: int, cut: int) -> None:
    data = bytearray(turned(3)[: 3000 - cut])
    if at < len(data):
        data[at] = value
    read_header(bytes(data))


def test_names_are_found_near_the_label_file_and_never_outside(tmp_path: Path) -> None:
    near = picture(tmp_path / "set" / "b" / "x.jpg")
    picture(tmp_path / "set" / "a" / "x.jpg")
    picture(tmp_path / "secret.jpg")
    index = PictureIndex(tmp_path / "set")
    assert index.find("x.jpg", near=tmp_path / "set" / "b" / "labels" / "x.txt") == near
    assert index.find("somewhere\\else\\x.jpg", near=near) == near
    assert index.find("../secret.jpg", near=tmp_path / "set" / "labels.json") is None
    assert index.find(str(tmp_path / "secret.jpg"), near=near) is None


def test_pixels_are_rgb_as_written(tmp_path: Path) -> None:
    image = np.zeros((8, 8, 3), np.uint8)
    image[..., 0] = 200
    read = decode(picture(tmp_path / "red.png", image=image).read_bytes())
    assert read is not None
    assert (read == image).all()
