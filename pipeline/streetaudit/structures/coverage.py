"""What was looked at, and what was not and why."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Coverage:
    """The ledger of one clip: every frame is either looked at or skipped with a reason.

    Attributes:
        looked_at: Frames that went through the detector.
        skipped: Reason to number of frames.
        first_s: Clip time of the first frame that came in.
        last_s: Clip time of the last one.
        distance_m: Way travelled while looking, 0 for fixed cameras.
        blind: Reason to number of frames that were looked at and yet tell of no ground: "dark", "blurred",
            "no position".
    """

    looked_at: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    first_s: float | None = None
    last_s: float | None = None
    distance_m: float = 0.0
    blind: dict[str, int] = field(default_factory=dict)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count frames that were not looked at."""
        self.skipped[reason] = self.skipped.get(reason, 0) + count

    def look(self, time_s: float) -> None:
        """Count one frame that went through the detector."""
        self.looked_at += 1
        self.first_s = time_s if self.first_s is None else self.first_s
        self.last_s = time_s

    @property
    def frames(self) -> int:
        """All frames that came in."""
        return self.looked_at + sum(self.skipped.values())
