"""The gateway's figures in the text format of Prometheus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

#: Upper ends of the classes in which times from frame to report are counted, seconds.
LATENCY_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

Labels = Mapping[str, str]


@dataclass(slots=True)
class Histogram:
    """Counts values by upper ends.

    Attributes:
        ends: Ascending.
    """

    ends: tuple[float, ...] = LATENCY_S
    counts: list[int] = field(default_factory=list)
    total: float = 0.0
    number: int = 0

    def __post_init__(self) -> None:
        self.counts = [0] * len(self.ends)

    def add(self, value: float) -> None:
        """Count a value."""
        self.total += value
        self.number += 1
        for index, end in enumerate(self.ends):
            self.counts[index] += value <= end


class Page:
    """A page of metrics, built line by line."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, name: str, kind: str, says: str, values: Iterable[tuple[Labels, float]]) -> None:
        """Add one metric with its values by labels; nothing is added where there are none."""
        rows = list(values)
        if rows:
            self._head(name, kind, says)
            self._lines += [f"streetaudit_edge_{name}{_labels(labels)} {_number(value)}" for labels, value in rows]

    def histogram(self, name: str, says: str, values: Histogram) -> None:
        """Add a histogram."""
        self._head(name, "histogram", says)
        for end, count in zip((*values.ends, float("inf")), (*values.counts, values.number), strict=True):
            le = "+Inf" if end == float("inf") else f"{end:g}"
            self._lines.append(f'streetaudit_edge_{name}_bucket{{le="{le}"}} {count}')
        self._lines.append(f"streetaudit_edge_{name}_sum {_number(values.total)}")
        self._lines.append(f"streetaudit_edge_{name}_count {values.number}")

    def text(self) -> str:
        """The page."""
        return "\n".join(self._lines) + "\n"

    def _head(self, name: str, kind: str, says: str) -> None:
        self._lines += [f"# HELP streetaudit_edge_{name} {says}", f"# TYPE streetaudit_edge_{name} {kind}"]


def _labels(labels: Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items()) + "}"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
