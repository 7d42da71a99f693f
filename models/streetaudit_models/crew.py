"""Several training processes that average their gradients once a step.

On a busy CPU two processes of one thread are much faster than one of two: threads wait for each other after every
operation, processes after every step.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


def join(meeting: Path, *, rank: int, size: int) -> None:
    """Wait for the other processes at a file that does not exist yet."""
    import torch.distributed

    if size > 1:
        torch.distributed.init_process_group(
            "gloo", init_method=meeting.absolute().as_uri(), rank=rank, world_size=size
        )


def rank() -> int:
    """This process's number, 0 when it works alone."""
    import torch.distributed

    return int(torch.distributed.get_rank()) if torch.distributed.is_initialized() else 0


def size() -> int:
    """How many processes train together."""
    import torch.distributed

    return int(torch.distributed.get_world_size()) if torch.distributed.is_initialized() else 1


def average_gradients(network: Any) -> None:
    """Give every process the mean of all gradients."""
    import torch

    if size() == 1:
        return
    gradients = [one.grad for one in network.parameters() if one.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    torch.distributed.all_reduce(flat)
    flat /= size()
    for gradient, part in zip(gradients, flat.split([gradient.numel() for gradient in gradients]), strict=True):
        gradient.copy_(part.view_as(gradient))
