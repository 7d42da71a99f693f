"""A CPU stand-in for torchvision's compiled non-maximum suppression.

Where the torchvision wheel's operators do not load (a CUDA build of torchvision beside a CPU build of torch), importing
torchvision fails because `torchvision::nms` does not exist. Declaring it first lets the import through. Where the real
operator loads, nothing here runs.
"""

from __future__ import annotations

from typing import Any

_KEPT_ALIVE: list[Any] = []  # torch.library registrations vanish with their object


def prepare() -> bool:
    """Whether the stand-in had to be declared; afterwards `import torchvision` works.

    Safe to call more than once. Must be called before the first import of torchvision or ultralytics.
    """
    import torch

    if _KEPT_ALIVE or _real_operators_load():
        return False
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.impl("nms", nms, "CPU")
    _KEPT_ALIVE.append(library)
    return True


def _real_operators_load() -> bool:
    import importlib.util
    from pathlib import Path

    import torch

    spec = importlib.util.find_spec("torchvision")
    if spec is None or not spec.submodule_search_locations:
        return False
    for compiled in Path(next(iter(spec.submodule_search_locations))).glob("_C*.so"):
        try:
            torch.ops.load_library(str(compiled))
        except OSError:
            return False
        return hasattr(torch.ops.torchvision, "nms")
    return False


def nms(boxes: Any, scores: Any, iou_threshold: float) -> Any:
    """Indices (int64) of the boxes kept, by falling score.

    Args:
        boxes: float (N, 4) xyxy.
        scores: float (N,).
        iou_threshold: A box that overlaps a better one by more is dropped.
    """
    import torch

    order = scores.argsort(descending=True)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept: list[int] = []
    while order.numel():
        best, rest = order[0], order[1:]
        kept.append(int(best))
        corner_min = torch.maximum(boxes[best, :2], boxes[rest, :2])
        corner_max = torch.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = (corner_max - corner_min).clamp(min=0).prod(1)
        order = rest[shared / (area[best] + area[rest] - shared) <= iou_threshold]
    return torch.tensor(kept, dtype=torch.int64)
