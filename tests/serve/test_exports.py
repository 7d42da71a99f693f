"""Exports over HTTP: as the command writes them, piece by piece, no formula alive."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from typing import Any

import openpyxl
import pytest

from serve.client import bearing, signed_in
from serve.conftest import Site
from serve.scene import add_token
from serve.test_pages import poisoned
from streetaudit.io.store.values import Area
from streetaudit_serve.pipe import piped


def test_the_three_formats_hold_the_same_cases(site: Site) -> None:
    client = bearing(site.app, add_token(site.store, "lena", "export"))
    answers = {kind: client.get(f"/api/v1/export/cases.{kind}") for kind in ("geojson", "csv", "xlsx")}
    assert {answer.status_code for answer in answers.values()} == {200}
    points = {one["id"] for one in json.loads(answers["geojson"].text)["features"]}
    lines = {row["id"] for row in csv.DictReader(io.StringIO(answers["csv"].text))}
    sheet = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content)).active
    rows = {str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert points == lines == rows == {str(case) for case in site.cases}
    assert answers["csv"].headers["content-disposition"] == 'attachment; filename="cases.csv"'
    assert [row.what for row in site.store.audit_rows(3)] == ["export.xlsx", "export.csv", "export.geojson"]


def test_filters_and_areas_hold(site: Site) -> None:
    client = signed_in(site.app)
    text = client.get("/api/v1/export/cases.csv", params={"problem": "litter", "bom": "true"}).content
    assert text.startswith(b"\xef\xbb\xbf")
    assert {row["problem"] for row in csv.DictReader(io.StringIO(text.decode("utf-8-sig")))} == {"litter"}
    site.store.set_area("mei", Area(("99",)))
    assert len(client.get("/api/v1/export/cases.csv").text.splitlines()) == 1


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", "\t=1", "＝1"])
def test_no_formula_leaves_the_house(site: Site, formula: str) -> None:
    poisoned(site, formula)
    client = signed_in(site.app)
    rows = list(csv.reader(io.StringIO(client.get("/api/v1/export/cases.csv").text)))
    cells = [cell for row in rows for cell in row if cell.lstrip("' \t").startswith(formula.strip())]
    assert cells
    assert all(cell.startswith("'") for cell in cells)
    book = openpyxl.load_workbook(io.BytesIO(client.get("/api/v1/export/cases.xlsx").content))
    assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)


def test_a_slow_reader_makes_the_writer_wait_and_one_that_leaves_ends_it() -> None:
    written: list[int] = []

    def write(out: Any) -> None:
        for number in range(10_000):
            out.write(b"x" * 65536)
            written.append(number)

    pieces = piped(write)
    next(pieces)
    time.sleep(0.2)
    assert len(written) < 30
    pieces.close()  # type: ignore[attr-defined]  # it is a generator
    time.sleep(1.2)
    assert not any(thread.name == "export" for thread in threading.enumerate())


def test_what_goes_wrong_while_writing_comes_out() -> None:
    def write(out: Any) -> None:
        out.write("begun")
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        list(piped(write))
