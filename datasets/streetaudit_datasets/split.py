"""Which pictures are trained on and which judged on: whole places and sequences, balanced, or the newest last."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from streetaudit_datasets.labels.values import LabelError, LabelledImage, LabelledSet

By = Literal["group", "time"]
#: A picture counts like so many boxes of a class: splits should agree in size as well as in classes.
_PICTURE_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """How a set is divided.

    Attributes:
        shares: Share of pictures by split; they add up to 1.
        by: "group" balances classes by a seed; "time" gives the newest groups to the later splits.
        seed: The same seed divides alike.
        keep: Splits that stay as they are.
    """

    shares: Mapping[str, float]
    by: By = "group"
    seed: int = 0
    keep: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not self.shares or min(self.shares.values()) <= 0 or abs(sum(self.shares.values()) - 1) > 1e-6:
            raise ValueError(f"want positive shares that add up to 1; got {dict(self.shares)}")


def split_set(images: LabelledSet, plan: SplitPlan, *, alike: Iterable[tuple[int, int]] = ()) -> LabelledSet:
    """The set with every picture in a split; no group is divided, nor are two pictures that look alike.

    Args:
        images: The set; its groups may be missing, then a picture stands for itself.
        plan: How.
        alike: Pairs of pictures, by number, that belong together whatever their groups.

    Raises:
        LabelError: If there is too little to divide, or no times to divide by.
    """
    clusters = _clusters(images.images, alike)
    kept = {root: _kept(images.images, members, plan.keep) for root, members in clusters.items()}
    free = [members for root, members in clusters.items() if kept[root] is None]
    if len(free) < len(plan.shares):
        raise LabelError(
            f"{images.folder} has {len(free)} groups that may be divided: too few for {len(plan.shares)} splits; "
            "give pictures of other places groups of their own"
        )
    chosen = _by_time(images.images, free, plan) if plan.by == "time" else _by_class(images, free, plan)
    split_of = {number: kept[root] for root, members in clusters.items() for number in members}
    split_of |= {number: split for members, split in zip(free, chosen, strict=True) for number in members}
    return replace(images, images=tuple(replace(one, split=split_of[i] or "") for i, one in enumerate(images.images)))


def _clusters(images: Sequence[LabelledImage], alike: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Picture numbers that must stay together, by one of them."""
    parent = list(range(len(images)))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first_of: dict[str, int] = {}
    for number, image in enumerate(images):
        if image.group:
            parent[root(number)] = root(first_of.setdefault(image.group, number))
    for first, second in alike:
        low, high = sorted((root(first), root(second)))
        parent[high] = low
    clusters: dict[int, list[int]] = defaultdict(list)
    for number in range(len(images)):
        clusters[root(number)].append(number)
    return dict(clusters)


def _kept(images: Sequence[LabelledImage], members: Sequence[int], keep: frozenset[str]) -> str | None:
    """The split that a cluster stays in; a cluster that reaches into a kept split goes there as a whole."""
    stays = sorted({images[number].split for number in members} & keep)
    return stays[-1] if stays else None


def _by_class(images: LabelledSet, clusters: Sequence[Sequence[int]], plan: SplitPlan) -> list[str]:
    """Largest clusters first, each to the split that lacks most of what it holds."""
    holds = np.stack([_holds(images, members) for members in clusters])
    weight = holds / holds.sum(axis=0).clip(min=1.0)  # a rare class weighs as much as a frequent one
    names, shares = list(plan.shares), np.array(list(plan.shares.values()))
    lacks = shares[:, None] * weight.sum(axis=0)
    order = sorted(range(len(clusters)), key=lambda i: (-float(weight[i].max()), _draw(plan.seed, clusters[i][0])))
    chosen = [""] * len(clusters)
    for i in order:
        best = int(np.argmax((lacks * weight[i]).sum(axis=1) / shares))
        chosen[i] = names[best]
        lacks[best] -= weight[i]
    return chosen


def _holds(images: LabelledSet, members: Sequence[int]) -> NDArray[np.float64]:
    """Boxes by class, then pictures."""
    counts = np.zeros(len(images.classes) + 1)
    for number in members:
        ids = images.images[number].class_id
        counts[:-1] += np.bincount(ids[(ids >= 0) & (ids < len(images.classes))], minlength=len(images.classes))
    counts[-1] = _PICTURE_WEIGHT * len(members)
    return counts


def _draw(seed: int, number: int) -> int:
    return int.from_bytes(hashlib.sha256(f"{seed}:{number}".encode()).digest()[:8], "big")


def _by_time(images: Sequence[LabelledImage], clusters: Sequence[Sequence[int]], plan: SplitPlan) -> list[str]:
    """Oldest clusters to the first split: what is judged on is later than what was learnt from."""
    newest = [_newest(images, members) for members in clusters]
    known = sorted((at, i) for i, at in enumerate(newest) if at is not None)
    if len(known) < len(plan.shares):
        raise LabelError(f"{len(known)} groups have a time: too few to divide by; add taken_at to the manifest")
    names, total = list(plan.shares), sum(len(clusters[i]) for _, i in known)
    edges = np.cumsum([plan.shares[name] for name in names]) * total
    chosen, so_far = [names[0]] * len(clusters), 0  # what has no time is trained on
    for _, i in known:
        middle = so_far + len(clusters[i]) / 2
        chosen[i] = names[min(int(np.searchsorted(edges, middle)), len(names) - 1)]
        so_far += len(clusters[i])
    return chosen


def _newest(images: Sequence[LabelledImage], members: Sequence[int]) -> datetime | None:
    times = [at for number in members if (at := images[number].taken_at) is not None]
    return max((at if at.tzinfo else at.replace(tzinfo=UTC) for at in times), default=None)
