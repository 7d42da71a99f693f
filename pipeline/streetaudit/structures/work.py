"""One clip of a night as the ledger knows it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: "waiting" for somebody, "leased" by somebody, "looked": its result is noted, "done": the store has it.
State = Literal["waiting", "leased", "looked", "done"]
#: As a ClipRun's; "unchanged": the store had it already; "set_aside": it killed its workers and is left alone.
Status = Literal["", "complete", "partial", "failed", "unchanged", "set_aside"]


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One clip of one night.

    Attributes:
        number: Its name in the ledger; results are committed in this order.
        clip: The file.
        state: How far it is.
        status: What came of it, "" before.
        reason: Why it is not complete.
        work_key: Of the audit, "" until the clip was opened.
        look: Key of its kept detections, "" without any.
        fence: Of the latest lease: whoever comes with an older one has lost it.
        deaths: Workers that it has killed.
    """

    number: int
    clip: Path
    state: State
    status: Status
    reason: str
    work_key: str
    look: str
    fence: int
    deaths: int
