"""How a model is made: one TOML, one frozen value."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How a training picture differs from its photograph; probabilities unless said otherwise."""

    mosaic: float = 0.5
    scale: tuple[float, float] = (0.6, 1.7)  # zoom around the fitted size, drawn in logarithms
    aspect: float = 0.1  # log of the stretch
    rotate_deg: float = 4.0
    shear: float = 0.03
    mirror: float = 0.5
    hsv: tuple[float, float, float] = (0.015, 0.5, 0.35)  # spread of the gains
    gamma: float = 0.25
    blur: float = 0.12
    noise: float = 0.12
    jpeg: float = 0.15
    print_ads: float = 0.3  # pictures that get posters and flyers planted on their walls
    print_class: str = "illegal_ad"


@dataclass(frozen=True, slots=True)
class DataShare:
    """One prepared set and its part of the pictures drawn."""

    folder: str
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One stretch of training at one size."""

    size: tuple[int, int]  # height, width in px; multiples of 32
    epochs: int
    lr: float  # peak of the cosine
    data: tuple[DataShare, ...]
    lr_end: float = 0.05  # of the peak
    pictures: int = 1440  # an epoch
    batch: int = 16
    warmup: int = 100  # steps
    augment: Augmentation = field(default_factory=Augmentation)
    frozen_layers: int = 0  # the first n modules of the network are left as they are
    other_sizes: tuple[tuple[int, int], ...] = ()  # batches take turns with these

    @property
    def sizes(self) -> tuple[tuple[int, int], ...]:
        """All sizes, in the order of their turns."""
        return (self.size, *self.other_sizes)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides what weights come out.

    Raises:
        ValueError: From `read_recipe`, if the file holds an unknown key.
    """

    name: str
    version: str
    classes: tuple[str, ...]
    base: str  # file of the pretrained weights
    base_sha256: str
    architecture: str  # of ultralytics
    phases: tuple[Phase, ...]
    seed: int = 0
    threads: int = 2
    weight_decay: float = 0.02
    bfloat16: bool = True  # autocast on the CPU; 1.8 times as fast on AVX-512 BF16


def read_recipe(file: Path) -> Recipe:
    """The recipe in a TOML file.

    Raises:
        ValueError: If a key is unknown or missing.
    """
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    phases = tuple(_phase(phase) for phase in table.pop("phases", []))
    return Recipe(**_checked(Recipe, {**table, "phases": phases}, file))


def _phase(table: dict[str, Any]) -> Phase:
    shares = tuple(DataShare(**_checked(DataShare, share, "phases.data")) for share in table.pop("data", []))
    augment = Augmentation(**_checked(Augmentation, table.pop("augment", {}), "phases.augment"))
    return Phase(**_checked(Phase, {**table, "data": shares, "augment": augment}, "phases"))


def _checked(kind: Any, table: dict[str, Any], where: Path | str) -> dict[str, Any]:
    fields = {one.name: one for one in dataclasses.fields(kind)}
    if unknown := sorted(set(table) - set(fields)):
        raise ValueError(f"{where}: want keys out of {sorted(fields)}; got {unknown}")
    needed = {name for name, one in fields.items() if _is_required(one)}
    if missing := sorted(needed - set(table)):
        raise ValueError(f"{where}: {missing} must be given")
    return {key: _frozen(value) for key, value in table.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(entry) for entry in value) if isinstance(value, list) else value


def _is_required(one: dataclasses.Field[Any]) -> bool:
    return one.default is dataclasses.MISSING and one.default_factory is dataclasses.MISSING
