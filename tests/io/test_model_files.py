from pathlib import Path

import pytest

from streetaudit.errors import ModelError
from streetaudit.io import model_files
from streetaudit.io.model_files import ModelFiles, find_model, shipped_models


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package as a wheel lays it out, with one shipped model."""
    package = tmp_path / "site-packages" / "streetaudit"
    for folder in ("weights", "cards"):
        (package / "shipped" / folder).mkdir(parents=True)
    (package / "shipped" / "weights" / "nano-1.2.onnx").touch()
    (package / "shipped" / "cards" / "nano-1.2.toml").touch()
    monkeypatch.setattr(model_files, "_PACKAGE", package)
    return package


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The repository, with one model."""
    for folder in ("weights", "cards"):
        (tmp_path / "models" / folder).mkdir(parents=True)
    (tmp_path / "models" / "weights" / "nano.onnx").touch()
    monkeypatch.setattr(model_files, "_PACKAGE", tmp_path / "pipeline" / "streetaudit")
    return tmp_path


def test_a_name_in_a_wheel(wheel: Path) -> None:
    shipped = wheel / "shipped"
    assert find_model("nano-1.2") == ModelFiles(
        shipped / "weights" / "nano-1.2.onnx", shipped / "cards" / "nano-1.2.toml"
    )
    assert shipped_models() == ["nano-1.2"]


def test_a_name_in_a_checkout(checkout: Path) -> None:
    models = checkout / "models"
    assert find_model("nano") == ModelFiles(models / "weights" / "nano.onnx", models / "cards" / "nano.toml")


@pytest.mark.parametrize("name", ["nanno", "", "."])
def test_an_unknown_name_says_which_there_are(checkout: Path, name: str) -> None:
    with pytest.raises(ModelError, match="nano"):
        find_model(name)


@pytest.mark.parametrize(
    ("asked", "weights"),
    [
        pytest.param("mine.onnx", "base/mine.onnx", id="file"),
        pytest.param("sub/mine", "base/sub/mine", id="folder-without-suffix"),
        pytest.param("./nano", "base/nano", id="not-the-shipped-one"),
    ],
)
def test_a_path_starts_from_the_base(checkout: Path, asked: str, weights: str) -> None:
    asked_path: str | Path = f"{checkout}/base/nano.onnx" if asked == "./nano" else asked
    found = find_model(asked_path, base=checkout / "base")
    wanted = checkout / ("base/nano.onnx" if asked == "./nano" else weights)
    assert found == ModelFiles(wanted, wanted.with_suffix(".toml"))


def test_the_card_may_lie_in_cards_beside_weights(checkout: Path) -> None:
    card = checkout / "models" / "cards" / "nano.toml"
    card.touch()
    assert find_model(checkout / "models" / "weights" / "nano.onnx").card == card
