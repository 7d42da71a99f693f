"""How fast forms of a model run here, as ratios to ONNX Runtime fp32 in the same interleaved run."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError
from streetaudit_models.infer import open_session

_WARM_UP = 3
Run = Callable[[NDArray[np.uint8]], Any]


@dataclass(frozen=True, slots=True)
class Timing:
    """One form's speed.

    Attributes:
        ratio: Pictures a second over those of the first form.
        peak_rss_mb: Of the whole process after this form was loaded.
    """

    form: str
    threads: int
    size: tuple[int, int]
    median_ms: float
    p95_ms: float
    ratio: float
    peak_rss_mb: float


def benchmark(
    forms: Sequence[tuple[str, Path]], *, threads: int, size: tuple[int, int], rounds: int = 30
) -> list[Timing]:
    """Timings of several forms; ratios refer to the first. Rounds are interleaved, so that noise hits all alike."""
    picture = np.random.default_rng(0).integers(0, 256, (1, *size, 3)).astype(np.uint8)
    loaded: list[tuple[str, Run, float]] = []
    for name, file in forms:
        loaded.append((name, open_form(name, file, threads=threads), _peak_rss_mb()))
    spent: dict[str, list[float]] = {name: [] for name, _ in forms}
    for step in range(rounds + _WARM_UP):
        for name, run, _ in loaded:
            began = time.perf_counter()
            run(picture)
            if step >= _WARM_UP:
                spent[name].append((time.perf_counter() - began) * 1000)
    base = float(np.median(spent[forms[0][0]]))
    return [
        Timing(
            form=name,
            threads=threads,
            size=size,
            median_ms=float(np.median(spent[name])),
            p95_ms=float(np.percentile(spent[name], 95)),
            ratio=base / float(np.median(spent[name])),
            peak_rss_mb=rss,
        )
        for name, _, rss in loaded
    ]


def open_form(name: str, file: Path, *, threads: int) -> Run:
    """A function that runs one form; names that start with `openvino` use that runtime, all others ONNX Runtime."""
    if name.startswith("openvino"):
        return _open_openvino(file, threads=threads, precision=name.partition("-")[2] or "bf16")
    session = open_session(file.read_bytes(), threads=threads)
    feed = session.get_inputs()[0].name
    return lambda picture: session.run(None, {feed: picture})


def _open_openvino(file: Path, *, threads: int, precision: str) -> Run:
    if find_spec("openvino") is None:
        raise ModelError("OpenVINO is not installed; `pip install openvino` or leave its form out")
    import importlib

    openvino = importlib.import_module("openvino")
    options = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    request = openvino.Core().compile_model(str(file), "CPU", options).create_infer_request()
    return lambda picture: request.infer([picture])


def _peak_rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
