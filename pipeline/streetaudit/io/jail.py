"""Children that touch untrusted bytes: started with little, limited, and never left behind."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO

#: linux/prctl.h
_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38

#: What a child may know of our environment: enough to start Python, no secrets.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "VIRTUAL_ENV", "TMPDIR")

#: Exit status of a child whose parent was already gone when it came to life.
ORPHANED = 96


@dataclass(frozen=True, slots=True)
class JailLimits:
    """What a child may use.

    Attributes:
        memory_bytes: Address space (RLIMIT_AS).
        cpu_s: Processor time.
        open_files: File descriptors.
        file_bytes: Largest file it may write (its only files are anonymous memory).
    """

    memory_bytes: int = 3 << 30
    cpu_s: int = 4 * 3600
    open_files: int = 32
    file_bytes: int = 64 << 20


def start_child(
    module: str, job: Mapping[str, object], *, pass_fds: tuple[int, ...], stdout: IO[bytes] | int, stderr: IO[bytes]
) -> subprocess.Popen[bytes]:
    """A running `python -m module JOB`; the job travels as JSON with our process id as `parent`.

    The working directory is kept off the module path (-P): a folder of footage that holds an
    `av.py` must not become our decoder.
    """
    told = json.dumps({**job, "parent": os.getpid()})
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    environment["OPENBLAS_NUM_THREADS"] = "1"  # its threads would reserve address space that counts against the limit
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, told],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        pass_fds=pass_fds,
        env=environment,
    )


def tie_to_parent(parent_pid: int) -> None:
    """Make the kernel kill this process when the thread that started it ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if os.getppid() != parent_pid:  # it died before the line above
        os._exit(ORPHANED)


def enter_jail(limits: JailLimits) -> None:
    """Limit this process; call it after the imports and before the first untrusted byte."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_s),
        (resource.RLIMIT_NOFILE, limits.open_files),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(what)
        allowed = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (allowed, allowed))


def end_child(child: subprocess.Popen[bytes], *, patience_s: float = 0.0) -> int | None:
    """The exit status of a child that is dead now; None if the kernel cannot end it.

    SIGKILL also ends a stopped child. Only one that sleeps in a broken device survives it.

    Args:
        child: The child.
        patience_s: How long it may take to end by itself.
    """
    for last_resort in (False, True):
        try:
            return child.wait(timeout=5.0 if last_resort else patience_s)
        except subprocess.TimeoutExpired:
            child.kill()
    return None


def how_it_died(status: int | None) -> str:
    """An exit status in words.

    >>> how_it_died(-11), how_it_died(1)
    ('was ended by SIGSEGV', 'gave up with status 1')
    """
    if status is None:
        return "cannot be ended: the disk or network drive may be broken"
    if status < 0:
        return f"was ended by {signal.Signals(-status).name}"
    return f"gave up with status {status}"
