"""How fast forms of a model run here, as ratios to the first form in the same interleaved run."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.runtimes import Runtime, open_session

_WARM_UP = 2  # rounds
_BURST = 4  # pictures a session in a round: sessions that wait for each other every picture would look slower


@dataclass(frozen=True, slots=True)
class Form:
    """One file under one runtime."""

    file: Path
    runtime: Runtime


@dataclass(frozen=True, slots=True)
class Layout:
    """How cores are used: so many sessions side by side, of so many threads each."""

    sessions: int
    threads: int

    def __str__(self) -> str:
        return f"{self.sessions}x{self.threads}"


@dataclass(frozen=True, slots=True)
class Timing:
    """One form's speed under one layout at one input size.

    Attributes:
        form: File and runtime.
        layout: Sessions x threads.
        size: Height and width of the input.
        median_ms: Of one picture in one session.
        cpu_ms: Processor time of one picture, median over the rounds: what other work on the machine disturbs least.
        p95_ms: Of one picture in one session.
        pictures_a_second: Of all sessions together, median over the rounds.
        ratio: Pictures a second over those of the first form, median over the rounds: both of a round met the same
            machine.
        peak_mb: Resident memory of a process that holds one such session and nothing else.
    """

    form: str
    layout: str
    size: tuple[int, int]
    median_ms: float
    cpu_ms: float
    p95_ms: float
    pictures_a_second: float
    ratio: float
    peak_mb: float


def benchmark(
    forms: Sequence[Form],
    *,
    layouts: Sequence[Layout],
    sizes: Sequence[tuple[int, int]],
    rounds: int = 20,
    clock: Clock = SYSTEM_CLOCK,
) -> Iterator[Timing]:
    """The timings of every form under every layout and size; ratios refer to the first form of the same two."""
    for size in sizes:
        memory = [peak_mb(form, size) for form in forms]
        for layout in layouts:
            yield from _one_setting(forms, memory, layout=layout, size=size, rounds=rounds, clock=clock)


def _one_setting(
    forms: Sequence[Form],
    memory: Sequence[float],
    *,
    layout: Layout,
    size: tuple[int, int],
    rounds: int,
    clock: Clock,
) -> Iterator[Timing]:
    picture = np.random.default_rng(0).integers(0, 256, (1, *size, 3)).astype(np.uint8)
    names, crews = [], []
    for form in forms:
        data = form.file.read_bytes()
        opened = [open_session(data, form.runtime, threads=layout.threads) for _ in range(layout.sessions)]
        names.append(f"{form.file.stem} {opened[0].runtime}")
        crews.append([session.run for session in opened])
    walls: list[list[float]] = [[] for _ in forms]
    cpus: list[list[float]] = [[] for _ in forms]
    singles: list[list[float]] = [[] for _ in forms]
    with ThreadPoolExecutor(layout.sessions) as pool:
        for step in range(_WARM_UP + rounds):
            for row, crew in enumerate(crews):
                began_cpu_s = time.process_time()
                wall_s, each_s = _round(pool, crew, picture, clock)
                if step >= _WARM_UP:
                    cpus[row].append((time.process_time() - began_cpu_s) / len(each_s))
                    walls[row].append(wall_s)
                    singles[row] += each_s
    first = np.array(walls[0])
    for row, name in enumerate(names):
        yield Timing(
            form=name,
            layout=str(layout),
            size=size,
            median_ms=float(np.median(singles[row])) * 1e3,
            cpu_ms=float(np.median(cpus[row])) * 1e3,
            p95_ms=float(np.percentile(singles[row], 95)) * 1e3,
            pictures_a_second=layout.sessions * _BURST / float(np.median(walls[row])),
            ratio=float(np.median(first / np.array(walls[row]))),
            peak_mb=memory[row],
        )


def _round(
    pool: Executor, crew: Sequence[Callable[[NDArray[np.uint8]], Any]], picture: NDArray[np.uint8], clock: Clock
) -> tuple[float, list[float]]:
    """Wall seconds of one burst of all sessions, and seconds of each picture."""
    began_s = clock.monotonic_s()
    spent = list(pool.map(partial(_burst, picture=picture, clock=clock), crew))
    return clock.monotonic_s() - began_s, [one_s for each in spent for one_s in each]


def _burst(run: Callable[[NDArray[np.uint8]], Any], *, picture: NDArray[np.uint8], clock: Clock) -> list[float]:
    times_s = []
    for _ in range(_BURST):
        began_s = clock.monotonic_s()
        run(picture)
        times_s.append(clock.monotonic_s() - began_s)
    return times_s


def peak_mb(form: Form, size: tuple[int, int]) -> float:
    """Peak resident memory of a fresh process that runs one session of one thread."""
    # Forked, it would start with the memory of everything that is loaded here.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as fresh:
        return fresh.submit(_peak_mb, form, size).result()


def _peak_mb(form: Form, size: tuple[int, int]) -> float:
    session = open_session(form.file.read_bytes(), form.runtime, threads=1)
    for _ in range(3):
        session.run(np.zeros((1, *size, 3), np.uint8))
    status = Path("/proc/self/status")
    if status.is_file():  # Linux: getrusage's peak would include what the parent held when it forked
        words = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(words["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
