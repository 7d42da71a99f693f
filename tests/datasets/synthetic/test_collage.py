from pathlib import Path

import cv2
import numpy as np
import pytest

from streetaudit_datasets.synthetic.collage import Mix, compose, compose_on_photos, photos_in

WALL = np.full((360, 480, 3), 120, np.uint8)
NOTHING = np.zeros((0, 4))


def test_only_what_lies_in_or_near_the_boxes_changes() -> None:
    still = compose(np.random.default_rng(3), WALL, boxes=NOTHING, mix=Mix(sheets=6.0, standing=()))
    changed = np.abs(still.image.astype(int) - WALL).max(axis=2) > 12
    assert len(still.labels) > 1
    for x0, y0, x1, y1 in still.xyxy.astype(int):
        assert changed[y0:y1, x0:x1].mean() > 0.3
        changed[max(0, y0 - 3) : y1 + 3, max(0, x0 - 3) : x1 + 3] = False
    assert not changed.any()


def test_nothing_is_put_over_what_is_labelled() -> None:
    everything = np.array([[0.0, 0.0, 480.0, 360.0]])
    still = compose(np.random.default_rng(3), WALL, boxes=everything, mix=Mix(sheets=6.0))
    assert still.labels == ()
    assert (still.image == WALL).all()


@pytest.mark.parametrize("label", ["street_stall", "litter", "overflowing_bin", "illegal_ad"])
def test_standing_things_carry_their_label_and_stand_low(label: str) -> None:
    stills = [
        compose(np.random.default_rng(seed), WALL, boxes=NOTHING, mix=Mix(sheets=0.0, standing=((label, 3.0),)))
        for seed in range(4)
    ]
    assert {name for s in stills for name in s.labels} == {label}
    assert all(y1 > 0.7 * 360 for s in stills for y1 in s.xyxy[:, 3])


def test_photographs_of_a_folder_are_composed_the_same_way_each_time(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "a.jpg"), WALL)
    (tmp_path / "notes.txt").write_text("no photograph")
    first, second = (dict(compose_on_photos(photos_in(tmp_path), seed=5)) for _ in range(2))
    assert list(first) == [tmp_path / "a.jpg"]
    assert (first[tmp_path / "a.jpg"].image == second[tmp_path / "a.jpg"].image).all()


def test_a_broken_photograph_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no photograph")
    with pytest.raises(ValueError, match=r"a\.jpg"):
        list(compose_on_photos(photos_in(tmp_path), seed=1))
