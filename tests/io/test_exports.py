import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from store.disks import small_disk
from streetaudit.errors import StoreError
from streetaudit.io import exports
from streetaudit.io.exports import COLUMNS, PROPERTIES, write_csv, write_geojson, write_xlsx
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.place import Place

SHANGHAI = ZoneInfo("Asia/Shanghai")
EVENING = datetime(2026, 3, 1, 18, 30, 15, 999_999, tzinfo=UTC)


def case(number: int = 1, **changed: Any) -> Case:
    made = Case(
        id=UUID(int=number),
        problem="litter",
        state=CaseState.CONFIRMED,
        place=Place(36.123456789, 118.987654321, 2.3456),
        confidence=0.87654321,
        first_seen=EVENING,
        last_seen=EVENING,
        passes=2,
        sightings=3,
        cell="370303001",
        responsible="环卫所",
        code="0101",
        rule="litter-anywhere",
        rule_version="abc123",
        due_at=None,
        version=4,
        evidence="ab/abc.jpg",
    )
    return replace(made, **changed)


def as_geojson(cases: Iterable[Case], **options: Any) -> Any:
    out = io.StringIO()
    write_geojson(cases, out, timezone=SHANGHAI, **options)
    return json.loads(out.getvalue())


def as_rows(cases: Iterable[Case], **options: Any) -> list[dict[str, str]]:
    out = io.StringIO(newline="")
    write_csv(cases, out, timezone=SHANGHAI, **options)
    return list(csv.DictReader(io.StringIO(out.getvalue(), newline="")))


def as_cells(cases: Iterable[Case], path: Path) -> list[list[Any]]:
    write_xlsx(cases, path, timezone=SHANGHAI)
    book = load_workbook(path)
    return [list(row) for sheet in book for row in sheet.iter_rows()]


class TestGeoJson:
    def test_is_a_collection_with_the_properties_of_the_contract(self) -> None:
        collection = as_geojson([case()])
        assert set(collection) == {"type", "features"}  # no crs member: RFC 7946, section 4
        assert collection["features"] == [
            {
                "type": "Feature",
                "id": str(UUID(int=1)),
                "geometry": {"type": "Point", "coordinates": [118.9876543, 36.1234568]},
                "properties": {
                    "id": str(UUID(int=1)),
                    "problem": "litter",
                    "state": "confirmed",
                    "confidence": 0.8765,
                    "error_m": 2.35,
                    "first_seen": "2026-03-02T02:30:15+08:00",
                    "last_seen": "2026-03-02T02:30:15+08:00",
                    "passes": 2,
                    "sightings": 3,
                    "cell": "370303001",
                    "responsible": "环卫所",
                    "code": "0101",
                    "rule": "litter-anywhere",
                    "rule_version": "abc123",
                    "due_at": None,
                    "evidence": "ab/abc.jpg",
                },
            }
        ]
        assert tuple(collection["features"][0]["properties"]) == PROPERTIES

    @pytest.mark.parametrize("count", [0, 1, 2, 100])
    def test_any_number_of_cases_is_valid(self, count: int) -> None:
        collection = as_geojson(case(number) for number in range(count))
        assert [feature["id"] for feature in collection["features"]] == [str(UUID(int=n)) for n in range(count)]

    def test_no_place_is_no_geometry_and_never_null_island(self) -> None:
        (feature,) = as_geojson([case(place=None)])["features"]
        assert (feature["geometry"], feature["properties"]["error_m"]) == (None, None)

    def test_any_text_survives(self) -> None:
        text = '"},{"x":"\u2028\n\t<script>环卫\x00'
        assert as_geojson([case(responsible=text)])["features"][0]["properties"]["responsible"] == text

    def test_cases_are_written_as_they_come(self) -> None:
        written: list[int] = []
        out = io.StringIO()

        def coming() -> Iterator[Case]:
            for number in range(3):
                written.append(out.getvalue().count('"Feature"'))
                yield case(number)

        assert write_geojson(coming(), out, timezone=SHANGHAI) == 3
        assert written == [0, 1, 2]


@pytest.mark.parametrize("state", CaseState)
def test_what_leaves_the_house(state: CaseState) -> None:
    stays = {CaseState.SHADOW, CaseState.DISMISSED, CaseState.DUPLICATE}
    assert len(as_geojson([case(state=state)])["features"]) == (state not in stays)
    assert len(as_rows([case(state=state)])) == (state not in stays)
    assert len(as_rows([case(state=state)], states=frozenset({state}))) == 1


FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＠x",
    " =1",
    '=HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
]
HARMLESS = ["", "a=b", "环卫所", "'quoted", "1-2", "x@y", 'a,b;c"d\ne']


@pytest.mark.parametrize("text", FORMULAS, ids=repr)
def test_formulas_are_disarmed(text: str, tmp_path: Path) -> None:
    (row,) = as_rows([case(responsible=text, cell=text, code=text)])
    assert [row[name] for name in ("responsible", "cell", "code")] == ["'" + text] * 3
    _, cells = as_cells([case(responsible=text)], tmp_path / "x.xlsx")
    cell = cells[COLUMNS.index("responsible")]
    assert cell.data_type == "s"
    assert cell.value == "'" + text.replace("\r", "\n")  # XML knows one kind of line end


@pytest.mark.parametrize("text", HARMLESS, ids=repr)
def test_other_texts_stay_as_they_are(text: str, tmp_path: Path) -> None:
    assert as_rows([case(responsible=text)])[0]["responsible"] == text
    _, cells = as_cells([case(responsible=text)], tmp_path / "x.xlsx")
    assert (cells[COLUMNS.index("responsible")].value or "") == text


def test_numbers_stay_numbers_also_below_nought(tmp_path: Path) -> None:
    south_west = case(place=Place(-33.5, -70.6, 2.0))
    (row,) = as_rows([south_west])
    assert (row["lat"], row["lon"]) == ("-33.5", "-70.6")
    _, cells = as_cells([south_west], tmp_path / "x.xlsx")
    assert [cells[COLUMNS.index(name)].value for name in ("lat", "lon", "passes")] == [-33.5, -70.6, 2]


def test_csv_has_the_contract_s_columns_and_empty_cells_for_nothing() -> None:
    (row,) = as_rows([case(place=None, cell=None)])
    assert tuple(row) == COLUMNS
    assert (row["lat"], row["error_m"], row["cell"], row["due_at"]) == ("", "", "", "")
    assert row["first_seen"] == "2026-03-02T02:30:15+08:00"


@pytest.mark.parametrize("bom", [True, False])
def test_csv_is_utf_8_with_a_mark_if_asked(tmp_path: Path, bom: bool) -> None:
    path = tmp_path / "cases.csv"
    assert write_csv([case()], path, timezone=SHANGHAI, bom=bom) == 1
    written = path.read_bytes()
    assert written.startswith(b"\xef\xbb\xbfid,problem" if bom else b"id,problem")
    assert "环卫所".encode() in written
    assert written.count(b"\r\n") == 2


def test_xlsx_is_one_sheet_with_a_header_that_stays(tmp_path: Path) -> None:
    path = tmp_path / "cases.xlsx"
    assert write_xlsx([case(1), case(2)], path, timezone=SHANGHAI) == 2
    book = load_workbook(path)
    sheet = book["cases"]
    assert book.sheetnames == ["cases"]
    assert sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == list(COLUMNS)
    assert sheet.max_row == 3


def test_xlsx_goes_on_on_another_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "_SHEET_ROWS", 4)
    path = tmp_path / "cases.xlsx"
    assert write_xlsx((case(number) for number in range(7)), path, timezone=SHANGHAI) == 7
    book = load_workbook(path)
    assert {sheet.title: sheet.max_row for sheet in book} == {"cases": 4, "cases 2": 4, "cases 3": 2}


def test_xlsx_takes_characters_that_xml_does_not(tmp_path: Path) -> None:
    _, cells = as_cells([case(responsible="a\x00b\x1b[2J\ud800")], tmp_path / "x.xlsx")
    assert cells[COLUMNS.index("responsible")].value == "a\ufffdb\ufffd[2J\ufffd"


WRITERS = [write_geojson, write_csv, write_xlsx]


@pytest.mark.parametrize("write", WRITERS)
class TestFiles:
    def test_a_failure_leaves_the_old_file(self, tmp_path: Path, write: Any) -> None:
        path = tmp_path / "cases.out"
        path.write_text("yesterday")

        def breaks() -> Iterator[Case]:
            yield case()
            raise KeyError("store")

        with pytest.raises(KeyError):
            write(breaks(), path, timezone=SHANGHAI)
        assert [file.name for file in tmp_path.iterdir()] == ["cases.out"]
        assert path.read_text() == "yesterday"

    def test_no_such_folder_is_explained(self, tmp_path: Path, write: Any) -> None:
        with pytest.raises(StoreError, match="create it"):
            write([case()], tmp_path / "none" / "cases.out", timezone=SHANGHAI)

    def test_a_folder_of_that_name_is_explained(self, tmp_path: Path, write: Any) -> None:
        (tmp_path / "cases.out").mkdir()
        with pytest.raises(StoreError, match="name a file"):
            write([case()], tmp_path / "cases.out", timezone=SHANGHAI)

    def test_a_full_disk_is_explained(self, tmp_path: Path, write: Any) -> None:
        with small_disk(tmp_path / "disk", size="16k") as disk:
            long = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(20_000))  # packs badly
            with pytest.raises(StoreError, match="free some space"):
                write((case(n, responsible=long) for n in range(20)), disk / "cases.out", timezone=SHANGHAI)
            assert list(disk.iterdir()) == []
