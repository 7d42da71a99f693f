"""A live camera opened with little trust, in its decoder's own process."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streetaudit.errors import ClipError
from streetaudit.io.footage import open_regular
from streetaudit.io.live_limits import LiveLimits
from streetaudit.io.video_limits import CODECS, DEMUXERS
from streetaudit.io.video_source import RefusedError, in_words

#: A stream is taken over one TCP connection: over UDP a lost packet is a smeared picture.
_STREAM_PROTOCOLS = "rtsp,rtsps,rtp,tcp,tls,crypto"


@dataclass(frozen=True, slots=True)
class LiveSource:
    """An open camera.

    Attributes:
        container: PyAV's.
        stream: The video stream that is decoded.
    """

    container: Any
    stream: Any

    def pictures(self, damaged: Callable[[], None], tick: Callable[[], None]) -> Iterator[Any]:
        """The decoder's pictures; damaged packets are reported and passed over. Ends when the camera ends.

        Raises:
            av.error.FFmpegError: If the connection breaks.
        """
        import av

        for packet in self.container.demux(self.stream):
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                damaged()
            except av.error.EOFError:
                return
            tick()

    def close(self) -> None:
        """Let the camera go."""
        self.container.close()


def open_live(scheme: str, target: str, limits: LiveLimits) -> LiveSource:
    """The camera at an address, ready to be decoded.

    Raises:
        RefusedError: If it cannot be reached or shows nothing that is decoded here; trying again may help.
    """
    import av

    try:
        container = _opened(scheme, target, limits)
    except ClipError as error:
        raise RefusedError(str(error)) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise RefusedError(_why(error)) from error
    stream = container.streams.best("video")
    if stream is None or stream.codec_context is None:
        container.close()
        raise RefusedError("it sends no video")
    codec = stream.codec_context
    if codec.name not in CODECS | {"rawvideo"} or codec.width * codec.height > limits.pixels:
        container.close()
        raise RefusedError(f"it sends {codec.name} of {codec.width}x{codec.height}, which is not decoded here")
    codec.thread_type, codec.thread_count = "SLICE", limits.threads
    codec.options = {"max_pixels": str(limits.pixels)}
    return LiveSource(container, stream)


def _opened(scheme: str, target: str, limits: LiveLimits) -> Any:
    import av

    timeout = (limits.open_s, limits.read_s)  # PyAV waits a multiple of it; the reader outside does not
    if scheme == "rtsp":
        options = {
            "rtsp_transport": "tcp",
            "allowed_media_types": "video",
            "protocol_whitelist": _STREAM_PROTOCOLS,
            "timeout": str(int(limits.read_s * 1e6)),
            "max_pixels": str(limits.pixels),
            "analyzeduration": "1000000",  # by default five seconds pass before the first picture
            "fpsprobesize": "0",
        }
        return av.open(target, format="rtsp", options=options, timeout=timeout)
    if scheme == "usb":
        return av.open(target, format="v4l2", timeout=timeout)
    descriptor = open_regular(Path(target))
    options = {"protocol_whitelist": "file", "format_whitelist": DEMUXERS, "max_pixels": str(limits.pixels)}
    try:
        return av.open(f"/proc/self/fd/{descriptor}", options=options, metadata_errors="replace")
    finally:
        os.close(descriptor)  # FFmpeg has opened it again


def _why(error: Exception) -> str:
    words = in_words(error)
    if "401" in words or "Unauthorized" in words:
        return "it refuses user and password"
    return words
