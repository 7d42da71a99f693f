"""Small clips of every make, and ways to spoil their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FRAMES, RATE = 160, 120, 50, 25


def picture(index: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A picture with red on its left, green at its top, and a bar that moves with the index."""
    image = np.full((height, width, 3), 60, np.uint8)
    image[:, : max(1, width // 4)] = (220, 30, 30)
    image[: max(1, height // 5)] = (30, 220, 30)
    image[height // 2 :, (index * 3) % width :: 17] = (200, 200, 200)
    return image


@dataclass(frozen=True, slots=True)
class Make:
    """How a clip is written.

    Attributes:
        codec: Encoder.
        container: Format name, None by the suffix.
        frames: How many.
        size: (width, height) in pixels.
        pix_fmt: Of the encoder.
        stamps: Timestamps in 1/1000 s; None spaces them evenly.
        rotation_deg: Counter-clockwise, as PyAV takes it.
        mirrored: Left and right change places.
        container_options: Of the muxer.
        codec_options: Of the encoder.
        metadata: Of the container.
        audio: Adds silence.
        video: False leaves the pictures out.
        seed: None makes clean pictures; else they get grain, which makes a file that is mostly picture data.
    """

    codec: str = "libx264"
    container: str | None = None
    frames: int = FRAMES
    size: tuple[int, int] = (WIDTH, HEIGHT)
    pix_fmt: str = "yuv420p"
    stamps: tuple[int, ...] | None = None
    rotation_deg: int = 0
    mirrored: bool = False
    container_options: dict[str, str] = field(default_factory=dict)
    codec_options: dict[str, str] = field(default_factory=lambda: {"preset": "ultrafast"})
    metadata: dict[str, str] = field(default_factory=dict)
    audio: bool = False
    video: bool = True
    seed: int | None = 1


def write_clip(path: Path, make: Make | None = None) -> Path:
    """A clip of this make at this path."""
    make = make or Make()
    with av.open(str(path), "w", format=make.container, options=make.container_options) as container:
        container.metadata.update(make.metadata)
        video = _video_stream(container, make) if make.video else None
        sound = container.add_stream("aac", rate=48_000) if make.audio else None
        if video is not None:
            for packet in _pictures(video, make):
                container.mux(packet)
        if sound is not None:
            for packet in _silence(sound):
                container.mux(packet)
    return path


def _video_stream(container: Any, make: Make) -> Any:
    stream = container.add_stream(make.codec, rate=RATE, options=make.codec_options)
    stream.width, stream.height, stream.pix_fmt = *make.size, make.pix_fmt
    stream.codec_context.time_base = Fraction(1, 1000) if make.stamps else Fraction(1, RATE)
    if make.rotation_deg:
        stream.set_display_rotation(make.rotation_deg)
    if make.mirrored:
        stream.set_display_matrix((-65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30))
    return stream


def _pictures(stream: Any, make: Make) -> Iterator[Any]:
    grain = np.random.default_rng(make.seed)
    for index in range(len(make.stamps) if make.stamps else make.frames):
        image = picture(index, *make.size)
        if make.seed is not None:
            image = (image + grain.integers(0, 24, image.shape, np.uint8)).astype(np.uint8)
        frame = av.VideoFrame.from_ndarray(image, format="rgb24")
        frame.pts = make.stamps[index] if make.stamps else index
        frame.time_base = stream.codec_context.time_base
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _silence(stream: Any) -> Iterator[Any]:
    for index in range(20):
        frame = av.AudioFrame.from_ndarray(np.zeros((2, 1024), np.float32), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 48_000, index * 1024
        yield from stream.encode(frame)
    yield from stream.encode(None)


def flipped(content: bytes, *, bits: int, seed: int, first: int = 0) -> bytes:
    """Bytes with some of their bits turned, none of them before `first`."""
    spoilt = bytearray(content)
    for at in np.random.default_rng(seed).integers(first * 8, len(spoilt) * 8, bits):
        spoilt[int(at) // 8] ^= 1 << int(at) % 8
    return bytes(spoilt)


def media_range(content: bytes) -> tuple[int, int]:
    """Where the picture data of an MP4 lie: the inside of its mdat box."""
    at = 0
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        if content[at + 4 : at + 8] == b"mdat":
            return at + 8, at + length
        at += max(8, length)
    raise ValueError("want an MP4 with mdat")
