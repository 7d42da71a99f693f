import numpy as np
import pytest

from grounds import CAMERA, HOME, SIZE
from streetaudit.locate.light import unknown_light
from streetaudit.locate.place import Locator
from streetaudit.locate.watch import GroundWatch, hidden_by
from streetaudit.structures.detections import Detections
from streetaudit.structures.frame import Frame
from streetaudit.structures.ground import COLUMNS
from streetaudit.structures.place import NotPlaced
from streetaudit.structures.taxonomy import CLASSES
from streetaudit.structures.trace import Pose

NOTHING = Detections.empty()
NOWHERE = np.zeros((0, 0, 3), np.uint8)


def seen(*rows: tuple[str, float, float, float, float]) -> Detections:
    return Detections(
        np.array([row[1:] for row in rows], np.float32).reshape(-1, 4),
        np.full(len(rows), 0.9, np.float32),
        np.array([CLASSES.index(row[0]) for row in rows], np.int32),
    )


def driving(speed_mps: float, *, gap: tuple[float, float] = (1e9, 1e9)) -> GroundWatch:
    def pose_at(time_s: float) -> Pose | NotPlaced:
        if gap[0] <= time_s < gap[1]:
            return NotPlaced("no GPS", carrier_known=True)
        lat, lon = HOME.to_degrees(0.0, speed_mps * time_s)
        return Pose(lat, lon, 0.0, 1.0, 1.0, speed_mps)

    return GroundWatch(Locator(CAMERA, pose_at), pose_at, SIZE, unknown_light)


def watched(watch: GroundWatch, *, frames: int = 100, fps: float = 10.0, of: Detections = NOTHING) -> int:
    return sum(watch.see(Frame(index, index / fps, NOWHERE), of) for index in range(frames))


@pytest.mark.parametrize(
    ("speed_mps", "looks"),
    [
        pytest.param(5.0, 25, id="every-two-metres"),
        pytest.param(20.0, 100, id="every-frame-at-most"),
        pytest.param(0.0, 5, id="every-two-seconds-while-standing"),
    ],
)
def test_a_look_is_taken_every_few_metres_or_seconds(speed_mps: float, looks: int) -> None:
    watch = driving(speed_mps)
    assert watched(watch) == looks
    ground = watch.ground()
    assert ground is not None
    assert len(ground) == looks
    assert ground.frames.sum() == 100
    assert ground.seconds.sum() == pytest.approx(9.9, abs=1e-4)


def test_frames_without_a_position_are_counted_and_show_no_ground() -> None:
    watch = driving(5.0, gap=(2.0, 4.0))
    watched(watch)
    ground = watch.ground()
    assert watch.blind == {"no position": 20}
    assert ground is not None
    assert ground.frames.sum() == 80
    assert not ((ground.time_s >= 2.0) & (ground.time_s < 4.0)).any()


def test_a_clip_without_positions_has_no_ground() -> None:
    watch = driving(5.0, gap=(0.0, 1e9))
    watched(watch)
    assert watch.ground() is None


def test_what_stands_there_in_any_frame_of_a_look_hides_its_ground() -> None:
    watch = driving(5.0)
    car = seen(("vehicle", 0.0, 300.0, 640.0, 500.0))
    for index in range(4):
        watch.see(Frame(index, index / 10.0, NOWHERE), car if index == 2 else NOTHING)
    ground = watch.ground()
    assert ground is not None
    assert len(ground) == 1
    assert (ground.hidden[0] > 0).tolist() == [True] * (COLUMNS // 2) + [False] * (COLUMNS // 2)


@pytest.mark.parametrize(
    ("row", "columns", "edge"),
    [
        pytest.param(("vehicle", 0.0, 300.0, 1280.0, 360.0), COLUMNS, 127, id="across-the-image"),
        pytest.param(("person", 600.0, 300.0, 680.0, 720.0), 2, 255, id="down-to-the-border"),
        pytest.param(("street_stall", -50.0, 300.0, 20.0, 900.0), 1, 255, id="over-the-border"),
        pytest.param(("litter", 0.0, 300.0, 1280.0, 360.0), 0, 0, id="litter-hides-nothing"),
    ],
)
def test_boxes_hide_what_lies_above_their_lower_edge(
    row: tuple[str, float, float, float, float], columns: int, edge: int
) -> None:
    hidden = hidden_by(seen(row), SIZE)
    assert int((hidden > 0).sum()) == columns
    assert int(hidden.max()) == edge
