from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from streetaudit.detect.tensor import TensorMaker
from streetaudit.structures.model_card import InputFormat

CANVAS = np.arange(2 * 4 * 3, dtype=np.uint8).reshape(2, 4, 3) * 10
RED_FIRST = CANVAS.transpose(2, 0, 1)[None].astype(np.float32)


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        pytest.param("uint8_nhwc_rgb", CANVAS[None], id="as-it-is"),
        pytest.param("float_nchw_rgb_01", RED_FIRST / 255, id="planes-0-to-1"),
        pytest.param("float_nchw_bgr_255", RED_FIRST[:, ::-1], id="planes-blue-first"),
    ],
)
def test_tensor(form: InputFormat, wanted: NDArray[Any]) -> None:
    tensor = TensorMaker(form)(CANVAS)
    assert tensor.dtype == wanted.dtype
    np.testing.assert_allclose(tensor, wanted, rtol=1e-6)


@pytest.mark.parametrize("form", ["float_nchw_rgb_01", "float_nchw_bgr_255"])
def test_the_memory_is_used_again(form: InputFormat) -> None:
    maker = TensorMaker(form)
    first = maker(CANVAS)
    second = maker(255 - CANVAS)
    assert np.shares_memory(first, second)
    assert second.max() == pytest.approx(1.0 if form == "float_nchw_rgb_01" else 255.0)


def test_another_size_gets_its_own_memory() -> None:
    maker = TensorMaker("float_nchw_rgb_01")
    maker(CANVAS)
    assert maker(np.zeros((8, 8, 3), np.uint8)).shape == (1, 3, 8, 8)
