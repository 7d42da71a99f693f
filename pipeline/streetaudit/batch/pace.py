"""How fast a night goes and when it will end."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streetaudit.batch.outcome import ClipOutcome, NightProgress, Progress
from streetaudit.io.clock import Clock


class Pace:
    """Measures the footage that was looked at against the time that took.

    Clips are weighed by their bytes: how long one is, is known only once it was opened.

    Args:
        clips: Those that are to be looked at.
        clock: For durations.
    """

    def __init__(self, clips: Sequence[Path], clock: Clock) -> None:
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._bytes = {clip: clip.stat().st_size if clip.is_file() else 0 for clip in clips}
        self._todo = set(clips)
        self._running: dict[str, Progress] = {}
        self._footage_s = 0.0
        self._failed = 0

    def at(self, progress: Progress) -> Progress:
        """Remember how far one clip is."""
        self._running[progress.clip] = progress
        return progress

    def finished(self, outcome: ClipOutcome) -> ClipOutcome:
        """Remember that a clip is finished."""
        self._running.pop(outcome.clip.name, None)
        self._failed += not outcome.is_sound
        if outcome.clip in self._todo:
            self._todo.discard(outcome.clip)
            coverage = outcome.run.coverage if outcome.run else None
            self._footage_s += coverage.last_s or 0.0 if coverage else 0.0
        return outcome

    def progress(self) -> NightProgress:
        """How far the night is."""
        took_s = self._clock.monotonic_s() - self._began_s
        running_s = sum(one.time_s for one in self._running.values())
        left = sum(self._bytes[clip] * (1.0 - self._share(clip)) for clip in self._todo)
        done = sum(self._bytes.values()) - left
        footage_s = self._footage_s + running_s
        return NightProgress(
            clips=len(self._bytes),
            done=len(self._bytes) - len(self._todo),
            failed=self._failed,
            footage_s=footage_s,
            took_s=took_s,
            eta_s=took_s * left / done if done > 0.0 else None,
        )

    def _share(self, clip: Path) -> float:
        """How much of a clip has been looked at."""
        one = self._running.get(clip.name)
        return min(1.0, one.time_s / one.duration_s) if one is not None and one.duration_s else 0.0
