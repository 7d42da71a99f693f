"""Numbers, pages and contact sheets of a set."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from defusedxml.ElementTree import fromstring

from datasets.kit.sets import labelled, picture
from streetaudit_datasets.labels.values import LabelError, LabelledSet
from streetaudit_datasets.stats.measure import GRID, SIZE_EDGES_PX, measure_set
from streetaudit_datasets.stats.page import stats_page
from streetaudit_datasets.view.drawing import draw_boxes
from streetaudit_datasets.view.sheets import TILE_PX, sheet, tiles, write_sheets

NAN = float("nan")


def a_set(folder: Path = Path()) -> LabelledSet:
    a, b = [(0, (0, 0, 32, 24)), (1, (60, 40, 64, 48))], [(1, (0, 0, 2, 2)), (1, (0, 0, 60, 3)), (1, (NAN, 0, 1, 1))]
    images = (
        labelled(folder / "a.jpg", a, split="train", source="s", labelled=frozenset({"bin"})),
        labelled(folder / "b.jpg", b, split="val", source="<b>"),
        labelled(folder / "c.jpg", split="val", source="s", group="g"),
    )
    return LabelledSet(folder, ("bin", "litter", "person"), images)


def test_numbers_of_a_set() -> None:
    stats = measure_set(a_set())
    assert stats.pictures == {"train": 1, "val": 2}
    assert stats.boxes == {"bin": {"train": 1}, "litter": {"train": 1, "val": 3}, "person": {}}
    assert stats.labelled["s"] == {"bin": 1, "litter": 0, "person": 0}
    assert stats.crowding == {0: 1, 2: 1, 3: 1}
    assert sum(stats.sizes["litter"]) == 3  # the box that is none is not measured
    assert stats.sizes["bin"][SIZE_EDGES_PX.index(160)] == 1  # 32 x 24 of 64 px is 277 px of 640
    assert np.argwhere(stats.centres["bin"]).tolist() == [[GRID // 4, GRID // 4]]


def test_the_page_is_well_formed_and_shows_names_as_text() -> None:
    page = stats_page(measure_set(a_set()), title="<script>x</script>")
    body = page.removeprefix("<!doctype html>").replace('<meta charset="utf-8">', "")
    fromstring(body)
    assert "<script" not in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize(
    ("order", "rows"),
    [
        pytest.param("tiny", [("b", 0), ("a", 1), ("b", 1)], id="tiniest-first"),
        pytest.param("odd", [("b", 1), ("a", 1), ("b", 0)], id="strangest-first"),
        pytest.param("file", [("a", 1), ("b", 0), ("b", 1)], id="as-they-come"),
    ],
)
def test_tiles_are_ordered_and_boxes_that_are_none_have_none(order: str, rows: list[tuple[str, int]]) -> None:
    found = tiles(a_set(), 1, order=order)  # type: ignore[arg-type]  # a word of the table
    assert [(tile.image.path.stem, tile.row) for tile in found] == rows


def test_a_tile_shows_the_box_where_it_is(tmp_path: Path) -> None:
    image = np.full((48, 64, 3), 128, np.uint8)
    image[10:20, 30:40] = (255, 0, 0)
    picture(tmp_path / "a.png", image=image)
    one = LabelledSet(tmp_path, ("bin",), (labelled(tmp_path / "a.png", [(0, (30, 10, 40, 20))]),))
    tile = sheet(tiles(one, 0), columns=1)[:TILE_PX]
    red = (tile[..., 0] > 200) & (tile[..., 1] < 60)
    rows, columns = np.nonzero(red)
    assert (rows.mean(), columns.mean()) == pytest.approx((TILE_PX / 2, TILE_PX / 2), abs=2.0)
    assert tile[5, 5].tolist() == [0, 0, 0]  # above the picture


def test_sheets_are_written_for_classes_with_boxes_whatever_their_files_are(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    (tmp_path / "b.jpg").write_bytes(b"")
    files = list(write_sheets(a_set(tmp_path), tmp_path / "sheets"))
    assert [file.name for file in files] == ["bin-1.jpg", "litter-1.jpg"]
    assert cv2.imread(str(files[1])) is not None


def test_sheets_into_a_file_are_refused(tmp_path: Path) -> None:
    picture(tmp_path / "a.jpg")
    with pytest.raises(LabelError, match="cannot write"):
        list(write_sheets(a_set(tmp_path), tmp_path / "a.jpg"))


def test_boxes_far_outside_are_drawn_without_an_error() -> None:
    image = np.zeros((20, 20, 3), np.uint8)
    boxes = [(-1e30, 0.0, 1e30, 5.0), (NAN, 0.0, 1.0, 1.0), (5.0, 5.0, 10.0, 10.0)]
    drawn = draw_boxes(image, boxes, class_ids=[0, 1, 2], names=["a", "b", "摊"])
    assert drawn.any()
    assert not image.any()
