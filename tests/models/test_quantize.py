from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

from models.model_files import SIDE, card, pictures, tiny_model
from streetaudit.errors import ModelError
from streetaudit_models.card import card_inside
from streetaudit_models.infer import open_model
from streetaudit_models.quantize import calibration_pictures, float_nodes, quantize


def test_only_the_convolution_is_quantised() -> None:
    graph = onnx.load_from_string(tiny_model()).graph
    assert float_nodes(graph) == {"planes", "floats", "pixels", "chance", "scores", "output"}


def test_int8_says_nearly_the_same() -> None:
    data = tiny_model()
    small = quantize(data, pictures(8))
    types = [node.op_type for node in onnx.load_from_string(small).graph.node]
    before, after = open_model(data), open_model(small)
    picture = pictures(1, seed=9)[0]
    assert "QuantizeLinear" in types
    assert card_inside(small) == card()
    assert np.abs(before.run(picture) - after.run(picture)).max() < 0.1


def test_an_empty_folder_cannot_calibrate(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no pictures"):
        next(calibration_pictures(tmp_path, (SIDE, SIDE), most=4))
