"""The forms of one model that must say the same, and how nearly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streetaudit.errors import ModelError
from streetaudit.io.runtimes import installed_runtimes
from streetaudit_models.card import card_inside
from streetaudit_models.infer import LoadedModel, open_model
from streetaudit_models.parity import BF16, INT8, SAME_PRECISION, Tolerance


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a model, and what it may differ by from the fp32 one under ONNX Runtime."""

    name: str
    model: LoadedModel
    allowed: Tolerance


def forms_of(model: Path, others: Sequence[Path], *, checkpoint: Path | None, recipe: Path | None) -> Iterator[Form]:
    """The framework's own model, the reference under every other runtime, and the other files.

    Raises:
        ModelError: If a checkpoint comes without its recipe, or torch is not installed.
    """
    if checkpoint is not None:
        if recipe is None:
            raise ModelError("--checkpoint wants --recipe too: it says which network the weights are for")
        yield Form("torch fp32", framework_model(model, checkpoint, recipe), SAME_PRECISION)
    for runtime in installed_runtimes()[1:]:
        loaded = open_model(model.read_bytes(), runtime=runtime)
        allowed = BF16 if loaded.runtime.endswith("bf16") else SAME_PRECISION
        yield Form(f"{model.stem} {loaded.runtime}", loaded, allowed)
    for file in others:
        loaded = open_model(file.read_bytes())
        yield Form(f"{file.stem} {loaded.runtime}", loaded, INT8 if is_quantised(file) else SAME_PRECISION)


def is_quantised(file: Path) -> bool:
    """Whether a model computes in eight bits anywhere."""
    import onnx

    graph = onnx.load(file, load_external_data=False).graph
    return any(node.op_type == "QuantizeLinear" for node in graph.node)


def framework_model(model: Path, checkpoint: Path, recipe: Path) -> LoadedModel:
    """The checkpoint run by torch behind the same input and output as its export."""
    try:
        import torch
    except ImportError as error:
        raise ModelError("a checkpoint runs in torch: pip install 'streetaudit[train]'") from error
    from streetaudit_models.export import from_bytes, load_network
    from streetaudit_models.recipe import read_recipe

    network: Any = from_bytes(load_network(read_recipe(recipe), checkpoint))

    def run(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode():
            return np.asarray(network(torch.from_numpy(pixels)).numpy(), dtype=np.float32)

    return LoadedModel(card_inside(model.read_bytes()), run, "torch")
