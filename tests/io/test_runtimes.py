"""The same file under each runtime: the same boxes, and the faster one where the choice is ours."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from detect.onnx_models import constant_model, with_card, yolov8_output
from streetaudit.detect.detector import Detector
from streetaudit.errors import ModelError
from streetaudit.io import runtimes
from streetaudit.io.clock import Clock
from streetaudit.io.model_files import find_model
from streetaudit.io.onnx_model import load_model
from streetaudit.io.onnx_session import OnnxSession, preferred_providers, runtime_name
from streetaudit.io.openvino_session import OpenVinoSession
from streetaudit.io.runtimes import faster_session, open_session
from streetaudit.structures.frame import Frame

needs_openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="openvino is not installed")
BOX = (48.0, 32.0, 20.0, 10.0, 0.0, 0.8, 0.0)


def model(**options: Any) -> bytes:
    return with_card(constant_model(yolov8_output(BOX), **options))


@needs_openvino
@pytest.mark.parametrize(
    ("form", "size"),
    [
        pytest.param("float_nchw_rgb_01", (64, 96), id="float-fixed"),
        pytest.param("uint8_nhwc_rgb", ("height", "width"), id="uint8-of-any-size"),
    ],
)
def test_both_runtimes_tell_the_same_of_a_model(form: str, size: Any) -> None:
    data = model(form=form, size=size)
    ours, theirs = OnnxSession(data), OpenVinoSession(data)
    assert (theirs.input_shape, theirs.input_type) == (ours.input_shape, ours.input_type)
    assert theirs.runtime.startswith("openvino-")
    assert ours.runtime == "onnxruntime"


@needs_openvino
def test_a_result_is_not_overwritten_by_the_next_one() -> None:
    session = OpenVinoSession(model(form="uint8_nhwc_rgb"))
    first = session.run(np.zeros((1, 64, 96, 3), np.uint8))[0]
    before = first.copy()
    session.run(np.full((1, 64, 96, 3), 255, np.uint8))
    assert np.array_equal(first, before)


@needs_openvino
def test_the_shipped_model_sees_the_same_under_both_at_every_size() -> None:
    weights = find_model("nano").weights
    ours, theirs = (load_model(weights, runtime=runtime) for runtime in ("onnxruntime", "openvino"))
    rng = np.random.default_rng(3)
    for height, width in ((384, 640), (640, 384), (384, 640)):
        picture = rng.integers(0, 256, (1, height, width, 3)).astype(np.uint8)
        a, b = (loaded.session.run(picture)[0] for loaded in (ours, theirs))
        assert a.shape == b.shape
        assert np.abs(a[:, 4:] - b[:, 4:]).max() < 0.05  # confidences, in bf16 at worst
    exact = OpenVinoSession(weights.read_bytes(), precision="f32")
    assert np.abs(exact.run(picture)[0][:, 4:] - a[:, 4:]).max() < 1e-3


@needs_openvino
def test_a_shape_that_keeps_coming_gives_what_it_gave_before_and_others_still_work() -> None:
    session = OpenVinoSession(find_model("nano").weights.read_bytes(), precision="f32")
    rng = np.random.default_rng(4)
    wide, tall = (rng.integers(0, 256, (1, *size, 3)).astype(np.uint8) for size in ((96, 160), (160, 96)))
    first = session.run(wide)[0]
    for _ in range(12):
        again = session.run(wide)[0]
    assert np.abs(again - first).max() < 1e-2
    assert session.run(tall)[0].shape == first.shape
    assert np.abs(session.run(wide)[0] - first).max() < 1e-2


@needs_openvino
def test_a_detector_runs_on_it(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    file.write_bytes(model())
    loaded = load_model(file, runtime="openvino", threads=1)
    seen = Detector(loaded.session, loaded.card)(Frame(0, 0.0, np.zeros((64, 96, 3), np.uint8)))
    assert seen.xyxy.tolist() == [[38.0, 27.0, 58.0, 37.0]]


@needs_openvino
def test_openvino_refuses_with_advice() -> None:
    with pytest.raises(ModelError, match='runtime = "onnxruntime"'):
        OpenVinoSession(b"no model at all")


def test_a_missing_openvino_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ModelError, match=r"pip install 'streetaudit\[openvino\]'"):
        open_session(model(), "openvino", threads=1)


@pytest.mark.parametrize(
    ("available", "used", "name"),
    [
        pytest.param(["CPUExecutionProvider"], ["CPUExecutionProvider"], "onnxruntime", id="cpu"),
        pytest.param(
            ["AzureExecutionProvider", "CPUExecutionProvider"], ["CPUExecutionProvider"], "onnxruntime", id="no-cloud"
        ),
        pytest.param(
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
            ["CUDAExecutionProvider", "CPUExecutionProvider"],
            "onnxruntime-cuda",
            id="cuda",
        ),
        pytest.param(
            ["CPUExecutionProvider", "CUDAExecutionProvider", "TensorrtExecutionProvider"],
            ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"],
            "onnxruntime-tensorrt",
            id="tensorrt-first",
        ),
        pytest.param(["OpenVINOExecutionProvider", "CPUExecutionProvider"], ["CPUExecutionProvider"], "onnxruntime",
                     id="not-openvino-s-own-provider"),
    ],
)  # fmt: skip
def test_providers_are_taken_in_order_of_preference(available: list[str], used: list[str], name: str) -> None:
    assert preferred_providers(available) == used
    assert runtime_name(used) == name


def test_a_provider_that_did_not_load_is_not_named() -> None:
    assert runtime_name(["CPUExecutionProvider"]) == "onnxruntime"


@dataclass
class Ticking:
    """A clock that sessions move on."""

    at_s: float = 0.0
    clock: Clock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = Clock(monotonic_s=lambda: self.at_s)


@dataclass
class Paced:
    """A session that takes so long, the first time ten times as long."""

    time: Ticking
    takes_s: float
    runtime: str
    input_shape: tuple[int | None, ...] = (1, None, None, 3)
    input_type: str = "tensor(uint8)"
    runs: int = 0

    def run(self, tensor: NDArray[Any]) -> list[NDArray[np.float32]]:
        assert tensor.shape == (1, 64, 96, 3)
        self.time.at_s += self.takes_s * (1 if self.runs else 10)
        self.runs += 1
        return []


@pytest.mark.parametrize(
    ("other_s", "chosen"),
    [
        pytest.param(0.02, "openvino-bf16", id="clearly-faster"),
        pytest.param(0.037, "onnxruntime", id="hardly-faster"),
        pytest.param(0.08, "onnxruntime", id="slower"),
        pytest.param(2.0, "onnxruntime", id="slower-than-the-whole-measurement"),
    ],
)
def test_the_clearly_faster_runtime_is_taken_and_the_reason_given(
    monkeypatch: pytest.MonkeyPatch, other_s: float, chosen: str
) -> None:
    time = Ticking()
    ours, other = Paced(time, 0.04, "onnxruntime"), Paced(time, other_s, "openvino-bf16")
    monkeypatch.setattr(runtimes, "find_spec", lambda name: name)
    monkeypatch.setattr(runtimes, "open_session", lambda *_, **__: other)
    found = faster_session(b"", ours, threads=1, size=(64, 96), clock=time.clock)
    assert found.session.runtime == chosen
    assert f"{0.04 / other_s:.2f} times as fast" in found.why
    assert time.at_s < 1.0 + 12 * (0.04 + other_s)


@pytest.mark.parametrize(
    ("installed", "says"),
    [pytest.param(False, "not installed", id="absent"), pytest.param(True, "cannot load", id="refuses-the-model")],
)
def test_where_openvino_cannot_run_the_choice_is_onnx_runtime(
    monkeypatch: pytest.MonkeyPatch, installed: bool, says: str
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise ModelError("OpenVINO cannot load this model: an operator is unknown")

    monkeypatch.setattr(runtimes, "find_spec", lambda name: name if installed else None)
    monkeypatch.setattr(runtimes, "open_session", refuse)
    ours = Paced(Ticking(), 0.04, "onnxruntime")
    found = faster_session(b"", ours, threads=1, size=(64, 96))
    assert found.session is ours
    assert says in found.why
    assert ours.runs == 0


def test_auto_is_one_of_the_two_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "m.onnx"
    file.write_bytes(model())
    loaded = load_model(file, runtime="auto", threads=1)
    assert loaded.session.runtime in ("onnxruntime", "openvino-bf16", "openvino-f32")
    assert loaded.why.startswith("auto: ")
