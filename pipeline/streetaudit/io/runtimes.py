"""Which runtime runs a model: the one that was asked for, or the faster one, found by measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Literal

from streetaudit.errors import ModelError
from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.onnx_session import OnnxSession
from streetaudit.io.openvino_session import OpenVinoSession
from streetaudit.io.session import ModelSession, blank_input

Runtime = Literal["onnxruntime", "openvino"]
#: Another runtime rounds differently and so gives slightly other boxes: it must be worth it by this factor.
WORTH = 1.15
_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class Chosen:
    """A session, and why it is this one.

    Attributes:
        session: Ready to run.
        why: For people: what was measured, or why nothing was.
    """

    session: ModelSession
    why: str


def installed_runtimes() -> list[Runtime]:
    """The runtimes that can be used here, the reference first."""
    return ["onnxruntime", "openvino"] if find_spec("openvino") is not None else ["onnxruntime"]


def open_session(data: bytes, runtime: Runtime, *, threads: int) -> ModelSession:
    """A model loaded by one runtime.

    Raises:
        ModelError: If the runtime is not installed or refuses the model.
    """
    return OpenVinoSession(data, threads=threads) if runtime == "openvino" else OnnxSession(data, threads=threads)


def faster_session(
    data: bytes,
    reference: ModelSession,
    *,
    threads: int,
    size: tuple[int, int],
    measure_s: float = 1.0,
    clock: Clock = SYSTEM_CLOCK,
) -> Chosen:
    """The reference or an OpenVINO session, whichever is clearly faster here.

    Args:
        data: The bytes of the model.
        reference: The model loaded by ONNX Runtime.
        threads: For one inference.
        size: Height and width of the input.
        measure_s: How long both together are measured, after warming up.
        clock: Measures.
    """
    if "openvino" not in installed_runtimes():
        return Chosen(reference, "auto: OpenVINO is not installed (pip install 'streetaudit[openvino]')")
    try:
        other = open_session(data, "openvino", threads=threads)
    except ModelError as error:
        return Chosen(reference, f"auto: {error}")
    reference_s, other_s = _medians_s([reference, other], size, measure_s=measure_s, clock=clock)
    gain = reference_s / other_s
    figures = f"{other.runtime} runs {gain:.2f} times as fast as {reference.runtime} here"
    if gain >= WORTH:
        return Chosen(other, f"auto: {figures}")
    return Chosen(reference, f"auto: {figures}, less than the {WORTH} that make it worth it")


def _medians_s(
    sessions: Sequence[ModelSession], size: tuple[int, int], *, measure_s: float, clock: Clock
) -> tuple[float, ...]:
    """Median seconds of one inference, taken in turns so that other work on the machine hits all alike."""
    spent: list[list[float]] = [[] for _ in sessions]
    blanks = [blank_input(session, *size) for session in sessions]
    ends_s = float("inf")
    while not spent[0] or clock.monotonic_s() < ends_s:
        for times, session, blank in zip(spent, sessions, blanks, strict=True):
            began_s = clock.monotonic_s()
            session.run(blank)
            times.append(clock.monotonic_s() - began_s)
        if len(spent[0]) == _WARM_UP:
            ends_s = clock.monotonic_s() + measure_s
    return tuple(median(times[_WARM_UP:] or times) for times in spent)
