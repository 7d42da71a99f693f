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
        worker: Who looks at it, 0 where it is this process itself.
    """

    clip: str
    time_s: float
    duration_s: float | None
    frames: int
    sightings: int
    worker: int = 0


@dataclass(frozen=True, slots=True)
class NightProgress:
    """How far a night is.

    Attributes:
        clips: That are to be looked at.
        done: Of them.
        failed: Clips that could not be looked at in full.
        footage_s: Clip time that was looked at.
        took_s: In which time.
        eta_s: Until the end at this pace, None while that cannot be told.
    """

    clips: int
    done: int
    failed: int
    footage_s: float
    took_s: float
    eta_s: float | None

    @property
    def real_time_factor(self) -> float:
        """Seconds of footage a second."""
        return self.footage_s / self.took_s if self.took_s > 0.0 else 0.0


Report = Callable[[Progress | NightProgress], None]


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
        unpictured: Problems of which there is no picture.
    """

    clip: Path
    status: Literal["complete", "partial", "failed", "unchanged"]
    reason: str
    run: ClipRun | None = None
    committed: Committed | None = None
    took_s: float = 0.0
    unpictured: int = 0

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
        known_as: Where nothing was done: the work key under which the store has it.
    """

    run: ClipRun | None
    sightings: tuple[Sighting, ...] = ()
    reason: str = ""
    known_as: str = ""

    @property
    def unpictured(self) -> int:
        """How many problems of it have no picture."""
        return sum(one.verdict.problem is not None and one.evidence is None for one in self.sightings)

    @property
    def work_key(self) -> str:
        """Of the work, "" where there was none."""
        return self.known_as if self.run is None else self.run.work_key

    def outcome(self, clip: Path, committed: Committed | None, *, took_s: float) -> ClipOutcome:
        """The end of this clip."""
        if self.run is None:
            return ClipOutcome(clip, "unchanged", self.reason, took_s=took_s)
        return ClipOutcome(clip, self.run.status, self.run.reason, self.run, committed, took_s, self.unpictured)
