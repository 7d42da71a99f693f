from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.model_files import write_set
from streetaudit.structures.taxonomy import CLASSES
from streetaudit_models.collages import write_collages
from streetaudit_models.samples import read_set


def test_a_collage_keeps_the_labels_of_its_photograph(tmp_path: Path) -> None:
    photographs = list(read_set(write_set(tmp_path / "set"), CLASSES, split="val"))[:2]
    count = write_collages(photographs, tmp_path / "out", classes=CLASSES, seed=1)
    made = list(read_set(tmp_path / "out", CLASSES, split="train"))
    assert (count, len(made)) == (2, 2)
    for before, after in zip(photographs, made, strict=True):
        kept = len(before.boxes)
        assert after.class_ids[:kept].tolist() == before.class_ids.tolist()
        assert after.boxes[:kept] == pytest.approx(before.boxes, abs=1e-4)
        assert after.confidence[:kept].tolist() == pytest.approx(before.confidence.tolist())
        assert after.labelled.tolist() == before.labelled.tolist()
        assert not after.scored.any()
        assert np.all(after.confidence[kept:] == 1)
