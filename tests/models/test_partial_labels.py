from __future__ import annotations

import numpy as np
import pytest

from streetaudit_models.partial_labels import blank_mask, fill, flatten, forget, labelled_row

CLASSES = ("litter", "vehicle", "bin")


@pytest.mark.parametrize(
    ("labelled", "row"),
    [
        pytest.param([], [False, False, False], id="nothing"),
        pytest.param(["bin", "litter"], [True, False, True], id="a-bin-photograph"),
        pytest.param(list(CLASSES), [True, True, True], id="everything"),
    ],
)
def test_a_source_speaks_only_of_its_classes(labelled: list[str], row: list[bool]) -> None:
    assert labelled_row(labelled, CLASSES).tolist() == row


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(ValueError, match="cow"):
        labelled_row(["cow"], CLASSES)


def test_a_side_off_the_grid_is_refused() -> None:
    with pytest.raises(ValueError, match="multiples of 32"):
        blank_mask(100, 64, 3)


def test_anchors_follow_the_order_of_the_head() -> None:
    mask = blank_mask(64, 96, 3)
    fill(mask, (0, 0, 96, 64), row=labelled_row(["bin"], CLASSES))
    flat = flatten(mask)
    assert flat.shape == (8 * 12 + 4 * 6 + 2 * 3, 3)
    assert flat.all(axis=0).tolist() == [False, False, True]


def test_each_tile_of_a_mosaic_keeps_its_own_row() -> None:
    mask = blank_mask(64, 64, 3)
    fill(mask, (0, 0, 32, 64), row=labelled_row(["bin"], CLASSES))
    fill(mask, (32, 0, 64, 64), row=labelled_row(["vehicle"], CLASSES))
    flat = flatten(mask)
    finest, coarsest = flat[:64].reshape(8, 8, 3), flat[-4:].reshape(2, 2, 3)
    assert finest[:, :4, 2].all()
    assert not finest[:, 4:, 2].any()
    assert coarsest[:, 0].tolist() == [[False, False, True]] * 2
    assert coarsest[:, 1].tolist() == [[False, True, False]] * 2


@pytest.mark.parametrize(
    ("class_id", "silent"),
    [pytest.param(1, [False, True, False], id="one-class"), pytest.param(-1, [True, True, True], id="every-class")],
)
def test_a_doubtful_box_is_neither_yes_nor_no(class_id: int, silent: list[bool]) -> None:
    mask = blank_mask(64, 64, 3)
    fill(mask, (0, 0, 64, 64), row=labelled_row(CLASSES, CLASSES))
    forget(mask, np.array([[9, 9, 20, 20]], dtype=np.float32), class_ids=np.array([class_id]))
    assert (~mask[:, 1, 1]).tolist() == silent
    assert mask[:, 0, 0].all()
    assert (~flatten(mask)[64]).tolist() == silent  # the coarser cell that holds it falls silent too


def test_the_loss_is_deaf_where_the_mask_is_false() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("ultralytics")
    from streetaudit_models.partial_loss import masked_bce

    scores = torch.zeros(1, 2, 3, requires_grad=True)
    targets = torch.tensor([[[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]]])
    mask = torch.tensor([[[True, False, False], [False, False, True]]])
    masked_bce(mask)(scores, targets).sum().backward()
    assert (scores.grad != 0).tolist() == [[[True, True, False], [False, False, True]]]
