"""Where model files lie: shipped ones by name, all others by path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from streetaudit.errors import ModelError

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """The weights and the card beside them.

    Attributes:
        weights: The .onnx.
        card: The .toml, which need not exist.
    """

    weights: Path
    card: Path


def find_model(name_or_path: str | Path, *, base: Path | None = None) -> ModelFiles:
    """The files of a shipped name ("nano") or of a path to an .onnx.

    Args:
        name_or_path: A shipped name, else a path, which has a suffix or a separator.
        base: Folder that relative paths start from, default the current one.

    Raises:
        ModelError: If there are none; says which names there are.
    """
    asked = Path(name_or_path)
    for weights, cards in _shelves() if len(asked.parts) == 1 else []:
        file = weights / f"{asked}.onnx"
        if file.is_file():
            return ModelFiles(file, cards / f"{asked}.toml")
    if asked.suffix or len(asked.parts) > 1:
        return _at(asked if base is None else base / asked)
    names = ", ".join(shipped_models()) or "none in this installation"
    raise ModelError(f"there is no shipped model {asked}; shipped are: {names}. Name one, or a path to an .onnx file")


def shipped_models() -> list[str]:
    """The names of the models that come with the program."""
    return sorted({file.stem for weights, _ in _shelves() for file in weights.glob("*.onnx")})


def _shelves() -> list[tuple[Path, Path]]:
    """Folders of weights and cards: in a wheel within the package, in a checkout beside it."""
    homes = _PACKAGE / "shipped", _PACKAGE.parents[1] / "models"
    return [(home / "weights", home / "cards") for home in homes if (home / "weights").is_dir()]


def _at(weights: Path) -> ModelFiles:
    """Weights at a path; the card next to them, or in `cards` beside `weights`."""
    card = weights.with_suffix(".toml")
    shelf = weights.parent.parent / "cards" / card.name
    return ModelFiles(weights, shelf if weights.parent.name == "weights" and shelf.is_file() else card)
