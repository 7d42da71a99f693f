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
        owner: Who looks at it, or has looked and will commit it; "" for nobody.
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
    owner: str
    fence: int
    deaths: int


@dataclass(frozen=True, slots=True)
class WorkResult:
    """What came of looking at one clip; the fields are those of a WorkItem.

    Attributes:
        status: What came of it.
        reason: Why it is not complete.
        work_key: Of the audit, "" where the clip could not be opened.
        look: Key of its kept detections, "" without any.
        took_s: Seconds of a worker's time.
    """

    status: Status
    reason: str
    work_key: str
    look: str
    took_s: float
