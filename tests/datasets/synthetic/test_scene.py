import numpy as np
import pytest

from datasets.synthetic.scenes import bins_at, looking_along
from streetaudit_datasets.synthetic.scene import Studio


def test_boxes_hold_exactly_the_pixels_drawn() -> None:
    world = bins_at((30, 2), (33, -1))
    shot = Studio(world).shoot(looking_along(world, 22, 0))
    assert len(shot.seen) == 2
    for seen in shot.seen:
        rows, columns = np.nonzero(shot.ids == seen.ident)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert seen.xyxy == tuple(int(v) for v in box)


def test_the_box_stands_where_the_camera_says_the_thing_is() -> None:
    world = bins_at((31, 1.5))
    camera = looking_along(world, 22, 0)
    (seen,) = Studio(world).shoot(camera).seen
    thing = next(t for t in world.things if t.ident == seen.ident)
    foot, depth = camera.project(np.array([[thing.east_m, thing.north_m, 0.0]]))
    x1, _, x2, y2 = seen.xyxy
    assert (x1 + x2) / 2 == pytest.approx(foot[0, 0], abs=4)
    assert y2 == pytest.approx(foot[0, 1] + 0.3 * camera.focal_px * 1.7 / depth[0] ** 2 * 2, abs=5)


def test_what_stands_behind_is_seen_less() -> None:
    world = bins_at((28, 0), (31, 0.15))
    seen = {s.ident: s.visible for s in Studio(world).shoot(looking_along(world, 22, 0)).seen}
    assert seen[1] > 0.97
    assert seen.get(2, 0.0) < 0.5


def test_what_leaves_the_picture_is_seen_less() -> None:
    world = bins_at((26, 3.1))
    visible = [s.visible for along in (16, 21.8) for s in Studio(world).shoot(looking_along(world, along, 0)).seen]
    assert visible[0] > 0.97
    assert visible[-1] < 0.95


def test_what_stands_behind_a_house_is_not_seen() -> None:
    world = bins_at((40, 19.0))
    assert Studio(world).shoot(looking_along(world, 22, 0)).seen == ()


def test_the_same_seed_paints_the_same_picture() -> None:
    shots = [Studio(w).shoot(looking_along(w, 22, 0)) for w in (bins_at((30, 1)), bins_at((30, 1)))]
    assert (shots[0].image == shots[1].image).all()


def test_another_seed_paints_another_picture() -> None:
    shots = [Studio(w).shoot(looking_along(w, 22, 0)) for w in (bins_at((30, 1)), bins_at((30, 1), seed=6))]
    assert (shots[0].image != shots[1].image).mean() > 0.5


def test_the_ground_reaches_the_horizon_without_holes() -> None:
    world = bins_at()
    shot = Studio(world).shoot(looking_along(world, 10, 0))
    assert (shot.image.max(axis=2) > 4).all()
