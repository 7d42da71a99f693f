from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from streetaudit_models.plots import Axis, Line, chart, intervals, page, table


def points(svg: str) -> list[list[tuple[float, float]]]:
    ways = re.findall(r'points="([^"]*)"', svg)
    return [[(float(x), float(y)) for x, y in (pair.split(",") for pair in way.split())] for way in ways]


def test_a_line_goes_from_corner_to_corner() -> None:
    ((start, end),) = points(chart([Line("a", [0.0, 1.0], [0.0, 1.0])], Axis("x"), Axis("y")))
    assert start[0] < end[0]  # to the right
    assert start[1] > end[1]  # and up


def test_what_lies_beyond_an_axis_is_drawn_at_its_end() -> None:
    inside, beyond = points(chart([Line("", [2.0], [1.0]), Line("", [9.0], [1.0])], Axis("x", 0, 2), Axis("y")))
    assert inside == beyond


@pytest.mark.parametrize(
    "drawn",
    [
        chart([Line("<b>", [0, 1], [1, 0])], Axis("<x>"), Axis("y"), points=[(0.5, 0.5, "<at>")], caption="a & b"),
        intervals([("<bin>", 0.5, 0.4, 0.6)], Axis("AP50")),
    ],
    ids=["chart", "intervals"],
)
def test_words_are_escaped_and_the_drawing_is_well_formed(drawn: str) -> None:
    svg = re.search(r"<svg.*</svg>", drawn)
    assert svg is not None
    assert ET.fromstring(svg.group()).tag == "svg"  # noqa: S314 - our own
    assert "<bin>" not in drawn


def test_a_page_holds_everything_itself() -> None:
    made = page("A & B", [table(["name", "n"], [["<x>", 1]], words=(0,))])
    assert "<title>A &amp; B</title>" in made
    assert "&lt;x&gt;" in made
    assert not re.search(r'(src|href)="(?!data:)', made)
