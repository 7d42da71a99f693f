"""Shares with what is known of them, agreement of reviewers, decisions by the hour."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from streetaudit.io.store.desk import Opinion
from streetaudit.io.store.insight import Decided

_Z = 1.959964  # 95 %


@dataclass(frozen=True, slots=True)
class Share:
    """A share of some cases, and the interval that holds the true one 95 times in 100 (Wilson 1927)."""

    part: int
    whole: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share itself, 0 where there is nothing to share."""
        return self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """How many of what a camera raised of a problem were confirmed."""

    problem: str
    camera: str
    accepted: Share


@dataclass(frozen=True, slots=True)
class Reviewer:
    """How a reviewer's words compare.

    Attributes:
        name: Of the account.
        second: Second opinions given that agree with the first.
        gold: Answers to gold cases that are right.
        per_hour: Decisions in an hour of work: pauses of more than five minutes are none.
    """

    name: str
    second: Share
    gold: Share
    per_hour: float | None


def share(part: int, whole: int) -> Share:
    """The share with its interval.

    >>> found = share(8, 10)
    >>> round(found.low, 3), round(found.high, 3)
    (0.49, 0.943)
    """
    if whole == 0:
        return Share(0, 0, 0.0, 1.0)
    p, zz = part / whole, _Z * _Z
    middle = (p + zz / (2 * whole)) / (1 + zz / whole)
    half = _Z * math.sqrt(p * (1 - p) / whole + zz / (4 * whole * whole)) / (1 + zz / whole)
    return Share(part, whole, max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half)))


def acceptance(decided: Iterable[Decided]) -> list[Row]:
    """Confirmed of decided, by problem and camera."""
    return [Row(one.problem, one.camera, share(one.confirmed, one.confirmed + one.dismissed)) for one in decided]


def kappa(opinions: Iterable[Opinion]) -> float | None:
    """Cohen's kappa of first and second words, gold cases left out; None where chance alone explains all.

    1 is full agreement, 0 what two coins would reach.
    """
    pairs = Counter((one.first_decision, one.decision) for one in opinions if not one.is_gold)
    n = sum(pairs.values())
    if n == 0:
        return None
    agreed = sum(count for (first, second), count in pairs.items() if first == second) / n
    words = {word for pair in pairs for word in pair}
    firsts = {word: sum(c for (first, _), c in pairs.items() if first == word) / n for word in words}
    seconds = {word: sum(c for (_, second), c in pairs.items() if second == word) / n for word in words}
    chance = sum(firsts[word] * seconds[word] for word in words)
    return None if chance >= 1.0 else (agreed - chance) / (1.0 - chance)


def reviewers(opinions: Sequence[Opinion], times: Iterable[tuple[str, datetime]]) -> list[Reviewer]:
    """Everybody who decided or gave an opinion, by name."""
    decided: dict[str, list[datetime]] = defaultdict(list)
    for name, at in times:
        decided[name].append(at)
    names = sorted({*decided, *(one.reviewer for one in opinions)})
    return [
        Reviewer(
            name,
            _agreeing(one for one in opinions if one.reviewer == name and not one.is_gold),
            _agreeing(one for one in opinions if one.reviewer == name and one.is_gold),
            pace(decided[name]),
        )
        for name in names
    ]


def pace(times: Iterable[datetime], *, pause_s: float = 300.0) -> float | None:
    """Decisions in an hour of work; longer pauses are none. None where too few tell.

    >>> from datetime import timedelta
    >>> start = datetime(2026, 1, 1)
    >>> pace([start, start + timedelta(seconds=4), start + timedelta(seconds=8), start + timedelta(days=1)])
    900.0
    """
    ordered = sorted(times)
    steps = [(b - a).total_seconds() for a, b in pairwise(ordered)]
    worked = [step for step in steps if step <= pause_s]
    return 3600.0 * len(worked) / sum(worked) if sum(worked) > 0 else None


def by_hour(times: Iterable[tuple[str, datetime]], zone: ZoneInfo) -> list[int]:
    """How many decisions fell into each hour of the city's day."""
    hours = Counter(at.astimezone(zone).hour for _, at in times)
    return [hours[hour] for hour in range(24)]


def _agreeing(opinions: Iterable[Opinion]) -> Share:
    agreed = [one.agrees for one in opinions]
    return share(sum(agreed), len(agreed))
