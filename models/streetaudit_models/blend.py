"""One checkpoint out of several of one training: the weighted mean of their weights, which generalises better."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from streetaudit.errors import ModelError


def blend(checkpoints: Sequence[Path], shares: Sequence[float], out: Path) -> None:
    """Write the mean of checkpoints (state dicts of one network), weighted by shares that add up to one.

    Raises:
        ModelError: If the shares do not fit the checkpoints, or these are of different networks.
    """
    import torch

    if len(shares) != len(checkpoints) or abs(sum(shares) - 1) > 1e-6:
        raise ModelError(f"give one share for each of {len(checkpoints)} checkpoints, adding up to 1; got {shares}")
    states = [torch.load(file, map_location="cpu", weights_only=True) for file in checkpoints]
    shapes = [{name: tuple(tensor.shape) for name, tensor in state.items()} for state in states]
    if any(other != shapes[0] for other in shapes[1:]):
        raise ModelError("the checkpoints are of different networks; blend those of one recipe")
    mean = dict(states[-1])  # counts of batches are no weights: the last ones stand
    for name in (name for name, tensor in mean.items() if tensor.is_floating_point()):
        parts = [share * state[name].float() for share, state in zip(shares, states, strict=True)]
        mean[name] = torch.stack(parts).sum(dim=0).to(mean[name].dtype)
    torch.save(mean, out)
