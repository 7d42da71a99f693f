import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from streetaudit.errors import MapError
from streetaudit.io import geojson
from streetaudit.io.city_map import read_cells, read_zones
from streetaudit.structures.city import Polygon
from streetaudit.structures.gcj02 import to_gcj02

SQUARE = [[[117.0, 36.0], [117.001, 36.0], [117.001, 36.001], [117.0, 36.001], [117.0, 36.0]]]


def feature(geometry: Any = None, /, **properties: Any) -> dict[str, Any]:
    shape = {"type": "Polygon", "coordinates": SQUARE} if geometry is None else geometry
    return {"type": "Feature", "geometry": shape, "properties": properties}


def write(path: Path, *features: Any, **members: Any) -> Path:
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features, **members}), encoding="utf-8")
    return path


def corner(polygons: tuple[Polygon, ...]) -> tuple[float, float]:
    return polygons[0][0][0]


def test_a_zone_keeps_everything_that_was_written(tmp_path: Path) -> None:
    written = feature(
        kind="vending_permitted",
        name="夜市",
        hours="Mo-Su 17:00-23:00",
        valid_from="2026-01-01",
        valid_to="2026-12-31",
        responsible="城管一中队",
        shadow=True,
        fid=7,
    )
    (zone,) = read_zones([write(tmp_path / "z.geojson", written)])
    assert (zone.kind, zone.name, zone.hours) == ("vending_permitted", "夜市", "Mo-Su 17:00-23:00")
    assert (zone.valid_from, zone.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    assert (zone.responsible, zone.shadow) == ("城管一中队", True)
    assert len(zone.polygons) == 1


def test_zones_of_several_files_are_named_by_number_where_unnamed(tmp_path: Path) -> None:
    first = write(tmp_path / "a.geojson", feature(kind="no_parking"), feature(kind="no_parking", name="Main"))
    second = write(tmp_path / "b.geojson", feature(kind="patrol_area"))
    names = [zone.name for zone in read_zones([first, second])]
    assert names == ["no_parking 1", "Main", "patrol_area 1"]


def test_holes_parts_heights_and_open_rings_are_read(tmp_path: Path) -> None:
    hole = [[117.0002, 36.0002, 5], [117.0004, 36.0002, 5], [117.0004, 36.0004, 5]]
    other = [[[118.0, 36.0], [118.001, 36.0], [118.001, 36.001], [118.0, 36.0]]]
    shape = {"type": "MultiPolygon", "coordinates": [[SQUARE[0], hole], other]}
    (zone,) = read_zones([write(tmp_path / "z.geojson", feature(shape, kind="no_parking"))])
    assert [len(polygon) for polygon in zone.polygons] == [2, 1]
    assert zone.polygons[0][1][0] == zone.polygons[0][1][-1]


@pytest.mark.parametrize(
    ("members", "properties", "shifted"),
    [
        pytest.param({}, {}, False, id="rfc7946-is-wgs84"),
        pytest.param(
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}, {}, False, id="crs84"
        ),
        pytest.param(
            {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}}, {}, False, id="cgcs2000"
        ),
        pytest.param({"crs": "EPSG:4490"}, {}, False, id="cgcs2000-short"),
        pytest.param({"crs": "GCJ-02"}, {}, True, id="gcj02"),
        pytest.param({}, {"crs": "GCJ-02"}, True, id="gcj02-of-one-feature"),
        pytest.param({"crs": "GCJ-02"}, {"crs": "EPSG:4326"}, False, id="feature-beats-file"),
    ],
)
def test_coordinate_systems(tmp_path: Path, members: dict[str, Any], properties: dict[str, Any], shifted: bool) -> None:
    (zone,) = read_zones([write(tmp_path / "z.geojson", feature(kind="no_parking", **properties), **members)])
    lon, lat = corner(zone.polygons)
    got = to_gcj02(lat, lon) if shifted else (lat, lon)
    assert got == pytest.approx((36.0, 117.0), abs=1e-8)


def polygon(*points: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [list(points)]}


BOW_TIE = polygon([117.0, 36.0], [117.1, 36.1], [117.1, 36.0], [117.0, 36.1], [117.0, 36.0])


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        pytest.param(feature(), "kind is None; want one of no_parking", id="no-kind"),
        pytest.param(feature(kind="no_parkin"), "did you mean 'no_parking'", id="misspelt-kind"),
        pytest.param(feature(kind=3), "write it as text", id="kind-a-number"),
        pytest.param(feature(kind="no_parking", valid_to="31/12/2026"), "a day like 2026-12-31", id="bad-date"),
        pytest.param(
            feature(kind="no_parking", valid_from="2026-02-01", valid_to="2026-01-01"), "swap", id="dates-reversed"
        ),
        pytest.param(feature(kind="no_parking", shadow="yes"), "true or false", id="shadow-text"),
        pytest.param(feature({"type": "Point", "coordinates": [117, 36]}, kind="no_parking"), "Polygon", id="point"),
        pytest.param({"type": "Feature", "geometry": None, "properties": {}}, "missing", id="no-geometry"),
        pytest.param({"type": "Banana"}, "no Feature", id="no-feature"),
        pytest.param(feature(polygon(), kind="no_parking"), "fewer than three", id="empty-ring"),
        pytest.param(feature(BOW_TIE, kind="no_parking"), "Fix geometries", id="bow-tie"),
        pytest.param(
            feature(polygon([117, 36], [117.1, 36], [117.2, 36], [117, 36]), kind="no_parking"),
            "feature 2",
            id="no-area",
        ),
        pytest.param(
            feature(polygon([36.0, 117.0], [36.1, 117.0], [36.1, 117.1]), kind="no_parking"), "swapped", id="lat-lon"
        ),
        pytest.param(
            feature(polygon([500000, 4000000], [500010, 4000000], [500010, 4000010]), kind="no_parking"),
            "projection",
            id="metres",
        ),
        pytest.param(feature(polygon(["117", "36"]), kind="no_parking"), "no position", id="text-coordinates"),
        pytest.param(feature(polygon([True, False]), kind="no_parking"), "no position", id="booleans"),
        pytest.param(feature(kind="no_parking", crs="BD-09"), "'BD-09' is not known", id="unknown-crs"),
        pytest.param(
            {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE}, "properties": [1]},
            "want an object",
            id="properties-list",
        ),
    ],
)
def test_a_bad_feature_is_refused_by_file_number_and_advice(tmp_path: Path, bad: Any, message: str) -> None:
    path = write(tmp_path / "zones.geojson", feature(kind="no_parking"), bad)
    with pytest.raises(MapError, match=r"zones\.geojson: feature 2") as caught:
        read_zones([path])
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "no valid JSON", id="empty"),
        pytest.param("[1, 2", "no valid JSON", id="half"),
        pytest.param("[]", "no GeoJSON FeatureCollection", id="list"),
        pytest.param('{"type": "Feature"}', "no GeoJSON FeatureCollection", id="one-feature"),
        pytest.param('{"type": "FeatureCollection"}', "no GeoJSON FeatureCollection", id="no-features"),
        pytest.param('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number", id="nan"),
        pytest.param("[" * 200_000, "no valid JSON", id="deep"),
        pytest.param(
            '{"type": "FeatureCollection", "features": [], "crs": "EPSG:4548"}', "is not known", id="projected"
        ),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "zones.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MapError, match=r"zones\.geojson") as caught:
        read_zones([path])
    assert message in str(caught.value)


def test_what_is_no_file_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.geojson"
    os.mkfifo(fifo)
    with pytest.raises(MapError, match="no regular file"):
        read_zones([fifo])
    with pytest.raises(MapError, match="check the path"):
        read_zones([tmp_path / "absent.geojson"])


def test_sizes_are_capped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "z.geojson", *[feature(kind="no_parking")] * 3)
    monkeypatch.setattr(geojson, "MAX_VERTICES", 12)
    with pytest.raises(MapError, match="feature 3: the file holds more than 12 points"):
        read_zones([path])
    monkeypatch.setattr(geojson, "MAX_FEATURES", 2)
    with pytest.raises(MapError, match="split the file"):
        read_zones([path])
    monkeypatch.setattr(geojson, "MAX_BYTES", 10)
    with pytest.raises(MapError, match="larger than"):
        read_zones([path])


def test_cells_keep_their_code_as_text(tmp_path: Path) -> None:
    path = write(
        tmp_path / "grid.geojson", feature(code="370304001001007", street="城东", community="一村", responsible="甲")
    )
    (cell,) = read_cells(path)
    assert (cell.code, cell.street, cell.community, cell.responsible) == ("370304001001007", "城东", "一村", "甲")


@pytest.mark.parametrize(
    ("features", "message"),
    [
        pytest.param([feature(code=370304001001007)], "so that no digit is lost", id="number"),
        pytest.param([feature()], "without a code", id="none"),
        pytest.param([feature(code="1"), feature(code="1")], "feature 2: code '1' is there already", id="twice"),
        pytest.param([], "holds no cells", id="empty"),
    ],
)
def test_bad_cells_are_refused(tmp_path: Path, features: list[Any], message: str) -> None:
    with pytest.raises(MapError, match=r"grid\.geojson") as caught:
        read_cells(write(tmp_path / "grid.geojson", *features))
    assert message in str(caught.value)
