"""The city's zones and cells, read from GeoJSON."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import get_args

from streetaudit.errors import MapError
from streetaudit.io.geojson import Feature, read_features
from streetaudit.structures.city import Cell, Zone, ZoneKind

KINDS: tuple[ZoneKind, ...] = get_args(ZoneKind)


def read_zones(paths: Iterable[Path]) -> tuple[Zone, ...]:
    """The zones of all files, in order; an unnamed one is called by its kind and number.

    Raises:
        MapError: Naming the file, the feature and what to do.
    """
    return tuple(_zone(feature) for path in paths for feature in read_features(path))


def read_cells(path: Path) -> tuple[Cell, ...]:
    """The unit-grid cells of a file.

    Raises:
        MapError: Naming the file, the feature and what to do; also where a code appears twice.
    """
    cells: dict[str, Cell] = {}
    for feature in read_features(path):
        cell = _cell(feature)
        if cell.code in cells:
            raise feature.refusal(f"code {cell.code!r} is there already; a cell of several parts is one MultiPolygon")
        cells[cell.code] = cell
    if not cells:
        raise MapError(f"{path}: holds no cells; take the line out of [city] to use provisional 100 m cells")
    return tuple(cells.values())


def _zone(feature: Feature) -> Zone:
    kind = _kind(feature)
    valid_from, valid_to = _day(feature, "valid_from"), _day(feature, "valid_to")
    if valid_from and valid_to and valid_to < valid_from:
        raise feature.refusal(f"valid_to {valid_to} is before valid_from {valid_from}; swap or mend the dates")
    return Zone(
        kind=kind,
        polygons=feature.polygons,
        name=feature.text("name") or f"{kind} {feature.number}",
        hours=feature.text("hours") or "24/7",
        valid_from=valid_from,
        valid_to=valid_to,
        responsible=feature.text("responsible"),
        shadow=_flag(feature, "shadow"),
    )


def _cell(feature: Feature) -> Cell:
    code = feature.text("code")
    if code is None:
        raise feature.refusal("a cell without a code; write its unit-grid code as text")
    return Cell(
        code=code,
        polygons=feature.polygons,
        street=feature.text("street"),
        community=feature.text("community"),
        responsible=feature.text("responsible"),
    )


def _kind(feature: Feature) -> ZoneKind:
    word = feature.text("kind")
    for kind in KINDS:
        if word == kind:
            return kind
    near = difflib.get_close_matches(word or "", KINDS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"want one of {', '.join(KINDS)}"
    raise feature.refusal(f"kind is {word!r}; {hint}")


def _day(feature: Feature, key: str) -> date | None:
    word = feature.text(key)
    if word is None:
        return None
    try:
        return date.fromisoformat(word)
    except ValueError as error:
        raise feature.refusal(f"{key} is {word!r}; write a day like 2026-12-31") from error


def _flag(feature: Feature, key: str) -> bool:
    value = feature.properties.get(key)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise feature.refusal(f"{key} is {value!r}; write true or false without quotes")
