"""When two forms are the same model, and when they are not."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner

from models.model_files import pictures, tiny_model
from streetaudit.commands.app import app, mount
from streetaudit.errors import ModelError
from streetaudit.structures.detections import Detections
from streetaudit_models.parity import BF16, INT8, SAME_PRECISION, Agreement, agree, departures
from streetaudit_models.parity_forms import forms_of, is_quantised
from streetaudit_models.quantize import quantize

Row = tuple[float, float, float, float, float, int]
LITTER: Row = (10, 10, 30, 30, 0.8, 0)


def look(*rows: Row) -> Callable[[NDArray[np.uint8]], Detections]:
    table = np.array(rows, dtype=np.float32).reshape(-1, 6)
    seen = Detections(table[:, :4], table[:, 4], table[:, 5].astype(np.int32))
    return lambda _: seen


@pytest.mark.parametrize(
    ("theirs", "matched", "extra", "apart"),
    [
        pytest.param([LITTER], 1.0, 0.0, 0.0, id="the-same"),
        pytest.param([(10, 10, 30, 30, 0.7, 0)], 1.0, 0.0, 0.1, id="less-sure"),
        pytest.param([(10, 10, 30, 30, 0.14, 0)], 1.0, 0.0, 0.66, id="below-the-threshold-but-seen"),
        pytest.param([(10, 10, 30, 30, 0.8, 1)], 0.0, 1.0, 0.0, id="another-class"),
        pytest.param([(60, 60, 80, 80, 0.8, 0)], 0.0, 1.0, 0.0, id="elsewhere"),
        pytest.param([], 0.0, 0.0, 0.0, id="nothing"),
        pytest.param([LITTER, (60, 60, 80, 80, 0.3, 2)], 1.0, 1.0, 0.0, id="one-more"),
        pytest.param([LITTER, (60, 60, 80, 80, 0.2, 2)], 1.0, 0.0, 0.0, id="one-more-below-the-threshold"),
    ],
)
def test_agreement(theirs: list[Row], matched: float, extra: float, apart: float) -> None:
    found = agree(look(LITTER), look(*theirs), [np.zeros((99, 99, 3), np.uint8)], least=0.25)
    assert (found.detections, found.matched, found.extra) == (1, matched, extra)
    assert found.worst_confidence == pytest.approx(apart, abs=1e-6)


@pytest.mark.parametrize(
    ("worse", "says"),
    [
        pytest.param({}, "", id="agrees"),
        pytest.param({"matched": 0.9}, "sees 90.0% of the detections", id="misses"),
        pytest.param({"extra": 0.2}, "reports 20.0% more", id="invents"),
        pytest.param({"confidence_p95": 0.2}, "confidences differ by 0.2", id="less-sure"),
        pytest.param({"worst_iou": 0.3}, "an IoU of 0.30", id="boxes-elsewhere"),
    ],
)
def test_departures_are_named(worse: dict[str, float], says: str) -> None:
    fine: dict[str, float] = {"matched": 1.0, "confidence_p95": 0.0, "worst_confidence": 0.0, "worst_iou": 1.0}
    found = Agreement(detections=9, **{"extra": 0.0, **fine, **worse})
    for allowed in (SAME_PRECISION, BF16, INT8):
        assert says in "".join(departures(found, allowed))
        assert bool(departures(found, allowed)) == bool(worse)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pictures").mkdir()
    for number, picture in enumerate(pictures(6)):
        cv2.imwrite(str(tmp_path / "pictures" / f"{number}.png"), picture[0])
    (tmp_path / "m.onnx").write_bytes(tiny_model())
    (tmp_path / "m-int8.onnx").write_bytes(quantize(tiny_model(), pictures(8)))
    (tmp_path / "other.onnx").write_bytes(tiny_model(seed=5))
    return tmp_path


def run(*words: str | Path) -> tuple[str, Exception | None]:
    if not app.registered_commands:
        mount()
    result = CliRunner().invoke(app, ["models", "parity", *map(str, words)])
    return result.output, result.exception if isinstance(result.exception, Exception) else None


def test_the_forms_of_one_model_agree(folder: Path) -> None:
    output, error = run(folder / "m.onnx", "--pictures", folder / "pictures", "--other", folder / "m-int8.onnx")
    assert error is None, error
    assert "m-int8 onnxruntime" in output
    assert ("m openvino-" in output) == (find_spec("openvino") is not None)


def test_another_model_is_found_out(folder: Path) -> None:
    _, error = run(folder / "m.onnx", "--pictures", folder / "pictures", "--other", folder / "other.onnx")
    assert isinstance(error, ModelError)
    assert "other onnxruntime sees" in str(error)


def test_a_checkpoint_needs_its_recipe(folder: Path) -> None:
    with pytest.raises(ModelError, match="--recipe"):
        list(forms_of(folder / "m.onnx", [], checkpoint=folder / "m.onnx", recipe=None))


def test_eight_bits_are_recognised(folder: Path) -> None:
    assert [is_quantised(folder / name) for name in ("m.onnx", "m-int8.onnx")] == [False, True]
