"""Clicked points of a file: CSV with the columns u, v, lat, lon, or JSON with the same names."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from streetaudit.errors import ConfigError
from streetaudit.io.whole_file import advice
from streetaudit.structures.points import ClickedPoint

#: Nobody clicks more.
_MOST_BYTES = 1_000_000
_COLUMNS = ("u", "v", "lat", "lon")


def read_points(path: Path) -> tuple[ClickedPoint, ...]:
    """The points of a file, in its order.

    JSON may be a list of objects with these names, a list of [u, v, lat, lon], or an object with such a list as
    "points".

    Raises:
        ConfigError: If the file cannot be read or a point is none; the message says which.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot read {path}: {advice(error)}") from error
    if len(data) > _MOST_BYTES:
        raise ConfigError(f"{path} is larger than {_MOST_BYTES} bytes: that is no file of clicked points")
    try:
        text = data.decode("utf-8-sig")
        rows = list(_json_rows(text) if text.lstrip()[:1] in ("[", "{") else _csv_rows(text))
    except ValueError as error:
        raise ConfigError(f"{path}: {error}") from error
    return tuple(_point(row, f"{path}, point {number}") for number, row in enumerate(rows, start=1))


def _csv_rows(text: str) -> Iterator[list[Any]]:
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in _COLUMNS if name not in names]
    if missing:
        raise ValueError(f"want the columns u, v, lat, lon in the first line; {', '.join(missing)} missing")
    reader.fieldnames = names
    for row in reader:
        yield [row[name] for name in _COLUMNS]


def _json_rows(text: str) -> Iterator[list[Any]]:
    match json.loads(text):
        case [*rows] | {"points": [*rows]}:
            for row in rows:
                yield [row.get(name) for name in _COLUMNS] if isinstance(row, dict) else row
        case _:
            raise ValueError('want a list of points, or an object with such a list as "points"')


def _point(row: object, where: str) -> ClickedPoint:
    if not isinstance(row, list) or len(row) != len(_COLUMNS):
        raise ConfigError(f"{where}: want the four numbers u, v, lat, lon; got {row!r}")
    try:
        return ClickedPoint(*(float(value) for value in row))
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: want the four numbers u, v, lat, lon; got {row!r}") from error
