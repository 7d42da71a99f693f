"""A night of small clips, a batch of its own process, and the tables that come of it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from scene import CONFIG, START, Thing, write_config, write_drive

THINGS = (
    Thing("litter", 3.0, 30.0),
    Thing("litter", -4.0, 35.0),
    Thing("overflowing_bin", 3.2, 22.0, 1.0),
    Thing("bin", -3.0, 25.0, 1.0),
)

#: Columns that say when a row was written, and rows that say how: these may differ between two runs of one night.
_WHEN = {"runs": {"stored_at"}, "work_items": {"owner", "fence", "took_s"}}
TABLES = ("runs", "sightings", "cases", "case_places", "case_counts", "work_items")


def write_night(folder: Path, clips: int, *, seconds: float = 4.0, config: str = CONFIG) -> Path:
    """A folder of clips of one street, some minutes apart, with traces and detections beside them."""
    footage = folder / "footage"
    footage.mkdir(parents=True)
    write_config(folder, config)
    for number in range(clips):
        write_drive(
            footage, THINGS, name=f"drive{number:03}", seconds=seconds, start=START + timedelta(minutes=10 * number)
        )
    return footage


def start_batch(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    """`streetaudit batch` as a process group of its own."""
    command = [sys.executable, "-m", "streetaudit", "batch", str(folder / "footage"), "--detections", "--json"]
    command += ["--config", str(folder / "streetaudit.toml"), *options]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, env=dict(os.environ)
    )


def tables(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of what a night leaves behind, without the times at which it was written."""
    with sqlite3.connect(folder / "cases.sqlite3") as db:
        return {table: _rows(db, table) for table in TABLES}


def _rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    kept = [name for name in names if name not in _WHEN.get(table, ())]
    return db.execute(f"SELECT {', '.join(kept)} FROM {table} ORDER BY 1").fetchall()  # noqa: S608 - our own names


def looks_begun(folder: Path) -> int:
    """How often a clip was handed to a worker."""
    with sqlite3.connect(folder / "cases.sqlite3") as db:
        return int(db.execute("SELECT sum(fence) FROM work_items").fetchone()[0])


def workers_of(pid: int) -> Sequence[int]:
    """Process ids of the workers of a batch."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        pids = [int(text) for text in children.read_text().split()]
        return [child for child in pids if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
    except OSError:
        return []
