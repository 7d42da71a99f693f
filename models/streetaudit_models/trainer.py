"""Weights out of a recipe: ultralytics' network and loss, masked where labels are partial, on any device there is."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streetaudit_models import torchvision_standin
from streetaudit_models.pretrained import load_tensors
from streetaudit_models.recipe import Phase, Recipe

_LOG = logging.getLogger(__name__)
_EMA_TAU = 150  # steps until the average trusts itself
_EMA_DECAY = 0.996


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one epoch ended.

    Attributes:
        loss: Mean box, class and distribution loss.
        checkpoint: The averaged weights after it.
    """

    phase: int
    epoch: int
    loss: tuple[float, float, float]
    seconds: float
    checkpoint: Path


def build_network(recipe: Recipe, *, base: Path | None = None) -> Any:
    """The recipe's network, with every tensor of the base whose name and shape fit."""
    torchvision_standin.prepare()
    import torch
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel

    torch.manual_seed(recipe.seed)
    network = DetectionModel(recipe.architecture, nc=len(recipe.classes), verbose=False)
    network.names = dict(enumerate(recipe.classes))
    network.args = get_cfg()
    if base is not None:
        own = network.state_dict()
        given = load_tensors(base, sha256=recipe.base_sha256)
        fitting = {name: value for name, value in given.items() if name in own and own[name].shape == value.shape}
        network.load_state_dict(fitting, strict=False)
        _LOG.info("%d of %d tensors come from %s", len(fitting), len(own), base.name)
    return network


def train(recipe: Recipe, out: Path, *, base: Path, data: Path, resume: Path | None = None) -> Iterator[Progress]:
    """Train phase after phase, one `Progress` an epoch; checkpoints hold averaged weights (state dict).

    Args:
        recipe: What to do.
        out: Folder of the checkpoints and of `log.jsonl`.
        base: The pretrained checkpoint of the recipe.
        data: Folder that the recipe's set folders are relative to.
        resume: Checkpoint to start from instead of the base.
    """
    import torch

    from streetaudit_models import crew

    torch.set_num_threads(recipe.threads if crew.size() == 1 else 1)
    out.mkdir(parents=True, exist_ok=True)
    network = build_network(recipe, base=base)
    if resume is not None:
        network.load_state_dict(torch.load(resume, map_location="cpu", weights_only=True))
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network.to(device, memory_format=torch.channels_last)
    for number, phase in enumerate(recipe.phases):
        yield from _train_phase(network, recipe, number, phase=phase, out=out, data=data)


def _train_phase(
    network: Any, recipe: Recipe, number: int, *, phase: Phase, out: Path, data: Path
) -> Iterator[Progress]:
    from ultralytics.utils.torch_utils import ModelEMA

    from streetaudit_models import crew
    from streetaudit_models.batches import batches, load_shares
    from streetaudit_models.partial_loss import partial_label_loss

    for layer, module in enumerate(network.model):
        module.requires_grad_(layer >= phase.frozen_layers)
    shares = load_shares(data, phase, classes=recipe.classes)
    steps = phase.epochs * (phase.pictures // phase.batch)
    optimizer, schedule = _optimizer(network, recipe, phase, steps)
    average = ModelEMA(network, decay=_EMA_DECAY, tau=_EMA_TAU)
    criterion = partial_label_loss(network)
    for epoch in range(phase.epochs):
        began, losses = time.monotonic(), []
        seed = recipe.seed + 1000 * number + epoch + 1_000_000 * crew.rank()
        for batch in batches(shares, phase, seed=seed, batch=phase.batch // crew.size()):
            losses.append(_step(network, batch, criterion, optimizer=optimizer, bfloat16=recipe.bfloat16))
            schedule.step()
            average.update(network)
        mean = tuple(float(part) / len(losses) for part in sum(losses))
        if crew.rank() == 0:
            checkpoint = _save(average.ema, out / f"phase{number}-epoch{epoch:03d}.pt")
            progress = Progress(number, epoch, mean, time.monotonic() - began, checkpoint)  # type: ignore[arg-type]
            _note(out, progress)
            yield progress
    network.load_state_dict(average.ema.state_dict())  # the next phase starts from the average


def _optimizer(network: Any, recipe: Recipe, phase: Phase, steps: int) -> tuple[Any, Any]:
    import math

    import torch

    weights = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    others = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=phase.lr, betas=(0.9, 0.999))

    def factor(step: int) -> float:
        rising = min(1.0, (step + 1) / max(1, phase.warmup))
        falling = 0.5 * (1 + math.cos(math.pi * min(1.0, step / steps)))
        return rising * (phase.lr_end + (1 - phase.lr_end) * falling)

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, factor)


def _step(network: Any, batch: dict[str, Any], criterion: Any, *, optimizer: Any, bfloat16: bool) -> Any:
    import torch

    from streetaudit_models import crew

    network.train()
    device = next(network.parameters()).device
    batch = {name: value.to(device, non_blocking=True) for name, value in batch.items()}
    pixels = batch["img"].permute(0, 3, 1, 2).float().div_(255).to(memory_format=torch.channels_last)
    with torch.autocast(device.type, dtype=torch.bfloat16, enabled=bfloat16):
        seen = network(pixels)
    loss, parts = criterion(_as_float(seen), batch)
    optimizer.zero_grad(set_to_none=True)
    loss.sum().div(len(pixels)).backward()
    crew.average_gradients(network)
    torch.nn.utils.clip_grad_norm_(network.parameters(), max_norm=10.0)
    optimizer.step()
    return torch.stack(list(parts.values())).detach().cpu()


def _as_float(seen: dict[str, Any]) -> dict[str, Any]:
    return {
        name: [level.float() for level in value] if isinstance(value, list) else value.float()
        for name, value in seen.items()
    }


def _save(network: Any, file: Path) -> Path:
    import torch

    torch.save({name: tensor.detach().cpu() for name, tensor in network.state_dict().items()}, file)
    return file


def _note(out: Path, progress: Progress) -> None:
    line = {
        "phase": progress.phase,
        "epoch": progress.epoch,
        "loss": [round(part, 4) for part in progress.loss],
        "seconds": round(progress.seconds, 1),
        "checkpoint": progress.checkpoint.name,
    }
    with (out / "log.jsonl").open("a", encoding="utf-8") as handle:
        handle.write(json.dumps(line) + "\n")
