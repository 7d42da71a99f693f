"""The processes that a process has started and not yet buried."""

import os
from pathlib import Path


def children(pid: int | None = None) -> set[int]:
    """Process ids of the children of a process, of this one by default."""
    found: set[int] = set()
    for thread in Path(f"/proc/{pid or os.getpid()}/task").iterdir():
        found |= {int(child) for child in (thread / "children").read_text().split()}
    return found


def is_alive(pid: int) -> bool:
    """True unless the process is gone or only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
