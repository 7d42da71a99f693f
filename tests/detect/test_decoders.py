from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.detect.boxes import InputBoxes
from streetaudit.detect.decode_end2end import decode_end2end
from streetaudit.detect.decode_yolov8 import decode_yolov8
from streetaudit.detect.decode_yolox import decode_yolox
from streetaudit.errors import ModelError

CANVAS = (64, 96)
CELLS = [(8, y, x) for y in range(8) for x in range(12)]
CELLS += [(16, y, x) for y in range(4) for x in range(6)]
CELLS += [(32, y, x) for y in range(2) for x in range(3)]


def yolox_output(boxes: dict[tuple[int, int, int], tuple[float, ...]], classes: int = 2) -> NDArray[np.float32]:
    """(1, N, 5 + classes): by cell (stride, row, column) x, y, w, h in pixels, objectness and classes."""
    output = np.zeros((1, len(CELLS), 5 + classes), np.float32)
    for cell, (x, y, w, h, *scores) in boxes.items():
        stride, row, column = cell
        raw = (x / stride - column, y / stride - row, np.log(w / stride), np.log(h / stride), *scores)
        output[0, CELLS.index(cell)] = raw
    return output


def yolov8_output(*columns: tuple[float, ...]) -> NDArray[np.float32]:
    output = np.zeros((1, 6, 126), np.float32)
    for index, column in enumerate(columns):
        output[0, :, index] = column
    return output


def end2end_output(*rows: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array([[*rows, *[(0.0,) * 6] * 5]], np.float32)


@pytest.mark.parametrize(
    ("decode", "output"),
    [
        pytest.param(
            decode_yolox,
            yolox_output(
                {
                    (8, 2, 5): (44, 20, 10, 6, 0.8, 0.1, 0.5),
                    (16, 1, 2): (40, 30, 20, 20, 0.9, 0.05, 0.06),
                    (32, 1, 1): (50, 40, 60, 40, 0.9, 1.0, 0.3),
                }
            ),
            id="yolox",
        ),
        pytest.param(
            decode_yolov8,
            yolov8_output((44, 20, 10, 6, 0.1, 0.4), (40, 30, 20, 20, 0.05, 0.06), (50, 40, 60, 40, 0.9, 0.3)),
            id="yolov8",
        ),
        pytest.param(
            decode_end2end,
            end2end_output((39, 17, 49, 23, 0.4, 1), (30, 20, 50, 40, 0.06, 1), (20, 20, 80, 60, 0.9, 0)),
            id="end2end",
        ),
    ],
)
def test_decoders_give_corners_confidence_and_class(
    decode: Callable[..., InputBoxes], output: NDArray[np.float32]
) -> None:
    found = decode([output], classes=2, canvas=CANVAS, least=0.1)
    np.testing.assert_allclose(found.xyxy, [[39, 17, 49, 23], [20, 20, 80, 60]], atol=1e-4)
    np.testing.assert_allclose(found.confidence, [0.4, 0.9], rtol=1e-5)
    assert found.model_class.tolist() == [1, 0]


@pytest.mark.parametrize(
    ("decode", "output"),
    [
        pytest.param(decode_yolox, yolox_output({}), id="yolox"),
        pytest.param(decode_yolov8, yolov8_output(), id="yolov8"),
        pytest.param(decode_end2end, end2end_output(), id="end2end"),
        pytest.param(decode_end2end, np.zeros((1, 0, 6), np.float32), id="end2end-no-rows"),
        pytest.param(decode_yolov8, np.full((1, 6, 126), np.nan, np.float32), id="not-a-number"),
    ],
)
def test_nothing_found(decode: Callable[..., InputBoxes], output: NDArray[np.float32]) -> None:
    found = decode([output], classes=2, canvas=CANVAS, least=0.1)
    assert (found.xyxy.shape, len(found.confidence), len(found.model_class)) == ((0, 4), 0, 0)


@pytest.mark.parametrize(
    ("decode", "output"),
    [
        pytest.param(decode_yolox, yolox_output({}, classes=3), id="yolox-other-classes"),
        pytest.param(decode_yolox, yolox_output({})[:, :100], id="yolox-other-size"),
        pytest.param(decode_yolov8, np.zeros((1, 7, 126), np.float32), id="yolov8-other-classes"),
        pytest.param(decode_yolov8, np.zeros((1, 126, 6), np.float32), id="yolov8-turned"),
        pytest.param(decode_yolov8, np.zeros((6, 126), np.float32), id="yolov8-without-batch"),
        pytest.param(decode_end2end, np.zeros((1, 6, 300), np.float32), id="end2end-turned"),
        pytest.param(decode_end2end, end2end_output((0, 0, 9, 9, 0.9, 7)), id="end2end-unknown-class"),
    ],
)
def test_an_output_that_is_not_the_cards_layout_is_refused(
    decode: Callable[..., InputBoxes], output: NDArray[np.float32]
) -> None:
    with pytest.raises(ModelError, match="correct"):
        decode([output], classes=2, canvas=CANVAS, least=0.1)
