import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.track.kalman import BoxStates, born, joined, predicted, updated


def boxes(*rows: tuple[float, float, float, float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32).reshape(-1, 4)


def followed(times_s: list[float], speed_px_s: float) -> BoxStates:
    """The filter after a 40x80 box that moves right was seen at these times."""
    states, last_s = born(boxes((0, 0, 40, 80))), 0.0
    for time_s in times_s:
        x = speed_px_s * time_s
        states = updated(predicted(states, time_s - last_s), boxes((x, 0, x + 40, 80)))
        last_s = time_s
    return states


def test_a_new_box_stands_still_where_it_was_seen() -> None:
    later = predicted(born(boxes((10, 20, 50, 100))), 0.5)
    np.testing.assert_allclose(later.xyxy, [[10, 20, 50, 100]])


@pytest.mark.parametrize(
    "times_s",
    [
        pytest.param([i / 30 for i in range(1, 31)], id="30-fps"),
        pytest.param([i / 5 for i in range(1, 11)], id="5-fps"),
        pytest.param([0.1, 0.15, 0.4, 0.45, 0.8, 0.9, 1.3, 1.35, 1.6], id="irregular"),
    ],
)
def test_velocity_is_learnt_at_any_frame_rate(times_s: list[float]) -> None:
    states = followed(times_s, speed_px_s=90)
    ahead = predicted(states, 0.2)
    assert states.velocity[0, 0] == pytest.approx(90, rel=0.08)
    assert ahead.xyxy[0, 0] == pytest.approx(90 * (times_s[-1] + 0.2), abs=4)


def test_one_long_step_is_as_unsure_as_many_short_ones() -> None:
    start = followed([0.1, 0.2], speed_px_s=0)
    once, often = predicted(start, 1.0), start
    for _ in range(100):
        often = predicted(often, 0.01)
    for one, many in zip(once.parts(), often.parts(), strict=True):
        np.testing.assert_allclose(one, many, rtol=0.02, atol=1e-9)


def test_uncertainty_grows_unseen_and_shrinks_when_seen() -> None:
    start = followed([0.1, 0.2], speed_px_s=10)
    unseen = predicted(start, 0.5)
    seen = updated(unseen, boxes((5, 0, 45, 80)))
    assert (unseen.var_mean > start.var_mean).all()
    assert (seen.var_mean < unseen.var_mean).all()
    assert (seen.var_velocity < unseen.var_velocity).all()


def test_a_batch_gives_what_each_box_gives_alone() -> None:
    first, second = boxes((0, 0, 40, 80)), boxes((300, 100, 700, 300))
    moved, moved_too = first + 3, second - 7
    together = updated(predicted(born(np.concatenate([first, second])), 0.1), np.concatenate([moved, moved_too]))
    apart = joined(
        updated(predicted(born(first), 0.1), moved),
        updated(predicted(born(second), 0.1), moved_too),
    )
    for one, other in zip(together.parts(), apart.parts(), strict=True):
        np.testing.assert_allclose(one, other)


def test_a_shrinking_box_never_turns_inside_out() -> None:
    states = born(boxes((0, 0, 100, 100)))
    for step in range(1, 5):
        side = 100 - 24 * step
        states = updated(predicted(states, 0.1), boxes((0, 0, side, side)))
    x1, y1, x2, y2 = predicted(states, 3.0).xyxy[0]
    assert x2 > x1
    assert y2 > y1


def test_no_boxes_are_no_trouble() -> None:
    empty = born(boxes())
    assert len(updated(predicted(empty, 0.1), boxes())) == 0
    assert empty.xyxy.shape == (0, 4)
