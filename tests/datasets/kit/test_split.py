"""Dividing a set: groups stay whole, classes are balanced, time goes forward."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datasets.kit.sets import labelled
from streetaudit_datasets.labels.values import LabelError, LabelledSet
from streetaudit_datasets.split import SplitPlan, split_set

BOX = (1.0, 1.0, 9.0, 9.0)
SHARES = {"train": 0.8, "val": 0.2}


def a_set(groups: list[int], *, classes: int = 3, seed: int = 0) -> LabelledSet:
    rng = np.random.default_rng(seed)
    images = [
        labelled(
            Path(f"{i}.jpg"),
            [(int(rng.integers(classes)), BOX)] * int(rng.integers(0, 4)),
            group=f"g{group}",
            taken_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=group),
        )
        for i, group in enumerate(groups)
    ]
    return LabelledSet(Path(), tuple("abc"[:classes]), tuple(images))


def splits_of_groups(images: LabelledSet) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for image in images.images:
        found.setdefault(image.group, set()).add(image.split)
    return found


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.integers(0, 30), min_size=20, max_size=80).filter(lambda g: len(set(g)) > 4),
    seed=st.integers(0, 99),
)
def test_no_group_is_divided_and_both_splits_are_filled(groups: list[int], seed: int) -> None:
    divided = split_set(a_set(groups), SplitPlan(SHARES, seed=seed))
    assert all(len(splits) == 1 for splits in splits_of_groups(divided).values())
    assert {image.split for image in divided.images} == {"train", "val"}


def test_every_class_is_shared_out_as_asked() -> None:
    divided = split_set(a_set([i // 3 for i in range(600)]), SplitPlan(SHARES, seed=1))
    counts: dict[str, Counter[int]] = {"train": Counter(), "val": Counter()}
    for image in divided.images:
        counts[image.split].update(image.class_id.tolist())
    for class_id in range(3):
        share = counts["val"][class_id] / (counts["val"][class_id] + counts["train"][class_id])
        assert share == pytest.approx(0.2, abs=0.03)


def test_a_rare_class_is_in_both_splits() -> None:
    images = list(a_set([*range(100)], classes=1).images)
    images[:2] = [labelled(Path("x.jpg"), [(1, BOX)], group="x"), labelled(Path("y.jpg"), [(1, BOX)], group="y")]
    divided = split_set(LabelledSet(Path(), ("a", "b"), tuple(images)), SplitPlan({"train": 0.6, "val": 0.4}))
    assert {image.split for image in divided.images[:2]} == {"train", "val"}


def test_the_same_seed_divides_alike_and_another_does_not() -> None:
    images = a_set([*range(200)])
    one, again, other = (split_set(images, SplitPlan(SHARES, seed=seed)) for seed in (1, 1, 2))
    assert [i.split for i in one.images] == [i.split for i in again.images]
    assert [i.split for i in one.images] != [i.split for i in other.images]


def test_pictures_that_look_alike_stay_together() -> None:
    images = a_set([*range(40)])
    pairs = [(i, i + 20) for i in range(20)]
    divided = split_set(images, SplitPlan({"train": 0.5, "val": 0.5}, seed=3), alike=pairs)
    assert all(divided.images[a].split == divided.images[b].split for a, b in pairs)


def test_by_time_the_newest_groups_are_judged_on() -> None:
    divided = split_set(a_set([*range(50)]), SplitPlan({"train": 0.6, "val": 0.2, "test": 0.2}, by="time"))
    newest = {s: max(i.taken_at for i in divided.images if i.split == s and i.taken_at) for s in ("train", "val")}
    oldest = {s: min(i.taken_at for i in divided.images if i.split == s and i.taken_at) for s in ("val", "test")}
    assert newest["train"] < oldest["val"]
    assert newest["val"] < oldest["test"]
    assert Counter(image.split for image in divided.images) == {"train": 30, "val": 10, "test": 10}


def test_a_kept_split_stays_and_draws_what_looks_like_it() -> None:
    images = split_set(a_set([*range(40)]), SplitPlan({"train": 0.5, "test": 0.5}))
    test = [i for i, image in enumerate(images.images) if image.split == "test"]
    train = [i for i, image in enumerate(images.images) if image.split == "train"]
    divided = split_set(images, SplitPlan(SHARES, keep=frozenset({"test"})), alike=[(train[0], test[0])])
    assert {divided.images[i].split for i in [*test, train[0]]} == {"test"}
    assert {divided.images[i].split for i in train[1:]} == {"train", "val"}


@pytest.mark.parametrize(
    ("images", "plan", "says"),
    [
        pytest.param(a_set([0] * 9), SplitPlan(SHARES), "too few", id="one-group"),
        pytest.param(a_set([]), SplitPlan(SHARES), "too few", id="empty"),
        pytest.param(
            LabelledSet(Path(), ("a",), tuple(labelled(group=str(i)) for i in range(9))),
            SplitPlan(SHARES, by="time"),
            "have a time",
            id="no-times",
        ),
    ],
)
def test_what_cannot_be_divided_is_refused(images: LabelledSet, plan: SplitPlan, says: str) -> None:
    with pytest.raises(LabelError, match=says):
        split_set(images, plan)


@pytest.mark.parametrize("shares", [{}, {"train": 1.0, "val": 0.0}, {"train": 0.9, "val": 0.2}])
def test_shares_must_add_up(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="add up to 1"):
        SplitPlan(shares)
