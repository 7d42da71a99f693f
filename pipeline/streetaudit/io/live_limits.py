"""How long a live camera may be silent, and what its decoder may cost."""

from __future__ import annotations

from dataclasses import dataclass, field

from streetaudit.io.jail import JailLimits


def _jail() -> JailLimits:
    """As for clips, but a camera runs for months: no limit of processor time, and smaller memory."""
    return JailLimits(memory_bytes=2 << 30, cpu_s=1 << 40)


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """What the reader of one camera expects of its decoder.

    Attributes:
        start_s: Killed when its first word takes so long: Python and FFmpeg have to be loaded.
        silent_s: Killed when a running stream tells nothing for so long. Libraries' own timeouts are not to be trusted:
            PyAV's took twice, OpenCV's three times what they were set to.
        frameless_s: Killed when a running stream sends something, but no picture, for so long.
        open_s: How long an attempt to connect may take by the library's own count; the watchdog grants three times it.
        read_s: The same for one packet.
        retry_s: (first, longest) pause between attempts.
        refused_s: Pause where user and password are refused: more attempts may lock the account.
        pixels: Largest picture that is decoded at all.
        threads: Of the decoder.
        slots: Images that may lie ready.
        jail: Memory and files of the child.
    """

    start_s: float = 30.0
    silent_s: float = 8.0
    frameless_s: float = 9.0
    open_s: float = 4.0
    read_s: float = 4.0
    retry_s: tuple[float, float] = (0.5, 2.5)
    refused_s: float = 30.0
    pixels: int = 50_000_000
    threads: int = 1
    slots: int = 3
    jail: JailLimits = field(default_factory=_jail)

    @property
    def waiting_s(self) -> float:
        """For how long a decoder that is not connected may tell nothing."""
        return 3.0 * self.open_s + self.retry_s[1] + 1.0
