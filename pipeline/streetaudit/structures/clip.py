"""What is known of a clip before and after it was read."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClipFacts:
    """What the container declares.

    Attributes:
        path: The file.
        sha256: Of its bytes, hex: the clip's identity.
        width_px: Of the upright image (rotation applied).
        height_px: Of the upright image.
        rotation_deg: Clockwise turn that was applied to make it upright: 0, 90, 180, 270.
        duration_s: As declared, None if the container does not say.
        declared_frames: As declared or derived from the index, None if unknown.
        started_at: Aware UTC time of the first frame (container's creation_time), None if unknown.
        codec: Name of the video codec.
    """

    path: Path
    sha256: str
    width_px: int
    height_px: int
    rotation_deg: int
    duration_s: float | None
    declared_frames: int | None
    started_at: datetime | None
    codec: str


@dataclass(frozen=True, slots=True)
class DecodeRecord:
    """What decoding a clip really gave; never call a clip complete without it.

    Attributes:
        decoded_frames: Number of images that came out.
        declared_frames: As in ClipFacts.
        first_s: Time of the first frame (0.0), None if there was none.
        last_s: Time of the last frame, None if there was none.
        corrupt_frames: Flagged corrupt by the decoder, or refused.
        resolution_changes: How often the picture size changed on the way.
        time_jumps: How often timestamps ran backwards or jumped by more than 10 s.
        untimed_frames: Without a timestamp of their own; they got the usual distance.
        skipped_frames: Decoded, but nearer to the last one handed on than was asked for.
        ended: "end" (clean), or the reason decoding stopped early.
    """

    decoded_frames: int
    declared_frames: int | None
    first_s: float | None
    last_s: float | None
    corrupt_frames: int = 0
    resolution_changes: int = 0
    time_jumps: int = 0
    untimed_frames: int = 0
    skipped_frames: int = 0
    ended: str = "end"

    @property
    def decoded_share(self) -> float | None:
        """Decoded over declared, None where nothing was declared."""
        return self.decoded_frames / self.declared_frames if self.declared_frames else None

    @property
    def is_complete(self) -> bool:
        """True if decoding ended cleanly, gave images, and at least 99 % of the declared frames."""
        share = self.decoded_share
        return self.ended == "end" and self.decoded_frames > 0 and (share is None or share >= 0.99)
