from __future__ import annotations

from pathlib import Path

import pytest

from streetaudit_models.recipe import read_recipe

MINIMAL = """
name = "x"
version = "1"
classes = ["bin"]
base = "b.pt"
base_sha256 = "00"
architecture = "yolov5n.yaml"
"""
PHASE = """
[[phases]]
size = [64, 96]
epochs = 2
lr = 0.001
data = [{ folder = "a", share = 0.5 }]
[phases.augment]
mosaic = 0.0
"""


def test_a_recipe_is_read_with_its_defaults(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(MINIMAL + PHASE)
    recipe = read_recipe(tmp_path / "r.toml")
    phase = recipe.phases[0]
    assert (recipe.classes, phase.size, phase.data[0].share) == (("bin",), (64, 96), 0.5)
    assert (phase.augment.mosaic, phase.augment.mirror) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param(MINIMAL + 'colour = "red"\n', "colour", id="unknown-key"),
        pytest.param(MINIMAL.replace('base = "b.pt"', ""), "base", id="missing-key"),
        pytest.param(MINIMAL + PHASE.replace("mosaic", "mozaic"), "mozaic", id="unknown-augmentation"),
    ],
)
def test_a_recipe_with_a_slip_is_refused(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(ValueError, match=word):
        read_recipe(tmp_path / "r.toml")


def test_the_shipped_recipes_can_be_read() -> None:
    folder = Path(__file__).parents[2] / "models" / "recipes"
    recipes = [read_recipe(file) for file in sorted(folder.glob("*.toml"))]
    assert all(len(recipe.classes) == 7 and recipe.phases for recipe in recipes)
