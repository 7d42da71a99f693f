"""A container opened with little trust, in the decoder's own process: its video stream, facts and pictures."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from streetaudit.io.video_limits import CODECS, DEMUXERS
from streetaudit.io.video_link import Declared

#: For streams that state no frame rate.
_DEFAULT_RATE = 25.0


class RefusedError(Exception):
    """Why nothing of the clip can be decoded, as a predicate of its name."""


@dataclass(frozen=True, slots=True)
class Source:
    """An open clip.

    Attributes:
        container: PyAV's.
        stream: The video stream that is decoded.
    """

    container: Any
    stream: Any

    @property
    def usual_step_s(self) -> float:
        """Frame distance by the declared rate."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return 1.0 / (float(rate) if rate and 0.001 <= rate <= 100_000 else _DEFAULT_RATE)

    def pictures(self, damaged: Callable[[], None], tick: Callable[[], None]) -> Iterator[Any]:
        """The decoder's pictures in presentation order; damaged packets are reported and passed over."""
        import av

        for packet in self._packets():
            try:
                yield from packet.decode()
            except av.error.InvalidDataError:
                damaged()
            except av.error.EOFError:  # flushed a second time, see _packets
                return
            tick()

    def _packets(self) -> Iterator[Any]:
        """All packets; PyAV 18 trips over streams that a transport stream did not announce (Novatek's GPS)."""
        ended = False
        while not ended:
            try:
                yield from self.container.demux(self.stream)
                ended = True
            except IndexError:  # that packet is gone: each turn moves on by one at least
                continue

    def declared(self, *, size: tuple[int, int], rotation_deg: int) -> Declared:
        """What the container says; size and rotation are those of the upright picture."""
        duration_s = self._duration_s()
        return Declared(
            width_px=size[0],
            height_px=size[1],
            rotation_deg=rotation_deg,
            duration_s=duration_s,
            frames=self._frames(duration_s),
            created=self.container.metadata.get("creation_time") or self.stream.metadata.get("creation_time") or "",
            codec=self.stream.codec_context.name,
        )

    def _duration_s(self) -> float | None:
        if self.stream.duration and self.stream.time_base:
            return max(0.0, float(self.stream.duration * self.stream.time_base))
        duration = self.container.duration
        return duration / 1e6 if duration and duration > 0 else None

    def _frames(self, duration_s: float | None) -> int | None:
        """From MP4's index (its edit list may leave frames out of the show), else from the header, else by the rate."""
        count = int(self.stream.frames)
        if "mov" in self.container.format.name:
            shown = sum(not entry.is_discard for entry in self.stream.index_entries)
            count = min(count or shown, shown)
        if count > 0 or duration_s is None or not self.stream.average_rate:
            return count or None
        return int(duration_s * float(self.stream.average_rate)) or None


def open_source(path: str, *, pixels: int, threads: int) -> Source:
    """The clip at a path, ready to be decoded.

    Raises:
        RefusedError: If it is no video, or one that is not decoded.
    """
    import av

    try:
        container = av.open(
            path,
            options={"protocol_whitelist": "file", "format_whitelist": DEMUXERS, "max_pixels": str(pixels)},
            metadata_errors="replace",
        )
    except (av.error.InvalidDataError, av.error.ArgumentError) as error:
        raise RefusedError(
            "is no video in a known container, or its index is missing because the recording was cut off; "
            "copy it again from the camera or repair it there"
        ) from error
    except (av.error.FFmpegError, ValueError) as error:
        raise RefusedError(f"cannot be opened as a video ({in_words(error)}); copy it again from the camera") from error
    stream = container.streams.best("video")
    if stream is None or stream.codec_context is None:
        raise RefusedError("has no video stream that can be decoded; give the clip that holds the pictures")
    _prepare(stream.codec_context, pixels=pixels, threads=threads)
    return Source(container, stream)


def in_words(error: Exception) -> str:
    """What FFmpeg said, without our own name for the file."""
    if getattr(error, "errno", None) in (errno.ENOMEM, errno.EAGAIN):  # EAGAIN: no memory for a thread's stack
        return "it needs more memory than is allowed"
    return getattr(error, "strerror", None) or type(error).__name__


def _prepare(codec: Any, *, pixels: int, threads: int) -> None:
    if codec.name not in CODECS:
        raise RefusedError(f"is encoded as {codec.name}, which is not decoded here; convert it to H.264")
    if codec.width * codec.height > pixels:
        raise RefusedError(
            f"declares pictures of {codec.width}x{codec.height}, more than the {pixels} pixels allowed; scale it down"
        )
    codec.thread_type = "SLICE"
    codec.thread_count = threads
    codec.options = {"max_pixels": str(pixels)}
