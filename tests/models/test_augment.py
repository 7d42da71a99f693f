from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from streetaudit_models.augment import blank_canvas, compose, place
from streetaudit_models.paste import plant
from streetaudit_models.recipe import Augmentation
from streetaudit_models.samples import Sample

STILL = Augmentation(mosaic=0, scale=(1, 1), aspect=0, rotate_deg=0, shear=0, mirror=0, hsv=(0, 0, 0), gamma=0)


def sample(confidence: float = 1.0) -> Sample:
    """A picture whose middle third is one box of class 1, labelled for class 1 only."""
    return Sample(
        image=Path("none.jpg"),
        source="a",
        group="g",
        weight=1.0,
        labelled=np.array([False, True]),
        scored=np.array([False, True]),
        boxes=np.array([[1 / 3, 1 / 3, 2 / 3, 2 / 3]], dtype=np.float32),
        class_ids=np.array([1]),
        confidence=np.array([confidence], dtype=np.float32),
    )


def picture() -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Black, with the box painted white."""
    image = np.zeros((96, 96, 3), dtype=np.uint8)
    image[32:64, 32:64] = 255
    return image


@pytest.mark.parametrize("seed", range(6))
def test_boxes_move_with_what_they_hold(seed: int) -> None:
    canvas = blank_canvas(192, 192, class_count=2)
    how = Augmentation(scale=(0.8, 1.0))
    place(canvas, (sample(), picture()), window=(0, 0, 192, 192), how=how, rng=np.random.default_rng(seed))
    rows, columns = np.nonzero(canvas.image[..., 0] > 200)
    painted = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
    assert np.abs(canvas.boxes[0] - painted).max() < 4


def test_a_doubtful_box_is_dropped_and_silenced() -> None:
    canvas = blank_canvas(96, 96, class_count=2)
    place(canvas, (sample(0.3), picture()), window=(0, 0, 96, 96), how=STILL, rng=np.random.default_rng(0))
    assert not len(canvas.boxes)
    assert not canvas.mask[1, 6, 6]
    assert canvas.mask[1, 0, 0]


def test_a_mosaic_keeps_boxes_on_the_canvas() -> None:
    canvas = compose(
        lambda: (sample(), picture()), (128, 128), how=Augmentation(mosaic=1), rng=np.random.default_rng(3)
    )
    assert canvas.image.shape == (128, 128, 3)
    assert (canvas.boxes >= 0).all()
    assert (canvas.boxes <= 128).all()
    assert set(canvas.class_ids.tolist()) <= {1}


def some_wall(sky_rows: int = 0) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Grey, below a bright sky of so many rows."""
    wall = np.full((160, 160, 3), 150, dtype=np.uint8)
    wall[:sky_rows] = 240
    return wall


def test_planted_print_changes_the_wall_inside_its_box_only() -> None:
    pytest.importorskip("PIL")
    wall = some_wall()
    planted = plant(wall, np.zeros((0, 4), dtype=np.float32), rng=np.random.default_rng(4))
    changed = np.abs(wall.astype(int) - 150).max(axis=2) > 25
    outside = changed.copy()
    for x1, y1, x2, y2 in planted.astype(int):
        outside[max(0, y1 - 1) : y2 + 1, max(0, x1 - 1) : x2 + 1] = False
    assert len(planted)
    assert changed.any()
    assert not outside.any()


def test_nothing_is_planted_into_the_sky_or_onto_the_road() -> None:
    pytest.importorskip("PIL")
    nothing = np.zeros((0, 4), dtype=np.float32)
    planted = np.concatenate([plant(some_wall(60), nothing, rng=np.random.default_rng(seed)) for seed in range(30)])
    assert len(planted) > 10
    assert planted[:, 1].min() > 50
    assert planted[:, 3].max() < 130


def test_some_of_what_is_planted_hangs_by_right_and_has_no_box() -> None:
    pytest.importorskip("PIL")
    unlabelled = 0
    for seed in range(30):
        wall = some_wall()
        planted = plant(wall, np.zeros((0, 4), dtype=np.float32), rng=np.random.default_rng(seed))
        unlabelled += not len(planted) and bool((wall != 150).any())
    assert 1 <= unlabelled <= 15
