from pathlib import Path

import cv2
import numpy as np
import pytest

from datasets.synthetic.scenes import bins_at
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.synthetic.patrolled import FIRST_SEED, draw_view, patrolled
from streetaudit_datasets.synthetic.seen import Seen
from streetaudit_datasets.synthetic.stills import inside, labelled, render_stills, stills

SIZE = (256, 256)
CROWDED, PATROLLED = 0, 2  # seeds whose first street is of that kind


def test_stills_come_with_boxes_inside_the_picture() -> None:
    made = [still for seed in (CROWDED, PATROLLED) for still in stills(count=4, seed=seed, size=SIZE)]
    assert {s.image.shape for s in made} == {(256, 256, 3), (720, 1280, 3)}  # a patrol's frames may be kept whole
    assert sum(len(s.labels) for s in made) > 0
    for still in made:
        assert set(still.labels) <= set(CLASSES)
        assert (still.xyxy >= 0).all()
        assert (still.xyxy <= still.image.shape[1::-1] * 2).all()
        assert (still.xyxy[:, 2:] > still.xyxy[:, :2]).all()


def test_no_two_stills_are_alike() -> None:
    a, b = stills(count=2, seed=CROWDED, size=SIZE)
    assert np.abs(a.image.astype(int) - b.image).mean() > 5


def test_a_set_is_written_as_yolo_reads_it(tmp_path: Path) -> None:
    render_stills(tmp_path, count=2, seed=3, size=SIZE)
    images, labels = sorted((tmp_path / "images").iterdir()), sorted((tmp_path / "labels").iterdir())
    assert [p.stem for p in images] == [p.stem for p in labels]
    assert len(images) == 2
    assert np.asarray(cv2.imread(str(images[0]))).shape == (256, 256, 3)
    rows = [[float(v) for v in line.split()] for p in labels for line in p.read_text().splitlines()]
    assert all(0 <= row[0] < len(CLASSES) and all(0 <= v <= 1 for v in row[1:]) for row in rows)
    assert "6: person" in (tmp_path / "data.yaml").read_text()


@pytest.mark.parametrize("count", [1, 2])
def test_the_same_seed_writes_the_same_bytes(tmp_path: Path, count: int) -> None:
    for name in ("a", "b"):
        render_stills(tmp_path / name, count=count, seed=4, size=SIZE)
    for path in (tmp_path / "a" / "images").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / "images" / path.name).read_bytes()


@pytest.mark.parametrize(
    ("xyxy", "visible", "kept"),
    [
        pytest.param((10, 10, 40, 40), 0.9, True, id="plain"),
        pytest.param((10, 10, 40, 40), 0.1, False, id="all-but-hidden"),
        pytest.param((400, 300, 640, 640), 0.1, True, id="a-large-part-of-a-near-thing"),
        pytest.param((10, 10, 16, 16), 1.0, False, id="too-small"),
        pytest.param((10, 10, 60, 12), 1.0, False, id="a-sliver"),
    ],
)
def test_labels_are_given_to_what_a_person_would_name(
    xyxy: tuple[int, int, int, int], visible: float, kept: bool
) -> None:
    seen = Seen(1, xyxy, visible, 5.0)
    thing = bins_at((30, 1)).things[0]
    still = labelled(np.zeros((640, 640, 3), np.uint8), (seen,), (thing,))
    assert len(still.labels) == kept


def test_a_window_shows_a_share_of_what_it_cuts() -> None:
    seen = Seen(1, (100, 100, 200, 140), 0.8, 5.0)
    cut = inside(seen, (150, 90, 400, 400))
    assert cut is not None
    assert cut.xyxy == (0, 10, 50, 50)
    assert cut.visible == pytest.approx(0.4)
    assert inside(seen, (201, 90, 400, 400)) is None


def test_a_patrols_views_are_of_one_district_from_many_places() -> None:
    rng = np.random.default_rng(8)
    setting = patrolled(rng)
    assert setting.world.seed >= FIRST_SEED
    views = [draw_view(rng, setting) for _ in range(12)]
    places = {tuple(v.camera.position_m.round(1)) for v in views}
    assert len(places) > 6
    assert all(1.0 < v.camera.position_m[2] < 7.5 for v in views)
