"""What this box knows of the time of day: a small computer without a battery starts in 1970."""

from __future__ import annotations

import ctypes
from datetime import UTC, datetime
from pathlib import Path

from streetaudit.io.clock import Clock

#: Nothing was built with this program before.
_EARLIEST = datetime(2026, 1, 1, tzinfo=UTC)
#: linux/timex.h: adjtimex returns it while nobody has set the clock.
_TIME_ERROR = 5


def kernel_says_synced() -> bool:
    """True if a time service has set the kernel's clock."""
    buffer = ctypes.create_string_buffer(256)  # struct timex, all zero: only asks
    state = int(ctypes.CDLL(None, use_errno=True).adjtimex(buffer))
    return 0 <= state < _TIME_ERROR


def is_plausible(clock: Clock) -> bool:
    """True if the wall clock does not say something that cannot be."""
    return clock.now() >= _EARLIEST


def boot_id() -> str:
    """Names the time since this machine was switched on; the monotonic clock goes on as long as it stays the same."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
