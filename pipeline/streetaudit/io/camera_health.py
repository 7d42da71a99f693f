"""How a live camera is read, and what is known of its connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["waiting", "live", "stalled", "ended"]


@dataclass(frozen=True, slots=True)
class Playing:
    """How a camera is read.

    Attributes:
        every_s: Least distance of the frames handed on.
        paced: A file is played in real time; else as fast as its frames are taken.
        loop: A file begins again at its end.
    """

    every_s: float = 0.2
    paced: bool = True
    loop: bool = False


@dataclass(slots=True)
class CameraHealth:
    """What is known of a camera's connection; counts go on over restarts of its decoder.

    Attributes:
        state: "waiting" for a connection, "live", "stalled" (its decoder was ended), "ended" (a file that was played).
        why: For people, "" while it is live.
        since_s: Monotonic time of the last change of state.
        frame_s: Monotonic time of the last frame, None before the first.
        pictures: That the decoder gave.
        handed_on: Frames that were delivered.
        rate: Pictures nearer to the last one handed on than was asked for, or that nobody had room for.
        damaged: Pictures and packets that were refused.
        starts: Of decoders.
        kills: Of decoders that said nothing.
    """

    state: State = "waiting"
    why: str = "not connected yet"
    since_s: float = 0.0
    frame_s: float | None = None
    pictures: int = 0
    handed_on: int = 0
    rate: int = 0
    damaged: int = 0
    starts: int = 0
    kills: int = 0
