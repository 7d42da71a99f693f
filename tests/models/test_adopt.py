from __future__ import annotations

from pathlib import Path

import pytest

from models.model_files import CLASSES, write_set
from streetaudit.errors import ModelError
from streetaudit_models.adopt import adopt
from streetaudit_models.samples import read_set


def test_a_yolo_folder_becomes_a_set_whose_groups_stay_together(tmp_path: Path) -> None:
    folder = write_set(tmp_path / "set")
    (folder / "manifest.csv").unlink()
    count = adopt(folder, source="synthetic", classes=CLASSES, val_every=3, group_of=2)
    train, val = (list(read_set(folder, CLASSES, split=split)) for split in ("train", "val"))
    assert (count, len(train), len(val)) == (6, 4, 2)
    assert all(sample.labelled.all() and sample.source == "synthetic" for sample in train + val)
    assert not {sample.group for sample in train} & {sample.group for sample in val}


def test_an_empty_folder_says_where_pictures_come_from(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="data synth"):
        adopt(tmp_path, source="x", classes=CLASSES)
