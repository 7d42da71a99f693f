"""How much a clip may cost before its decoder is stopped."""

from __future__ import annotations

from dataclasses import dataclass, field

from streetaudit.io.jail import JailLimits

#: Demuxers that may look at a clip. Left out on purpose: playlists (hls, concat, sdp), pictures, subtitles.
DEMUXERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,avi,h264,hevc,mjpeg,flv,dhav"

#: Decoders that a clip may ask for.
CODECS = frozenset(
    {"h264", "hevc", "mjpeg", "mpeg4", "mpeg1video", "mpeg2video", "msmpeg4v2", "msmpeg4v3", "h263", "h263p"}
    | {"vp8", "vp9", "av1", "libdav1d", "prores", "dnxhd"}
)


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What the decoder of one clip may do.

    Attributes:
        start_s: Killed when its first word takes so long: Python and FFmpeg have to be loaded.
        no_progress_s: Killed when it tells nothing for so long while somebody waits for it.
        no_frame_s: Killed when it reads on for so long without one image.
        pixels: Largest picture that is decoded at all.
        frames: Most images of one clip.
        threads: Of the decoder; slices only, so that errors are not hidden (measured: frame threads
            turned most exceptions of damaged files into silent gaps).
        slots: Images that may lie ready.
        jail: Memory, processor time and files of the child.
    """

    start_s: float = 60.0
    no_progress_s: float = 10.0
    no_frame_s: float = 60.0
    pixels: int = 50_000_000
    frames: int = 5_000_000
    threads: int = 2
    slots: int = 4
    jail: JailLimits = field(default_factory=JailLimits)
