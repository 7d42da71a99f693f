from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detect.onnx_models import constant_model, with_card, yolov8_output
from streetaudit.assemble import detector_of, open_parts
from streetaudit.config import load_config
from streetaudit.errors import ConfigError
from streetaudit.structures.frame import Frame

BOX = (48.0, 32.0, 20.0, 10.0, 0.0, 0.8, 0.0)  # in pixels of the input


def configured(folder: Path, *, size: tuple[int | str, int | str], detector: str = "") -> Path:
    """A configuration with a model whose input is of a size, or of any."""
    (folder / "m.onnx").write_bytes(with_card(constant_model(yolov8_output(BOX), size=size)))
    path = folder / "streetaudit.toml"
    path.write_text(f'[detector]\nmodel = "m.onnx"\n{detector}\n')
    return path


@pytest.mark.parametrize(
    ("line", "box"),
    [
        pytest.param("", [76, 54, 116, 74], id="the card's 64 x 96"),
        pytest.param("input_size = [128, 192]", [38, 27, 58, 37], id="twice as large"),
    ],
)
def test_frames_are_fitted_into_the_configured_size(tmp_path: Path, line: str, box: list[int]) -> None:
    with open_parts(load_config(configured(tmp_path, size=("h", "w"), detector=line))) as parts:
        seen = detector_of(parts)(Frame(0, 0.0, np.full((128, 192, 3), 90, np.uint8)))
    np.testing.assert_allclose(seen.xyxy, [box])


def test_a_model_of_one_size_refuses_another(tmp_path: Path) -> None:
    config = load_config(configured(tmp_path, size=(64, 96), detector="input_size = [128, 192]"))
    with open_parts(config) as parts, pytest.raises(ConfigError, match="input_size"):
        detector_of(parts)
