"""Cases out of the house: GeoJSON, CSV and XLSX with the properties of the contract."""

from __future__ import annotations

import csv
import json
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from typing import IO, Any

from streetaudit.io.whole_file import TextTarget, binary_target, text_target
from streetaudit.structures.case import Case, CaseState

#: What leaves the house unless asked otherwise: not what is on trial, nor what people said is none or is another.
EXPORTED_STATES = frozenset(CaseState) - {CaseState.SHADOW, CaseState.DISMISSED, CaseState.DUPLICATE}

#: In the order of the contract.
PROPERTIES = (
    "id",
    "problem",
    "state",
    "confidence",
    "error_m",
    "first_seen",
    "last_seen",
    "passes",
    "sightings",
    "cell",
    "responsible",
    "code",
    "rule",
    "rule_version",
    "due_at",
    "evidence",
)
COLUMNS = (*PROPERTIES[:4], "lat", "lon", *PROPERTIES[4:])

#: A spreadsheet takes a text that begins so for a formula (OWASP, CSV injection), full-width forms included.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
#: Not allowed in XML 1.0, so in no XLSX either.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
#: Rows of a sheet, the header among them (ECMA-376 limits a sheet to 2^20).
_SHEET_ROWS = 1_048_576


def write_geojson(
    cases: Iterable[Case], out: Path | IO[str], *, timezone: tzinfo, states: frozenset[CaseState] = EXPORTED_STATES
) -> int:
    """The number of features written: an RFC 7946 collection, one case at a time.

    A case without a place is a feature without a geometry. Positions are WGS 84, longitude first, so no crs member.

    Args:
        cases: In any order; only those of `states` are written.
        out: A file, replaced as a whole at the end, or an open text stream.
        timezone: The city's, for the offset of every time.
        states: Which cases leave the house.

    Raises:
        StoreError: If the file cannot be written.
    """
    with text_target(out) as stream:
        stream.write('{"type": "FeatureCollection", "features": [')
        count = 0
        for count, case in enumerate(_leaving(cases, states), start=1):
            stream.write(",\n" if count > 1 else "\n")
            json.dump(_feature(case, timezone), stream, ensure_ascii=False, allow_nan=False)
        stream.write("\n]}\n")
    return count


def write_csv(
    cases: Iterable[Case],
    out: Path | IO[str],
    *,
    timezone: tzinfo,
    states: frozenset[CaseState] = EXPORTED_STATES,
    bom: bool = False,
) -> int:
    """The number of cases written as lines of CSV (RFC 4180), texts that look like formulas disarmed.

    With `bom` the file begins with a byte order mark, without which Excel takes UTF-8 for something else.

    Raises:
        StoreError: If the file cannot be written.
    """
    with text_target(out) as stream:
        if bom:
            stream.write("\ufeff")
        return _write_lines(stream, _leaving(cases, states), timezone)


def write_xlsx(
    cases: Iterable[Case], out: Path | IO[bytes], *, timezone: tzinfo, states: frozenset[CaseState] = EXPORTED_STATES
) -> int:
    """The number of cases written as rows of a workbook, a further sheet wherever one is full.

    Raises:
        StoreError: If the file cannot be written.
    """
    with tempfile.TemporaryFile() as whole, binary_target(out) as stream:
        count = _write_book(whole, _leaving(cases, states), timezone)
        whole.seek(0)
        shutil.copyfileobj(whole, stream)  # zipfile seeks and cannot be stopped halfway; a pipe or a full disk may
    return count


def _leaving(cases: Iterable[Case], states: frozenset[CaseState]) -> Iterator[Case]:
    return (case for case in cases if case.state in states)


def _feature(case: Case, timezone: tzinfo) -> dict[str, Any]:
    place = case.place
    # Seven decimals are a centimetre; RFC 7946, section 11.2, asks not to claim more than is known.
    point = None if place is None else {"type": "Point", "coordinates": [round(place.lon, 7), round(place.lat, 7)]}
    properties = _properties(case, timezone)
    return {"type": "Feature", "id": properties["id"], "geometry": point, "properties": properties}


def _properties(case: Case, timezone: tzinfo) -> dict[str, Any]:
    properties: dict[str, Any] = {name: getattr(case, name) for name in PROPERTIES if name != "error_m"}
    for name in ("first_seen", "last_seen", "due_at"):
        properties[name] = _local(properties[name], timezone)
    properties |= {
        "id": str(case.id),
        "state": case.state.value,
        "confidence": round(case.confidence, 4),
        "error_m": None if case.place is None else round(case.place.error_m, 2),
    }
    return {name: properties[name] for name in PROPERTIES}


def _local(time: datetime | None, timezone: tzinfo) -> str | None:
    return None if time is None else time.astimezone(timezone).isoformat(timespec="seconds")


def _line(case: Case, timezone: tzinfo) -> list[Any]:
    lat, lon = (None, None) if case.place is None else (round(case.place.lat, 7), round(case.place.lon, 7))
    properties = {**_properties(case, timezone), "lat": lat, "lon": lon}
    return [properties[name] for name in COLUMNS]


def _write_lines(stream: TextTarget, cases: Iterable[Case], timezone: tzinfo) -> int:
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    count = 0
    for case in cases:
        writer.writerow([_safe(value) for value in _line(case, timezone)])
        count += 1
    return count


def _write_book(stream: IO[bytes], cases: Iterable[Case], timezone: tzinfo) -> int:
    from openpyxl import Workbook  # 0.3 s that only this format costs

    book = Workbook(write_only=True)  # rows go to a temporary file, not to memory
    count, sheet = 0, _sheet(book, 1)
    try:
        for case in cases:
            if count and count % (_SHEET_ROWS - 1) == 0:
                sheet = _sheet(book, 1 + count // (_SHEET_ROWS - 1))
            sheet.append([_safe(value) for value in _line(case, timezone)])
            count += 1
    except BaseException:
        for begun in book.worksheets:
            begun.close()  # else openpyxl complains on stderr once it is collected
        raise
    book.save(stream)
    return count


def _safe(value: object) -> object:
    """A cell that no spreadsheet runs: an apostrophe before what looks like a formula; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", value)
    return "'" + text if _FORMULA.match(text.lstrip(" ") or " ") else text


def _sheet(book: Any, number: int) -> Any:
    sheet = book.create_sheet("cases" if number == 1 else f"cases {number}")
    sheet.freeze_panes = "A2"
    sheet.append(list(COLUMNS))
    return sheet
