"""A worker of the night: a process of its own that looks at one clip after the other and says what it found."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from streetaudit.assemble import Parts, open_parts
from streetaudit.batch.look import look_at, replay_once
from streetaudit.batch.outcome import Looked, NightProgress, Progress, Report
from streetaudit.config import Config
from streetaudit.errors import DetectionsError, StreetauditError
from streetaudit.io.jail import tie_to_parent


@dataclass(frozen=True, slots=True)
class Job:
    """One clip to look at.

    Attributes:
        clip: The file.
        detections: What is taken instead of inference, None to infer.
        look: Key of a kept look that is audited again instead, "" to look at the clip.
        pictures: Whether the footage is asked for pictures of what is a problem only now.
    """

    clip: Path
    detections: Path | None = None
    look: str = ""
    pictures: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a worker found in its clip, and the seconds that took."""

    looked: Looked
    took_s: float


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a worker found nothing; it can go on with another clip."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why a worker cannot go on with any clip: the disk is full, the model cannot be loaded."""

    error: StreetauditError


#: What a worker says; None once it is ready for its first clip.
Said = Progress | NightProgress | Found | Failed | Stopped | None


def work(link: Connection, config: Config, *, inference: bool, parent_pid: int) -> None:
    """Look at clips as they are asked for, until the other end closes."""
    tie_to_parent(parent_pid)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides
    try:
        with open_parts(config, inference=inference) as parts:
            link.send(None)
            while True:
                job: Job = link.recv()
                link.send(_found(parts, job, link))
    except StreetauditError as error:
        link.send(Stopped(error))
    except (EOFError, BrokenPipeError):
        pass  # the night is over
    os._exit(0)  # a runtime's own threads may not want to end


def _found(parts: Parts, job: Job, link: Connection) -> Found | Failed:
    began_s = parts.clock.monotonic_s()
    try:
        looked = looked_of(parts, job, link.send)
    except DetectionsError as error:
        return Failed(str(error))
    return Found(looked, parts.clock.monotonic_s() - began_s)


def looked_of(parts: Parts, job: Job, report: Report) -> Looked:
    """What one job gives.

    Raises:
        DetectionsError: If the kept look that it names is damaged or gone.
        StoreError: If pictures or detections cannot be written.
    """
    if not job.look:
        return look_at(job.clip, parts, detections=job.detections, report=report)
    kept = parts.looks.get(job.look)
    if kept is None:
        raise DetectionsError(f"its detections are not in {parts.looks.root} any more; run batch on its footage")
    return replay_once(parts, kept, pictures=job.pictures, report=report)
