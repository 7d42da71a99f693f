"""What a batch says of each clip: an error is a value, and the rest goes on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from streetaudit.structures.run import ClipRun, Committed
from streetaudit.structures.sighting import Sighting


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one clip is.

    Attributes:
        clip: File name.
        time_s: Clip time reached.
        duration_s: As declared, None if unknown.
        frames: Looked at so far.
        sightings: Concluded so far.
    """

    clip: str
    time_s: float
    duration_s: float | None
    frames: int
    sightings: int


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class ClipOutcome:
    """The end of one clip.

    Attributes:
        clip: The file.
        status: "complete", "partial" and "failed" as in ClipRun; "unchanged" if the same work is stored already.
        reason: Why it is not complete; for complete runs a remark or "".
        run: What was done, None for unchanged.
        committed: What the store made of it, None where nothing was committed.
        took_s: Seconds of work.
    """

    clip: Path
    status: Literal["complete", "partial", "failed", "unchanged"]
    reason: str
    run: ClipRun | None = None
    committed: Committed | None = None
    took_s: float = 0.0

    @property
    def is_sound(self) -> bool:
        """True if everything in the clip was looked at, now or before."""
        return self.status in ("complete", "unchanged")


@dataclass(frozen=True, slots=True)
class Looked:
    """What one clip shows, before the store has heard of it.

    Attributes:
        run: What was done, None where the same work is stored already.
        sightings: Of the clip.
        reason: Why nothing was done.
    """

    run: ClipRun | None
    sightings: tuple[Sighting, ...] = ()
    reason: str = ""

    def outcome(self, clip: Path, committed: Committed | None, *, took_s: float) -> ClipOutcome:
        """The end of this clip."""
        if self.run is None:
            return ClipOutcome(clip, "unchanged", self.reason, took_s=took_s)
        return ClipOutcome(clip, self.run.status, self.run.reason, self.run, committed, took_s)
