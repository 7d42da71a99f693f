"""Clips that were audited before, audited again from what is kept of them: no footage, no inference, seconds."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from streetaudit.assemble import Parts
from streetaudit.batch.clip import commit
from streetaudit.batch.crew import Crew, Died
from streetaudit.batch.outcome import ClipOutcome, Progress, Report
from streetaudit.batch.worker import Failed, Found, Job, Stopped, looked_of
from streetaudit.errors import DetectionsError
from streetaudit.io.processes import available_cores
from streetaudit.structures.run import ClipRun

#: Results that wait for their turn, for each worker.
_AHEAD = 8
#: Fewer clips are done before a worker has started.
_FEW = 3


def reaudit(
    runs: Sequence[ClipRun], parts: Parts, *, pictures: bool = False, report: Report = lambda _: None
) -> Generator[ClipOutcome, None, None]:
    """Yield the outcome of each clip under the configuration of now, in order.

    Args:
        runs: The audits that the store rests on.
        parts: The configuration of now; needs no model.
        pictures: Take pictures of new problems from the footage where it is still there.
        report: Told how far a clip is whose footage is read.

    Raises:
        StoreError: If nothing more can be stored; run again to go on where it ended.
    """
    jobs = [Job(_clip(run), look=run.look, pictures=pictures) for run in runs if run.look]
    found = _one_by_one(jobs, parts, report) if len(jobs) <= _FEW else _side_by_side(jobs, parts, report)
    for run in runs:
        if not run.look:
            yield ClipOutcome(_clip(run), "failed", "no detections are kept of it; run batch on its footage")
            continue
        one = next(found)
        if isinstance(one, str):
            yield ClipOutcome(_clip(run), "failed", one)
        else:
            yield one.looked.outcome(_clip(run), commit(parts, one.looked), took_s=one.took_s)


def _clip(run: ClipRun) -> Path:
    return run.facts.path if run.facts is not None else Path(run.clip_name)


def _one_by_one(jobs: Sequence[Job], parts: Parts, report: Report) -> Iterator[Found | str]:
    for job in jobs:
        began_s = parts.clock.monotonic_s()
        try:
            looked = looked_of(parts, job, report)
        except DetectionsError as error:
            yield str(error)
        else:
            yield Found(looked, parts.clock.monotonic_s() - began_s)


def _side_by_side(jobs: Sequence[Job], parts: Parts, report: Report) -> Iterator[Found | str]:
    """The results in the order of the jobs, some being worked on while others wait for their turn."""
    size = min(parts.config.batch.workers or available_cores(), len(jobs))
    done: dict[int, Found | str] = {}
    given = 0
    with Crew[int](parts.config, size, inference=False) as crew:
        for turn in range(len(jobs)):
            while turn not in done:
                while given < len(jobs) and given < turn + _AHEAD * size and crew.has_room:
                    crew.give(given, jobs[given])
                    given += 1
                for hand, said in crew.listen(1.0):
                    match said:
                        case Progress():
                            report(replace(said, worker=hand.number))
                        case Stopped():
                            raise said.error
                        case Found() | Failed() | Died() if hand.task is not None:
                            done[hand.task] = said if isinstance(said, Found) else said.reason
                            hand.task = None
            yield done.pop(turn)
