"""A folder of footage, clip by clip."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from streetaudit.assemble import Parts
from streetaudit.batch.clip import audit_clip
from streetaudit.batch.outcome import ClipOutcome, Report


def audit_night(
    clips: Sequence[Path], parts: Parts, *, beside: bool = False, report: Report = lambda _: None
) -> Iterator[ClipOutcome]:
    """Yield the outcome of each clip, in order; one bad clip never stops the others.

    Args:
        clips: The files.
        parts: What works on them.
        beside: True takes `NAME.detections.csv` beside each clip instead of inference.
        report: Told how far the running clip is.

    Raises:
        StoreError: If nothing more can be stored; run again to go on where it ended.
    """
    for clip in clips:
        detections = clip.with_name(f"{clip.stem}.detections.csv") if beside else None
        yield audit_clip(clip, parts, detections=detections, report=report)
