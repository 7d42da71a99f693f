"""A clip's looks as one packed column, and back."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import RowMapping

from streetaudit.errors import StoreError
from streetaudit.io.store.footage_rows import storable
from streetaudit.structures.camera import Camera
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.ground import COLUMNS, Ground
from streetaudit.structures.run import ClipRun

#: Farther from the way than this no spot was looked at.
REACH_M = 60.0
#: Column by column, little-endian: equal bytes then stand together and pack well.
_COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("time_s", "<f8", 1),
    ("place_m", "<f4", 2),
    ("heading_deg", "<f4", 1),
    ("error_m", "<f4", 1),
    ("frames", "<i4", 1),
    ("seconds", "<f4", 1),
    ("light", "<u1", 1),
    ("sharp", "<u1", 1),
    ("hidden", "<u1", COLUMNS),
)


def ground_row(run: ClipRun, ground: Ground) -> dict[str, Any]:
    """The columns of a clip's looks."""
    west, south, east, north = ground.box(REACH_M)
    start, centre = run.started_at, ground.camera.centre_px
    return {
        "clip_sha256": run.clip_sha256,
        "clip_name": storable(run.clip_name),
        "camera": run.camera,
        "started_at": start,
        "ended_at": None if start is None else start + timedelta(seconds=float(ground.time_s[-1])),
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "facts": {
            "camera": {**asdict(ground.camera), "centre_px": None if centre is None else list(centre)},
            "image_size": list(ground.image_size),
            "origin": [ground.frame.lat, ground.frame.lon],
        },
        "looks": _packed(ground),
    }


def ground_of(row: RowMapping | Mapping[str, Any]) -> Ground:
    """The looks in a row.

    Raises:
        StoreError: If the packed column is damaged.
    """
    facts = row["facts"]
    camera = facts["camera"]
    centre = camera["centre_px"]
    width, height = facts["image_size"]
    return Ground(
        camera=Camera(**{**camera, "centre_px": None if centre is None else (centre[0], centre[1])}),
        image_size=(width, height),
        frame=LocalFrame(*facts["origin"]),
        **_unpacked(row["looks"], row["clip_name"]),
    )


def _packed(ground: Ground) -> bytes:
    columns = [np.ascontiguousarray(getattr(ground, name), kind).tobytes() for name, kind, _ in _COLUMNS]
    return zlib.compress(b"".join(columns), 6)


def _unpacked(packed: bytes, clip: str) -> dict[str, Any]:
    try:
        data = zlib.decompress(packed)
    except zlib.error as error:
        raise StoreError(f"the coverage of {clip} is damaged ({error}): audit that clip again") from error
    wide = sum(np.dtype(kind).itemsize * width for _, kind, width in _COLUMNS)
    count, rest = divmod(len(data), wide)
    if rest:
        raise StoreError(f"the coverage of {clip} is damaged: audit that clip again")
    columns, start = {}, 0
    for name, kind, width in _COLUMNS:
        values = np.frombuffer(data, kind, count * width, start)
        columns[name] = values.reshape(count, width) if width > 1 else values
        start += values.nbytes
    return columns
