"""Ultralytics' detection loss, deaf to classes that an image's source does not label."""

from __future__ import annotations

from typing import Any


def partial_label_loss(network: Any) -> Any:
    """The loss of a network (predictions, batch) -> (loss, parts); the batch brings `class_mask` bool (B, A, C)."""
    from ultralytics.utils.loss import v8DetectionLoss

    class PartialLabelLoss(v8DetectionLoss):  # type: ignore[misc]  # ultralytics has no type hints
        def get_assigned_targets_and_loss(self, preds: Any, batch: Any, **options: Any) -> Any:
            self.bce = masked_bce(batch["class_mask"])
            return super().get_assigned_targets_and_loss(preds, batch, **options)

    return PartialLabelLoss(network)


def masked_bce(mask: Any) -> Any:
    """Cross entropy (scores, targets) that is zero where the mask is false and no box was assigned."""
    import torch

    def entropy(scores: Any, targets: Any) -> Any:
        plain = torch.nn.functional.binary_cross_entropy_with_logits(scores, targets, reduction="none")
        return plain * (mask | (targets > 0))

    return entropy
