import hashlib
import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from detect.onnx_models import CARD, CLASSES, constant_model, with_card, yolov8_output
from streetaudit.detect.detector import Detector
from streetaudit.errors import ModelError
from streetaudit.io import onnx_model
from streetaudit.io.onnx_model import load_model
from streetaudit.io.runtimes import Runtime, open_session
from streetaudit.structures.frame import Frame

BOX = (48.0, 32.0, 20.0, 10.0, 0.0, 0.8, 0.0)
ULTRALYTICS = {
    "description": "Ultralytics YOLO11n model trained on coco.yaml",
    "version": "8.4.190",
    "license": "AGPL-3.0 License (https://ultralytics.com/license)",
    "stride": "32",
    "task": "detect",
    "batch": "1",
    "imgsz": "[64, 96]",
    "names": "{0: 'litter', 1: 'car', 2: 'giraffe'}",
}


def tiny(**options: Any) -> onnx.ModelProto:
    return constant_model(yolov8_output(BOX), **options)


def put(folder: Path, data: bytes, *, name: str = "m.onnx", card: str | None = None) -> Path:
    """The file with these bytes, and its card beside it."""
    path = folder / name
    path.write_bytes(data)
    if card is not None:
        path.with_suffix(".toml").write_text(card)
    return path


def toml(data: bytes, **changes: str) -> str:
    words = {
        "name": '"side"',
        "classes": '["litter", "car", "giraffe"]',
        "input_size": "[64, 96]",
        "input": '"float_nchw_rgb_01"',
        "layout": '"yolov8"',
        "iou": "0.5",
        "licence": '"CC0-1.0"',
        "sha256": f'"{hashlib.sha256(data).hexdigest()}"',
        "thresholds": "{ litter = 0.3 }",
        "metrics": "{ map50 = 0.9 }",
    }
    return "\n".join(f"{key} = {value}" for key, value in (words | changes).items() if value)


def test_our_own_card_in_the_file(tmp_path: Path) -> None:
    data = with_card(tiny())
    card = load_model(put(tmp_path, data)).card
    assert (card.name, card.version, card.classes, card.licence) == ("tiny", "1", CLASSES, "CC0-1.0")
    assert (card.input, card.layout, card.input_size, card.iou) == ("float_nchw_rgb_01", "yolov8", (64, 96), 0.5)
    assert card.thresholds == (("litter", 0.3),)
    assert card.sha256 == hashlib.sha256(data).hexdigest()


def test_ultralytics_metadata(tmp_path: Path) -> None:
    card = load_model(put(tmp_path, tiny(metadata=ULTRALYTICS).SerializeToString(), name="yolo11n.onnx")).card
    assert (card.name, card.classes, card.input_size, card.layout) == ("yolo11n", CLASSES, (64, 96), "yolov8")
    assert card.input == "float_nchw_rgb_01"
    assert card.licence.startswith("AGPL-3.0")


def test_ultralytics_export_with_free_axes(tmp_path: Path) -> None:
    model = tiny(metadata=ULTRALYTICS, size=("height", "width"))
    for side in model.graph.output[0].type.tensor_type.shape.dim:
        side.ClearField("dim_value")
        side.dim_param = "unknown"  # as Ultralytics writes it with dynamic=True
    loaded = load_model(put(tmp_path, model.SerializeToString()))
    assert (loaded.card.layout, loaded.any_size) == ("yolov8", True)


def test_ultralytics_end_to_end_head(tmp_path: Path) -> None:
    model = constant_model(np.zeros((1, 300, 6), np.float32), metadata=ULTRALYTICS)
    assert load_model(put(tmp_path, model.SerializeToString())).card.layout == "end2end"


def test_a_card_beside_the_file(tmp_path: Path) -> None:
    data = tiny().SerializeToString()
    card = load_model(put(tmp_path, data, card=toml(data))).card
    assert (card.name, card.classes, card.thresholds) == ("side", CLASSES, (("litter", 0.3),))


@pytest.mark.parametrize(
    ("size", "any_size"), [pytest.param((64, 96), False, id="fixed"), pytest.param(("h", "w"), True, id="any")]
)
@pytest.mark.parametrize("form", ["uint8_nhwc_rgb", "float_nchw_rgb_01", "float_nchw_bgr_255"])
def test_it_detects(tmp_path: Path, form: str, size: tuple[int | str, int | str], any_size: bool) -> None:
    loaded = load_model(put(tmp_path, with_card(tiny(form=form, size=size), input=form)), threads=1)
    assert loaded.any_size is any_size
    detect = Detector(loaded.session, loaded.card, tight=loaded.any_size)
    seen = detect(Frame(0, 0.0, np.full((128, 192, 3), 90, np.uint8)))
    np.testing.assert_allclose(seen.xyxy, [[76, 54, 116, 74]])


def test_relative_paths_start_from_the_base(tmp_path: Path) -> None:
    put(tmp_path, with_card(tiny()))
    assert load_model("m.onnx", base=tmp_path).card.name == "tiny"


def test_weights_that_were_swapped_are_refused(tmp_path: Path) -> None:
    data = with_card(tiny())
    other = with_card(constant_model(yolov8_output()))
    with pytest.raises(ModelError, match="not the file its card was written for"):
        load_model(put(tmp_path, other, card=toml(data)))


def test_the_bytes_that_were_hashed_are_the_bytes_that_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = with_card(tiny())
    path = put(tmp_path, data, card=toml(data))
    real = open_session

    def swap_then_load(given: bytes, runtime: Runtime, **options: Any) -> Any:
        path.write_bytes(b"something else")  # as a thief would, between the check and the use
        assert hashlib.sha256(given).hexdigest() == hashlib.sha256(data).hexdigest()
        return real(given, runtime, **options)

    monkeypatch.setattr(onnx_model, "open_session", swap_then_load)
    assert load_model(path).card.name == "tiny"


def _external() -> bytes:
    model = tiny()
    tensor = model.graph.initializer[0]
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../secret"
    tensor.ClearField("raw_data")
    return with_card(model)


def _custom_operator() -> bytes:
    model = tiny()
    model.opset_import.append(helper.make_opsetid("evil.ops", 1))
    model.graph.node.append(helper.make_node("Steal", ["output"], ["more"], domain="evil.ops"))
    return with_card(model)


def _two_inputs() -> bytes:
    model = tiny()
    model.graph.input.append(helper.make_tensor_value_info("scale", TensorProto.FLOAT, [1]))
    return with_card(model)


def _training() -> bytes:
    model = tiny()
    model.training_info.add().algorithm.CopyFrom(model.graph)
    return with_card(model)


def _not_runnable() -> bytes:
    model = tiny()
    model.graph.node[0].op_type = "NoSuchOperator"
    return with_card(model)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(_external, "weights in other files", id="external-data"),
        pytest.param(_custom_operator, "evil.ops", id="custom-operator"),
        pytest.param(_two_inputs, "2 inputs", id="two-inputs"),
        pytest.param(_training, "training", id="training-graphs"),
        pytest.param(_not_runnable, "ONNX Runtime cannot load", id="unknown-operator"),
        pytest.param(lambda: b"", "not an ONNX model", id="empty"),
        pytest.param(lambda: pickle.dumps({"a": 1}), "not an ONNX model", id="pickle-named-onnx"),
        pytest.param(lambda: with_card(tiny())[:-9], "not an ONNX model", id="cut-off"),
        pytest.param(lambda: with_card(tiny(), input="uint8_nhwc_rgb"), "correct `input`", id="card-of-other-input"),
        pytest.param(lambda: with_card(tiny(), input_size=[640, 640]), "input_size", id="card-of-other-size"),
        pytest.param(lambda: with_card(tiny(), layout="yolo99"), "layout", id="unknown-layout"),
        pytest.param(lambda: with_card(tiny(), layout="yolox"), "correct `layout`", id="other-layout"),
        pytest.param(
            lambda: with_card(tiny(), classes=["litter"]), "correct `layout` and `classes`", id="too-few-classes"
        ),
        pytest.param(
            lambda: tiny(metadata=ULTRALYTICS | {"imgsz": "['a', 9]"}).SerializeToString(), "imgsz", id="wild-size"
        ),
        pytest.param(lambda: with_card(tiny(), classes=[]), "classes", id="no-classes"),
        pytest.param(lambda: with_card(tiny(), thresholds={"litter": 1.5}), "thresholds.litter", id="wild-threshold"),
        pytest.param(lambda: with_card(tiny(), thresholds={"liter": 0.5}), "liter", id="threshold-of-no-class"),
        pytest.param(
            lambda: tiny(metadata={"streetaudit_card": "{"}).SerializeToString(), "no JSON", id="card-is-no-json"
        ),
        pytest.param(
            lambda: tiny(metadata=ULTRALYTICS | {"task": "segment"}).SerializeToString(), "segment", id="not-a-detector"
        ),
        pytest.param(
            lambda: tiny(metadata=ULTRALYTICS | {"names": "__import__('os')"}).SerializeToString(),
            "cannot be read",
            id="metadata-is-never-run",
        ),
        pytest.param(
            lambda: tiny(metadata=ULTRALYTICS | {"names": "7"}).SerializeToString(), "names no classes", id="no-names"
        ),
        pytest.param(
            lambda: tiny(metadata=ULTRALYTICS | {"names": "['a', 'b']"}).SerializeToString(),
            "known are",
            id="head-of-other-classes",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, data: Callable[[], bytes], says: str) -> None:
    with pytest.raises(ModelError, match=says):
        load_model(put(tmp_path, data()))


def test_a_pickle_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="runs whatever code"):
        load_model(put(tmp_path, with_card(tiny()), name="m.pt"))


def test_a_huge_file_is_refused_before_it_is_parsed(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    with path.open("wb") as file:
        file.truncate(onnx_model.MOST_BYTES + 1)
    with pytest.raises(ModelError, match="more than 200 MB"):
        load_model(path)


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo"])
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "m.onnx"
    if kind == "folder":
        path.mkdir()
    elif kind == "fifo":
        os.mkfifo(path)
    with pytest.raises(ModelError, match=r"name an \.onnx file"):
        load_model(path)


def test_without_a_card_it_says_how_to_write_one_and_that_card_works(tmp_path: Path) -> None:
    path = put(tmp_path, tiny().SerializeToString())
    with pytest.raises(ModelError, match=r"Write .*m\.toml beside it") as caught:
        load_model(path)
    told = str(caught.value).split("\n\n", 1)[1]
    path.with_suffix(".toml").write_text(told.replace('"vehicle"]', '"vehicle", "other"]'))
    assert load_model(path).card.input_size == (64, 96)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"sha256": ""}, "add sha256 = ", id="no-hash"),
        pytest.param({"sha256": "7"}, "add sha256 = ", id="hash-is-no-text"),
        pytest.param({"name": ""}, "name", id="no-name"),
        pytest.param({"name": "= ["}, "cannot read the model card", id="no-toml"),
    ],
)
def test_a_wrong_card_beside_the_file(tmp_path: Path, change: dict[str, str], says: str) -> None:
    data = tiny().SerializeToString()
    with pytest.raises(ModelError, match=says):
        load_model(put(tmp_path, data, card=toml(data, **change)))


def test_the_card_in_use_is_the_one_the_builder_wrote() -> None:
    assert set(CARD["thresholds"]) <= set(CLASSES)
