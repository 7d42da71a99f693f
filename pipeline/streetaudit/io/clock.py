"""The one place that reads a clock; tests hand in their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Wall time for people, monotonic time for durations and watchdogs.

    Attributes:
        now: Aware UTC time; may jump, so never measure with it.
        monotonic_s: Seconds that only grow; the origin means nothing.
    """

    now: Callable[[], datetime] = _utc_now
    monotonic_s: Callable[[], float] = time.monotonic


SYSTEM_CLOCK = Clock()
