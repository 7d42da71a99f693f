"""The kinds of bad and strange footage, each with what must come of it."""

from __future__ import annotations

import os
import socket
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from bad_footage.clips import FRAMES, Make, flipped, media_range, write_clip
from streetaudit.io.video_limits import DecodeLimits

#: refused: ClipError. partial: frames and a record that is not complete. complete: all of it.
#: honest: whichever, as long as nothing incomplete is called complete.
Outcome = Literal["refused", "partial", "complete", "honest"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of footage.

    Attributes:
        name: Id of the test.
        make: Puts it into a folder; gets the sound originals by name.
        outcome: What must come of it.
        words: Must stand in the error, or in why it ended.
        limits: Of decoding.
        frames: How many must come, None if that is not known.
        jumps: Least number of time jumps in the record.
        resizes: Least number of resolution changes in the record.
    """

    name: str
    make: Callable[[Path, dict[str, bytes]], Path]
    outcome: Outcome
    words: str = ""
    limits: DecodeLimits = field(default_factory=DecodeLimits)
    frames: int | None = None
    jumps: int = 0
    resizes: int = 0


#: Sound clips that the kinds are made from.
ORIGINALS: dict[str, tuple[str, Make]] = {
    "mp4": ("whole.mp4", Make()),
    "index_first": ("first.mp4", Make(container_options={"movflags": "+faststart"})),
    "fragments": (
        "frag.mp4",
        Make(container_options={"movflags": "frag_keyframe+empty_moov"}, codec_options={"g": "5"}),
    ),
    "mkv": ("whole.mkv", Make()),
    "ts": ("whole.ts", Make(codec_options={"preset": "ultrafast", "g": "10"})),
    "small_ts": ("small.ts", Make(size=(96, 64), frames=20)),
    "mpeg2_ts": ("mpeg2.ts", Make(codec="mpeg2video", codec_options={}, frames=20)),
    "avi": ("whole.avi", Make(codec="mpeg4", codec_options={})),
    "noise": ("noise.mp4", Make(size=(320, 240), seed=5, container_options={"movflags": "+faststart"})),
}


def _bytes(name: str, content: bytes) -> Callable[[Path, dict[str, bytes]], Path]:
    def make(folder: Path, _: dict[str, bytes]) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


def _from(name: str, original: str, change: Callable[[bytes], bytes]) -> Callable[[Path, dict[str, bytes]], Path]:
    def make(folder: Path, originals: dict[str, bytes]) -> Path:
        (folder / name).write_bytes(change(originals[original]))
        return folder / name

    return make


def _written(name: str, how: Make) -> Callable[[Path, dict[str, bytes]], Path]:
    return lambda folder, _: write_clip(folder / name, how)


def _cut(share: float) -> Callable[[bytes], bytes]:
    return lambda content: content[: int(len(content) * share)]


def _flip(bits: int, seed: int) -> Callable[[bytes], bytes]:
    return lambda content: flipped(content, bits=bits, seed=seed, first=media_range(content)[0])


def _zeroed(from_share: float) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        start, end = media_range(content)
        keep = start + int((end - start) * from_share)
        return content[:keep] + bytes(end - keep) + content[end:]

    return change


def _packets(start: float, end: float) -> Callable[[bytes], bytes]:
    """Whole packets of a transport stream."""
    return lambda content: content[int(len(content) * start) // 188 * 188 : int(len(content) * end) // 188 * 188]


def _joined(*originals: str) -> Callable[[Path, dict[str, bytes]], Path]:
    def make(folder: Path, all_of: dict[str, bytes]) -> Path:
        (folder / "joined.ts").write_bytes(b"".join(all_of[name] for name in originals))
        return folder / "joined.ts"

    return make


def _fifo(folder: Path, _: dict[str, bytes]) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


def _socket(folder: Path, _: dict[str, bytes]) -> Path:
    here = Path.cwd()
    os.chdir(folder)  # the path of a socket may have 107 bytes only
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket.mp4")
    os.chdir(here)
    return folder / "socket.mp4"


def _loop(folder: Path, _: dict[str, bytes]) -> Path:
    (folder / "a.mp4").symlink_to("b.mp4")
    (folder / "b.mp4").symlink_to("a.mp4")
    return folder / "a.mp4"


def _link(folder: Path, originals: dict[str, bytes]) -> Path:
    (folder / "real.mp4").write_bytes(originals["mp4"])
    (folder / "link.mp4").symlink_to("real.mp4")
    return folder / "link.mp4"


def _zip(folder: Path, originals: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(folder / "night.mp4", "w") as archive:
        archive.writestr("whole.mp4", originals["mp4"])
    return folder / "night.mp4"


def _named(name: str) -> Callable[[Path, dict[str, bytes]], Path]:
    return _from(name, "mp4", bytes)


_NOISE = np.random.default_rng(3).bytes(50_000)
_SMALL = Make(frames=10)
_NO_VIDEO = "no video in a known container"

REFUSED = (
    Kind("zero bytes", _bytes("a.mp4", b""), "refused", "is empty"),
    Kind("one byte", _bytes("a.mp4", b"\0"), "refused", _NO_VIDEO),
    Kind("random bytes", _bytes("a.mp4", _NOISE), "refused", _NO_VIDEO),
    Kind("all zeros", _bytes("a.mp4", bytes(50_000)), "refused", _NO_VIDEO),
    Kind("text named mp4", _bytes("a.mp4", b"Minutes of the meeting\n" * 99), "refused", _NO_VIDEO),
    Kind("half an mp4 without its index", _from("a.mp4", "mp4", _cut(0.5)), "refused", "index is missing"),
    Kind("index scrambled", _from("a.mp4", "mp4", lambda b: b.replace(b"moov", b"moo\0")), "refused", _NO_VIDEO),
    Kind(
        "sample table gone",
        _from("a.mp4", "index_first", lambda b: b.replace(b"stbl", b"xxxx")),
        "refused",
        "no video stream",
    ),
    Kind("sound only", _written("a.mp4", Make(video=False, audio=True)), "refused", "no video stream"),
    Kind("all pictures zeroed", _from("a.mp4", "mp4", _zeroed(0.0)), "refused", "no picture"),
    Kind("codec not decoded", _written("a.mkv", Make("ffv1", codec_options={})), "refused", "ffv1"),
    Kind("picture too large", _named("a.mp4"), "refused", "160x120", DecodeLimits(pixels=10_000)),
    Kind("fifo", _fifo, "refused", "not a regular file"),
    Kind("socket", _socket, "refused", "not a regular file"),
    Kind("folder", lambda folder, _: folder, "refused", "is a folder"),
    Kind("device", lambda folder, _: Path("/dev/zero"), "refused", "not a regular file"),
    Kind("file of /proc", lambda folder, _: Path("/proc/self/environ"), "refused", "is empty"),
    Kind("symlink loop", _loop, "refused", "cannot be opened"),
    Kind("missing file", lambda folder, _: folder / "gone.mp4", "refused", "no such file"),
    Kind(
        "playlist", _bytes("a.mp4", b"#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"), "refused", _NO_VIDEO
    ),
    Kind(
        "playlist to the net", _bytes("a.m3u8", b"#EXTM3U\n#EXTINF:9,\nhttp://127.0.0.1:9/a.ts\n"), "refused", _NO_VIDEO
    ),
    Kind("concat list", _bytes("a.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n"), "refused", _NO_VIDEO),
    Kind(
        "session description", _bytes("a.mp4", b"v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n"), "refused", _NO_VIDEO
    ),
    Kind("svg", _bytes("a.mp4", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "refused", _NO_VIDEO),
    Kind("png", _bytes("a.mp4", b"\x89PNG\r\n\x1a\n" + _NOISE[:999]), "refused", _NO_VIDEO),
    Kind("gif", _written("a.gif", Make("gif", pix_fmt="rgb8", codec_options={}, frames=3)), "refused", _NO_VIDEO),
    Kind("zip of clips", _zip, "refused", _NO_VIDEO),
)

PARTIAL = (
    Kind("half an mp4 with its index", _from("a.mp4", "index_first", _cut(0.5)), "partial", "cut off"),
    Kind("half a matroska", _from("a.mkv", "mkv", _cut(0.5)), "partial", "cut off"),
    Kind("half a transport stream", _from("a.ts", "ts", lambda b: b[: len(b) // 376 * 188 + 99]), "partial", "cut off"),
    Kind("half a fragmented mp4", _from("a.mp4", "fragments", _cut(0.6)), "partial", "cut off"),
    Kind("half an avi", _from("a.avi", "avi", _cut(0.5)), "partial", "cut off"),
    Kind("second half zeroed", _from("a.mp4", "mp4", _zeroed(0.5)), "partial"),
    Kind("20 flipped bits", _from("a.mp4", "noise", _flip(20, 1)), "honest"),
    Kind("500 flipped bits", _from("a.mp4", "noise", _flip(500, 2)), "honest"),
    Kind("5000 flipped bits", _from("a.mp4", "noise", _flip(5000, 3)), "honest"),
    Kind("starts inside a group", _from("a.ts", "ts", _packets(0.33, 1.0)), "honest"),
    Kind("more frames than allowed", _named("a.mp4"), "partial", "stopped there", DecodeLimits(frames=10), 10),
    Kind("codec changes on the way", _joined("ts", "mpeg2_ts"), "honest"),
    Kind(
        "headers only of a camera that lost power", _from("a.ts", "ts", lambda b: b[: 188 * 3]), "refused", "no picture"
    ),
)

STRANGE = (
    Kind("one frame", _written("a.mp4", Make(frames=1)), "complete", frames=1),
    Kind("1000 frames a second", _written("a.mp4", Make(stamps=tuple(range(40)))), "complete", frames=40),
    Kind("time lapse", _written("a.mp4", Make(stamps=tuple(range(0, 90_000, 9_000)))), "complete", frames=10),
    Kind("pause of an hour", _written("a.mp4", Make(stamps=(0, 40, 80, 3_600_080))), "complete", jumps=1),
    Kind("odd size in full colour", _written("a.mp4", Make(size=(161, 121), pix_fmt="yuv444p", frames=5)), "complete"),
    Kind("ten bits", _written("a.mp4", Make(pix_fmt="yuv420p10le", frames=5)), "complete"),
    Kind("hevc", _written("a.mp4", Make("libx265", frames=8)), "complete", frames=8),
    Kind("mjpeg", _written("a.avi", Make("mjpeg", pix_fmt="yuvj420p", codec_options={}, frames=8)), "complete"),
    Kind("grey", _written("a.mp4", Make(pix_fmt="gray", frames=5)), "complete"),
    Kind(
        "interlaced",
        _written("a.mp4", Make(codec_options={"preset": "ultrafast", "x264-params": "interlaced=1"}, frames=9)),
        "complete",
    ),
    Kind("one pixel", _written("a.avi", Make("mjpeg", pix_fmt="yuvj444p", size=(1, 1), codec_options={})), "complete"),
    Kind("16 pixels", _written("a.mp4", Make(size=(16, 16), frames=5)), "complete"),
    Kind(
        "8K",
        _written("a.mp4", Make("mpeg4", size=(7680, 4320), codec_options={}, frames=1, seed=None)),
        "complete",
        frames=1,
    ),
    Kind("size changes on the way", _joined("ts", "small_ts"), "complete", frames=FRAMES + 20, resizes=1, jumps=1),
    Kind("two recordings joined", _joined("ts", "ts"), "complete", frames=2 * FRAMES, jumps=1),
    Kind("with sound", _written("a.mp4", Make(audio=True, frames=10)), "complete", frames=10),
    Kind("a maker's trailer", _from("a.mp4", "mp4", lambda b: b + bytes(4000) + b"LIGO"), "complete", frames=FRAMES),
    Kind("symlink", _link, "complete", frames=FRAMES),
    Kind("wrong suffix", _named("a.avi"), "complete", frames=FRAMES),
    Kind("no suffix", _named("clip"), "complete", frames=FRAMES),
    Kind("name like an option", _named("-i"), "complete"),
    Kind("name with a newline", _named("a\nb.mp4"), "complete"),
    Kind("name like a protocol", _named("concat:a|b.mp4"), "complete"),
    Kind("chinese name", _named("巡查-1126.mp4"), "complete"),
    Kind("name that is no utf-8", _named(os.fsdecode(b"a\xff.mp4")), "complete"),
    Kind("name of 255 bytes", _named("a" * 251 + ".mp4"), "complete"),
)

KINDS = (*REFUSED, *PARTIAL, *STRANGE)
