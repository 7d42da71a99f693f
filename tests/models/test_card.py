from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import onnx
import pytest

from models.model_files import card, tiny_model
from streetaudit.errors import ModelError
from streetaudit_models.card import card_inside, publish, read_card, to_toml, with_card


def test_a_card_survives_the_onnx_file() -> None:
    words = card(metrics={"val": {"bin": 0.8}}, data=({"name": "ours", "images": 3},), limits=('nothing "small"',))
    assert card_inside(with_card(onnx.load_from_string(tiny_model()), words)) == words


def test_a_second_card_replaces_the_first() -> None:
    data = with_card(onnx.load_from_string(tiny_model()), card(version="9"))
    assert card_inside(data).version == "9"
    assert len(onnx.load_from_string(data).metadata_props) == 1


def test_a_published_card_names_the_bytes_beside_it(tmp_path: Path) -> None:
    data = tiny_model()
    file = publish(data, card(), weights=tmp_path / "weights", cards=tmp_path / "cards")
    words, name, sha256 = read_card(file)
    written = (tmp_path / "weights" / name).read_bytes()
    assert words == card()
    assert hashlib.sha256(written).hexdigest() == sha256


@pytest.mark.parametrize(
    "table",
    [
        pytest.param({"a": 1, "b": [1.5, 2.5], "c": 'é " \\ 字'}, id="plain"),
        pytest.param({"a": {"b": {"c": True}}, "d": {}}, id="nested"),
        pytest.param({"a": 1, "rows": [{"x": 1, "y": {"z": 2}}, {"x": 3}]}, id="rows"),
    ],
)
def test_toml_says_what_it_was_told(table: dict[str, object]) -> None:
    assert tomllib.loads(to_toml(table)) == table


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"layout": "yolov3"}, id="layout"),
        pytest.param({"input": "jpeg"}, id="input"),
        pytest.param({"thresholds": {"cow": 0.5}}, id="threshold-of-no-class"),
    ],
)
def test_a_card_that_nobody_can_follow_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="want"):
        card(**changes)


def test_a_model_without_a_card_says_how_to_get_one() -> None:
    model = onnx.load_from_string(tiny_model())
    del model.metadata_props[:]
    with pytest.raises(ModelError, match="streetaudit export"):
        card_inside(model.SerializeToString())


def test_a_file_that_is_no_card_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("a = 1")
    with pytest.raises(ModelError, match=r"x\.toml"):
        read_card(tmp_path / "x.toml")
