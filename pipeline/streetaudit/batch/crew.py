"""The workers of a night, seen from their parent: given jobs, listened to, and replaced when they die."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Generic, Self, TypeVar

from streetaudit.batch.worker import Job, Said, work
from streetaudit.config import Config
from streetaudit.errors import StreetauditError
from streetaudit.io.jail import how_it_died
from streetaudit.io.processes import out_of_memory_kills

Task = TypeVar("Task")

#: Workers that die before they are ready for a first clip die of the machine or the configuration.
_MOST_STILLBORN = 3


@dataclass(frozen=True, slots=True)
class Died:
    """How a worker ended.

    Attributes:
        reason: In words.
        is_own_fault: False if somebody else killed it: that says nothing about its clip.
    """

    reason: str
    is_own_fault: bool


@dataclass(slots=True)
class Hand(Generic[Task]):
    """One worker.

    Attributes:
        number: From 1.
        process: Its process.
        link: To it.
        task: What it works on, as its employer calls it; None while it waits or starts.
        is_ready: Whether it has started.
    """

    number: int
    process: SpawnProcess
    link: Connection
    task: Task | None = None
    is_ready: bool = False


@dataclass(slots=True)
class Crew(Generic[Task]):
    """Workers that are started when there is work, and are all ended by the context.

    Attributes:
        config: Theirs.
        size: How many at most.
        inference: Whether they load a model.
        hands: Those that live.
    """

    config: Config
    size: int
    inference: bool
    hands: list[Hand[Task]] = field(default_factory=list)
    _stillborn: int = 0
    _oom_kills: int = field(default_factory=out_of_memory_kills)

    @property
    def has_room(self) -> bool:
        """True if somebody could do a job now."""
        return len(self.hands) < self.size or any(hand.task is None for hand in self.hands)

    def give(self, task: Task, job: Job) -> None:
        """Let a worker do a job, started if need be; `task` is what it is called when the worker is heard of again."""
        hand = next((hand for hand in self.hands if hand.task is None), None) or self._start()
        hand.task = task
        with contextlib.suppress(OSError):  # it is dead: listening tells how
            hand.link.send(job)

    def listen(self, timeout_s: float) -> Iterator[tuple[Hand[Task], Said | Died]]:
        """What the workers say within some time, each with its worker; the dead are told last and leave the crew."""
        ends: dict[object, Hand[Task]] = {hand.link: hand for hand in self.hands}
        ends |= {hand.process.sentinel: hand for hand in self.hands}
        awake = wait([*(hand.link for hand in self.hands), *(hand.process.sentinel for hand in self.hands)], timeout_s)
        heard = {id(ends[end]) for end in awake}
        for hand in [hand for hand in self.hands if id(hand) in heard]:
            yield from self._heard(hand)

    def _heard(self, hand: Hand[Task]) -> Iterator[tuple[Hand[Task], Said | Died]]:
        try:
            while hand.link.poll():
                said: Said = hand.link.recv()
                if said is None:
                    hand.is_ready, self._stillborn = True, 0
                yield hand, said
        except (EOFError, OSError):
            yield hand, self._bury(hand)

    def _bury(self, hand: Hand[Task]) -> Died:
        hand.process.join(5.0)
        status = hand.process.exitcode
        if status is None:
            hand.process.kill()
            hand.process.join()
        self.hands.remove(hand)
        hand.link.close()
        reason = f"its worker {how_it_died(status)}"
        if not hand.is_ready:
            self._stillborn += 1
            if self._stillborn >= _MOST_STILLBORN:
                raise StreetauditError(
                    f"workers cannot start: the last one {how_it_died(status)}; look for its words above"
                )
        return Died(reason, self._is_own_fault(status))

    def _is_own_fault(self, status: int | None) -> bool:
        """SIGKILL and SIGTERM come from outside: of the kernel when memory ran out, else of a person or a program."""
        if status not in (-9, -15):
            return True
        kills, self._oom_kills = out_of_memory_kills(), self._oom_kills
        ran_out = kills > self._oom_kills
        self._oom_kills = kills
        return ran_out

    def _start(self) -> Hand[Task]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        asked = {"inference": self.inference, "parent_pid": os.getpid()}
        process = context.Process(target=work, args=(theirs, self.config), kwargs=asked, daemon=True)
        process.start()
        theirs.close()  # so that its death ends the link
        taken = {hand.number for hand in self.hands}
        number = next(number for number in range(1, self.size + 1) if number not in taken)
        self.hands.append(Hand(number, process, ours))
        return self.hands[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hand in self.hands:
            hand.process.kill()
        for hand in self.hands:
            hand.process.join()
            hand.link.close()
        self.hands.clear()
