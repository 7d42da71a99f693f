"""One clip from file to committed sightings."""

from __future__ import annotations

from pathlib import Path

from streetaudit.assemble import Parts
from streetaudit.batch.look import look_at
from streetaudit.batch.outcome import ClipOutcome, Looked, Report
from streetaudit.structures.run import Committed


def audit_clip(
    clip: Path,
    parts: Parts,
    *,
    trace: Path | None = None,
    detections: Path | None = None,
    report: Report = lambda _: None,
) -> ClipOutcome:
    """Look at one clip and commit what it shows; a clip that cannot be read is an outcome, not an exception.

    Raises:
        StoreError: If the store or the evidence folder cannot be written: then nothing can go on.
    """
    began_s = parts.clock.monotonic_s()
    looked = look_at(clip, parts, trace=trace, detections=detections, report=report)
    committed = commit(parts, looked)
    return looked.outcome(clip, committed, took_s=parts.clock.monotonic_s() - began_s)


def commit(parts: Parts, looked: Looked, *, item: int | None = None) -> Committed | None:
    """What the store made of a look, None where it holds that work already.

    Args:
        parts: Their store.
        looked: The look.
        item: The clip's number in the ledger of the night, None outside one.

    Raises:
        DoneElsewhereError: If another process has committed this item.
        StoreError: If the store cannot be written.
    """
    if looked.run is None:
        return None
    merging = parts.merging
    return parts.store.commit_clip(
        looked.run,
        looked.sightings,
        assign=merging.assign,
        describe=parts.desk.describe,
        place_cases=merging.place_cases,
        absence=parts.absence,
        item=item,
    )
