from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from streetaudit.io.png import write_png
from streetaudit.plot.drawing import scale_bar_m
from streetaudit.plot.night import PROBLEM_COLOURS, Known, Night, draw_night
from streetaudit.plot.page import to_page
from streetaudit.plot.raster import to_image
from streetaudit.plot.svg import to_svg
from streetaudit.plot.words import Language
from streetaudit.structures.case import Case, CaseState
from streetaudit.structures.city import Cell, Ring, Zone
from streetaudit.structures.geo import LocalFrame
from streetaudit.structures.place import Place

FRAME = LocalFrame(31.2, 121.5)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


def case(number: int = 1, east_m: float | None = 0.0, *, problem: str = "litter", error_m: float = 5.0) -> Case:
    place = None if east_m is None else Place(*FRAME.to_degrees(east_m, 0.0), error_m)
    return Case(
        id=UUID(int=number),
        problem=problem,
        state=CaseState.CANDIDATE,
        place=place,
        confidence=0.8,
        first_seen=NOON,
        last_seen=NOON,
        passes=1,
        sightings=1,
        cell=None,
        responsible=None,
        code=None,
        rule="r",
        rule_version="1",
        due_at=None,
        version=1,
    )


def square(east_m: float, north_m: float, side_m: float) -> Ring:
    corners = [(0, 0), (side_m, 0), (side_m, side_m), (0, side_m), (0, 0)]
    points = [FRAME.to_degrees(east_m + e, north_m + n) for e, n in corners]
    return tuple((lon, lat) for lat, lon in points)


def zone(name: str = "kerb") -> Zone:
    return Zone("no_parking", ((square(-20.0, -20.0, 40.0), square(-1.0, -1.0, 2.0)),), name=name)


NIGHT = Night(
    cases=(case(1, 0.0), case(2, 60.0, problem="overflowing_bin"), case(3, None)),
    zones=(zone(),),
    cells=(Cell("near", ((square(-10, -10, 100),),)), Cell("far", ((square(9000, 0, 100),),))),
    paths=([FRAME.to_degrees(-50, -8), FRAME.to_degrees(100, -8)], [FRAME.to_degrees(5, 5)]),
    truth=(Known(*FRAME.to_degrees(0.0, 3.0), "litter-1"),),
)


def shapes(night: Night) -> dict[str, int]:
    return {layer.name: len(layer.shapes) for layer in draw_night(night).layers}


def test_a_night_becomes_layers_and_far_cells_are_left_out() -> None:
    assert shapes(NIGHT) == {
        "cells": 1, "looked_at": 0, "no_parking": 1, "path": 1, "camera": 1, "error": 2, "truth": 1, "litter": 1,
        "overflowing_bin": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "night",
    [
        pytest.param(Night(()), id="nothing-at-all"),
        pytest.param(Night((case(1, None),)), id="no-place"),
        pytest.param(Night((), zones=(zone(),)), id="zones-only"),
        pytest.param(Night((), paths=([(31.2, 121.5)],)), id="a-fixed-camera"),
    ],
)
def test_a_poor_night_is_drawn_too(night: Night) -> None:
    drawing = draw_night(night)
    assert fromstring(to_svg(drawing)).get("viewBox")
    assert to_image(drawing, 300).shape[1] == 300


def test_the_svg_says_where_things_are_in_metres_north_up() -> None:
    svg = fromstring(to_svg(draw_night(NIGHT)))
    layers = {group.get("data-layer"): group for group in svg.iter(f"{SVG}g")}
    (bin_, _) = layers["overflowing_bin"].iter(f"{SVG}path")
    east, south = (float(part) for part in str(bin_.get("d"))[1:].removesuffix("h0").split())
    assert (east, south) == pytest.approx((60.0, 0.0), abs=0.01)
    assert bin_.get("data-key") == str(UUID(int=2))
    assert [float(str(c.get("r"))) for c in layers["error"].iter(f"{SVG}circle")] == [5.0, 5.0]
    west, top, width, height = (float(part) for part in str(svg.get("viewBox")).split())
    assert (west < -50, west + width > 100, top < -20, top + height > 20) == (True, True, True, True)


def test_the_picture_shows_a_case_in_its_colour_where_it_is() -> None:
    drawing = draw_night(replace(NIGHT, truth=()))
    image = to_image(drawing, 1200)
    west, _, east, north = drawing.bounds_m()
    px_per_m = 1200 / (east - west)
    at = image[round(north * px_per_m), round((60.0 - west) * px_per_m)]
    colour = PROBLEM_COLOURS["overflowing_bin"]
    assert tuple(at.tolist()) == tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def test_a_png_file_keeps_the_colours(tmp_path: Path) -> None:
    image = np.zeros((4, 5, 3), np.uint8)
    image[..., 0] = 200
    write_png(image, tmp_path / "a.png")
    read = cv2.imread(str(tmp_path / "a.png"))
    assert read is not None
    assert read[0, 0].tolist() == [0, 0, 200], "OpenCV reads blue first"


@pytest.mark.parametrize(
    ("language", "says"), [("en", ["litter", "without a place", "2026-03-01 20:00"]), ("zh-CN", ["暴露垃圾", "无位置"])]
)
def test_a_page_lists_every_case_in_the_city_s_time(language: Language, says: list[str]) -> None:
    page = to_page(draw_night(NIGHT), NIGHT.cases, made_at=NOON, timezone=ZoneInfo("Asia/Shanghai"), language=language)
    assert page.count("<tr data-key=") == 3
    assert all(words in page for words in says)
    assert "http" not in page.replace("http://www.w3.org/2000/svg", ""), "the page needs no network"


def test_names_that_are_markup_stay_text() -> None:
    hostile = "<script>alert(1)</script>"
    night = Night((replace(case(), problem=hostile, cell=hostile),), zones=(zone(hostile),))
    page = to_page(draw_night(night), night.cases, made_at=NOON, timezone=ZoneInfo("UTC"))
    assert hostile not in page
    assert page.count("<script>") == 1


@pytest.mark.parametrize(("metres_per_px", "bar_m"), [(1.0, 100.0), (0.03, 2.0), (0.9, 100.0), (13.0, 2000.0)])
def test_the_scale_bar_is_a_round_length(metres_per_px: float, bar_m: float) -> None:
    assert scale_bar_m(metres_per_px) == bar_m
