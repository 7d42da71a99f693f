"""A folder of footage, several clips at a time, resumable at every moment.

The ledger in the store says which clip waits, who looks at it and what came of it. Workers look in any order; results
are committed in the ledger's order, one transaction each, so that the store is the same whatever the number of workers,
whoever was killed and how many processes share the night.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from streetaudit.assemble import Parts, weights_of
from streetaudit.batch.clip import commit
from streetaudit.batch.crew import Crew, Died, Hand
from streetaudit.batch.look import DONE_BEFORE
from streetaudit.batch.outcome import ClipOutcome, Looked, Progress, Report
from streetaudit.batch.owners import Owners
from streetaudit.batch.pace import Pace
from streetaudit.batch.replay import replay
from streetaudit.batch.walk import failed_run
from streetaudit.batch.worker import Found, Job, Said, Stopped
from streetaudit.config import Config, with_changes
from streetaudit.errors import StoreError
from streetaudit.io.footage import fingerprints
from streetaudit.io.processes import available_cores
from streetaudit.io.store.errors import DoneElsewhereError
from streetaudit.structures.identity import content_hash
from streetaudit.structures.work import WorkItem, WorkResult

#: How long the parent listens before it looks round.
_LISTEN_S = 0.5
#: Results that wait in memory for their turn; of all others the detections are read again.
_MOST_READY = 32


def audit_night(
    clips: Sequence[Path],
    parts: Parts,
    *,
    folder: Path | None = None,
    beside: bool = False,
    retry: bool = False,
    report: Report = lambda _: None,
) -> Generator[ClipOutcome, None, None]:
    """Yield the outcome of each clip, in order; one bad clip never stops the others.

    Processes that work on the same folder with the same settings and store share the work. Close the generator to
    stop: what is under way waits again then.

    Args:
        clips: The files.
        parts: What commits their results; needs no model, the workers load their own.
        folder: What the night is called by; by default the first clip's.
        beside: True takes `NAME.detections.csv` or `.parquet` beside each clip instead of inference.
        retry: Look again at clips that were set aside because they killed their workers.
        report: Told how far the running clips and the night are.

    Raises:
        StoreError: If nothing more can be stored; run again to go on where it ended.
        StreetauditError: If no worker can be started.
    """
    if not clips:
        return
    night = _night_key(folder or clips[0].parent, parts, beside=beside)
    items = parts.store.enroll(night, list(zip(clips, fingerprints(clips), strict=True)), retry=retry)
    workers = parts.config.batch.workers or available_cores()
    config = _workers_config(parts.config, workers)
    with Crew[WorkItem](config, min(workers, len(clips)), inference=not beside) as crew:
        yield from _Night(parts, crew, night, items, report=report, beside=beside).outcomes()


class _Night:
    """One process's part in a night."""

    def __init__(
        self, parts: Parts, crew: Crew[WorkItem], night: str, items: Sequence[WorkItem], *, report: Report, beside: bool
    ) -> None:
        self._parts, self._crew, self._night, self._report, self._beside = parts, crew, night, report, beside
        self._owners = Owners(parts.store, night, parts.clock)
        self._items = sorted(items, key=lambda item: item.number)
        self._told = 0
        self._ready: dict[int, Found] = {}
        self._pace = Pace([item.clip for item in items if item.state != "done"], parts.clock)

    def outcomes(self) -> Iterator[ClipOutcome]:
        """Work until every clip is finished."""
        # An earlier night of this very process may have ended on a full disk, unable to give its clips back: nobody
        # else would take them from a process that lives.
        self._parts.store.take_over(self._owners.me)
        try:
            self._owners.look_round()
            while (yield from self._committed()):
                self._hand_out()
                for hand, said in self._crew.listen(_LISTEN_S):
                    self._hear(hand, said)
                self._owners.look_round()
        finally:
            with contextlib.suppress(StoreError):  # then the next process sees that this one is gone
                self._parts.store.take_over(self._owners.me)

    def _committed(self) -> Generator[ClipOutcome, None, bool]:
        """Commit what has its turn and tell what became of it; returns whether there is more to come."""
        while (head := self._parts.store.head(self._night)) is not None and self._is_mine_to_commit(head):
            outcome = self._commit(head)
            if outcome is not None:
                yield from self._told_up_to(head.number)
                self._told += self._is_next(head.number)
                yield self._pace.finished(outcome)
        yield from self._told_up_to(None if head is None else head.number)
        self._report(self._pace.progress())
        return self._told < len(self._items)

    def _is_mine_to_commit(self, item: WorkItem) -> bool:
        return item.state == "looked" and item.owner in ("", self._owners.me)

    def _told_up_to(self, number: int | None) -> Iterator[ClipOutcome]:
        """The clips before a number: finished before this night began, or by another process."""
        while self._told < len(self._items) and (number is None or self._items[self._told].number < number):
            item = self._parts.store.item(self._items[self._told].number)
            self._told += 1
            yield self._pace.finished(_outcome_before(item))

    def _is_next(self, number: int) -> bool:
        return self._told < len(self._items) and self._items[self._told].number == number

    def _commit(self, item: WorkItem) -> ClipOutcome | None:
        found = self._ready.pop(item.number, None) or self._found_before(item)
        if found is None:
            return None
        if found.looked.run is None:
            self._parts.store.note_done(item)
            return found.looked.outcome(item.clip, None, took_s=found.took_s)
        try:
            committed = commit(self._parts, found.looked, item=item.number)
        except DoneElsewhereError:
            return None  # its outcome is told as another process's
        return found.looked.outcome(item.clip, committed, took_s=found.took_s)

    def _found_before(self, item: WorkItem) -> Found | None:
        """What was noted of a clip by a process that did not come to commit it."""
        if item.status == "unchanged":
            return Found(Looked(None, reason=item.reason), 0.0)
        if not item.look:
            return Found(Looked(failed_run(self._parts, item.clip, item.reason)), 0.0)
        kept = self._parts.looks.get(item.look)
        if kept is None:  # somebody has deleted it
            self._parts.store.look_again(item)
            return None
        return Found(replay(self._parts, kept), 0.0)

    def _hand_out(self) -> None:
        while self._crew.has_room:
            item = self._parts.store.lease(self._night, self._owners.me)
            if item is None:
                return
            self._crew.give(item, Job(item.clip, _beside(item.clip) if self._beside else None))

    def _hear(self, hand: Hand[WorkItem], said: Said | Died) -> None:
        match said:
            case Progress():
                self._report(self._pace.at(replace(said, worker=hand.number)))
            case Found():
                self._note(hand, said)
            case Stopped():
                raise said.error
            case Died():
                self._mourn(hand, said)

    def _note(self, hand: Hand[WorkItem], found: Found) -> None:
        item, hand.task = hand.task, None
        if item is None:
            raise ValueError("want results of a clip that was handed out; got some of none")
        still_ours = self._parts.store.looked(item, _result(found))
        if still_ours and len(self._ready) < _MOST_READY:
            self._ready[item.number] = found

    def _mourn(self, hand: Hand[WorkItem], death: Died) -> None:
        item = hand.task
        if item is None:
            return
        if not death.is_own_fault:
            self._parts.store.give_back([item])
            return
        most = self._parts.config.batch.deaths
        nth = f"set aside: {death.reason} while it looked at this clip, {most} times; try again with --retry"
        self._parts.store.died(item, reason=nth if item.deaths + 1 >= most else death.reason, most=most)


def _result(found: Found) -> WorkResult:
    looked, run = found.looked, found.looked.run
    if run is None:
        return WorkResult("unchanged", looked.reason, looked.work_key, "", found.took_s)
    return WorkResult(run.status, run.reason, run.work_key, run.look, found.took_s)


def _outcome_before(item: WorkItem) -> ClipOutcome:
    """What is said of a clip that this process did not finish."""
    match item.status:
        case "complete" | "unchanged":
            return ClipOutcome(item.clip, "unchanged", DONE_BEFORE)
        case "partial":
            return ClipOutcome(item.clip, "partial", item.reason)
        case _:
            return ClipOutcome(item.clip, "failed", item.reason)


def _beside(clip: Path) -> Path:
    parquet = clip.with_name(f"{clip.stem}.detections.parquet")
    return parquet if parquet.exists() else clip.with_name(f"{clip.stem}.detections.csv")


def _night_key(folder: Path, parts: Parts, *, beside: bool) -> str:
    config = parts.config
    settings = [part.model_dump_json() for part in (config.sampling, config.track, config.rules, config.privacy)]
    detector = config.detector.model_dump_json(exclude={"model", "runtime", "threads"})
    cameras = [camera.model_dump_json() for camera in config.camera]
    weights = "" if beside else weights_of(config)
    where = str(folder.resolve()).encode("utf-8", "surrogateescape").hex()
    return content_hash(where, weights, parts.rules.version, detector, *settings, *cameras)


def _workers_config(config: Config, workers: int) -> Config:
    """Theirs: several sessions of one thread get more done than one session of several."""
    threads = max(1, available_cores() // workers)
    return with_changes(config, "detector", threads=threads)
