"""Who a process is, so that another one can tell whether it still lives."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> str:
    """A name that no other process has had or will have: machine, boot, process namespace, id and start."""
    return "|".join((*_home(), str(os.getpid()), _started(os.getpid())))


def is_gone(name: str) -> bool:
    """True if the process of this name certainly lives no longer; False also where that cannot be told from here.

    >>> is_gone(this_process())
    False
    """
    parts = name.split("|")
    if len(parts) != 5 or parts[0] != _home()[0]:
        return False
    if parts[1] != _home()[1]:
        return True  # this machine has been started anew since
    return parts[2] == _home()[2] and _started(int(parts[3])) != parts[4]


def available_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def out_of_memory_kills() -> int:
    """How many processes the kernel has ended on this machine because memory ran out, 0 where it does not say."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)


def _home() -> tuple[str, str, str]:
    """Machine, boot, and process namespace: ids of another one mean nothing here."""
    return (
        platform.node().replace("|", "_"),
        _BOOT.read_text(encoding="ascii").strip(),
        str(Path("/proc/self/ns/pid").readlink()),
    )


def _started(pid: int) -> str:
    """When a process began, in ticks since the boot; "" if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the name before may hold anything
    return "" if fields[0] == "Z" else fields[19]  # proc(5): state, then the 22nd field
