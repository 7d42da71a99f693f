"""Pretrained tensors out of a checkpoint, without running code that the file names.

A `.pt` file is a pickle. Its bytes are hashed before anything is read, and the unpickler builds only tensors, plain
containers and empty shells of the network's modules.
"""

from __future__ import annotations

import hashlib
import io
import pickle
from pathlib import Path
from types import ModuleType
from typing import Any

_ALLOWED = ("torch", "collections", "numpy", "_codecs", "__builtin__", "builtins")
_ALLOWED_BUILTINS = ("set", "dict", "list", "tuple", "int", "float", "bool", "slice", "complex", "bytearray")


def load_tensors(file: Path, *, sha256: str) -> dict[str, Any]:
    """The named float32 tensors (state dict) of the model in a verified checkpoint.

    Raises:
        ValueError: If the bytes are not those that were promised.
        pickle.UnpicklingError: If the file asks for anything but tensors and modules.
    """
    import torch

    data = file.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise ValueError(f"{file.name}: want sha256 {sha256}; got {found}: refusing to unpickle it")
    held = torch.load(io.BytesIO(data), map_location="cpu", pickle_module=_pickle_module(), weights_only=False)
    model = held.get("ema") or held["model"] if isinstance(held, dict) and "model" in held else held
    return {name: tensor.float() for name, tensor in model.state_dict().items()}


def _pickle_module() -> ModuleType:
    module = ModuleType("shell_pickle")
    vars(module).update(Unpickler=_ShellUnpickler, load=lambda file, **options: _ShellUnpickler(file, **options).load())
    return module


class _ShellUnpickler(pickle.Unpickler):
    """Builds torch's own values, and an empty module for every class of a model zoo."""

    def find_class(self, module: str, name: str) -> Any:
        top = module.partition(".")[0]
        if top in ("models", "ultralytics", "yolov5"):
            return _shell(name)
        if top in ("builtins", "__builtin__") and name not in _ALLOWED_BUILTINS:
            raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which is not allowed")
        if top not in _ALLOWED:
            raise pickle.UnpicklingError(f"the checkpoint asks for {module}.{name}, which is not allowed")
        return super().find_class(module, name)


def _shell(name: str) -> Any:
    import torch

    return type(name, (torch.nn.Module,), {})
