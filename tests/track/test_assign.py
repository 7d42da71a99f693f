import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.track.assign import assign, iou


def best_by_trying(similarity: NDArray[np.float64], least: float) -> float:
    """The largest sum of (similarity - least) over all one-to-one pairings."""
    rows, columns = similarity.shape
    wide = similarity if rows <= columns else similarity.T
    gain = np.maximum(wide - least, 0.0)
    return max(
        float(sum(gain[i, j] for i, j in enumerate(order)))
        for order in itertools.permutations(range(wide.shape[1]), wide.shape[0])
    )


@pytest.mark.parametrize(
    ("similarity", "least", "pairs"),
    [
        pytest.param([[0.9]], 0.5, [[0, 0]], id="one-pair"),
        pytest.param([[0.4]], 0.5, [], id="too-little-overlap"),
        pytest.param([[0.5]], 0.5, [[0, 0]], id="exactly-the-least"),
        pytest.param([[0.5, 0.5]], 0.5, [[0, 0]], id="exactly-the-least-and-contested"),
        pytest.param([[0.9, 0.8], [0.8, 0.1]], 0.2, [[0, 1], [1, 0]], id="sum-beats-greed"),
        pytest.param([[0.9, 0.3], [0.8, 0.1]], 0.3, [[0, 0]], id="one-good-pair-beats-two-poor-ones"),
        pytest.param([[0.0, 0.7], [0.6, 0.0], [0.0, 0.0]], 0.1, [[0, 1], [1, 0]], id="more-rows"),
        pytest.param(np.zeros((0, 3)), 0.1, [], id="no-rows"),
        pytest.param(np.zeros((2, 0)), 0.1, [], id="no-columns"),
    ],
)
def test_assign(similarity: list[list[float]], least: float, pairs: list[list[int]]) -> None:
    assert assign(np.asarray(similarity, np.float64), least=least).tolist() == pairs


@pytest.mark.parametrize("seed", range(30))
def test_assign_is_the_best_there_is(seed: int) -> None:
    random = np.random.default_rng(seed)
    similarity = random.random((random.integers(1, 6), random.integers(1, 6)))
    similarity *= random.random(similarity.shape) < 0.5
    pairs = assign(similarity, least=0.2)
    got = float((similarity[pairs[:, 0], pairs[:, 1]] - 0.2).sum())
    assert got == pytest.approx(best_by_trying(similarity, 0.2), abs=1e-6)
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)


def test_iou_of_boxes_without_area_is_zero() -> None:
    point = np.array([[3.0, 3, 3, 3]])
    assert iou(point, point).tolist() == [[0.0]]
