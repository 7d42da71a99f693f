from pathlib import Path

import pytest

from streetaudit.errors import ConfigError
from streetaudit.io.points_file import read_points
from streetaudit.structures.points import ClickedPoint

POINTS = (ClickedPoint(10.5, 20.0, 36.8, 118.05), ClickedPoint(30.0, 40.0, 36.9, 118.1))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("p.csv", "u,v,lat,lon\n10.5,20,36.8,118.05\n30,40,36.9,118.1\n", id="csv"),
        pytest.param("p.csv", "\ufeffname, LON, LAT, U, V\na,118.05,36.8,10.5,20\nb,118.1,36.9,30,40", id="any-order"),
        pytest.param("p.json", "[[10.5, 20, 36.8, 118.05], [30, 40, 36.9, 118.1]]", id="json-rows"),
        pytest.param(
            "p.json",
            '{"points": [{"u": 10.5, "v": 20, "lat": 36.8, "lon": 118.05},'
            ' {"u": 30, "v": 40, "lat": 36.9, "lon": 118.1}]}',
            id="json-objects",
        ),
    ],
)
def test_points_are_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_points(path) == POINTS


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("x,y,lat,lon\n1,2,3,4\n", "u, v missing", id="columns"),
        pytest.param("u,v,lat,lon\n1,2,91,4\n", "point 1", id="latitude"),
        pytest.param("u,v,lat,lon\n1,2,3,4\n1,2,3\n", "point 2", id="short-row"),
        pytest.param("u,v,lat,lon\n1,nan,3,4\n", "point 1", id="nan"),
        pytest.param("[[1, 2, 3]]", "point 1", id="three-numbers"),
        pytest.param('{"dots": []}', "list of points", id="no-list"),
        pytest.param("[[1, 2, 3, 4]", "delimiter", id="cut-json"),
    ],
)
def test_what_is_no_point_is_named(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "points"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=says):
        read_points(path)


def test_a_file_that_is_missing_or_huge_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        read_points(tmp_path / "none.csv")
    (tmp_path / "huge.csv").write_bytes(b"u" * 1_000_001)
    with pytest.raises(ConfigError, match="larger"):
        read_points(tmp_path / "huge.csv")
