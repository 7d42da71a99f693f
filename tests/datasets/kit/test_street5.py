"""The real set beside the repository, read through its card."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from streetaudit_datasets.check.boxes import check_boxes
from streetaudit_datasets.check.leaks import check_groups
from streetaudit_datasets.labels.prepared import read_prepared
from streetaudit_datasets.labels.values import LabelledSet
from streetaudit_datasets.sources.bring_in import import_source, read_source
from streetaudit_datasets.sources.card import find_card

STREET5 = Path(os.environ.get("STREETAUDIT_SHARED", Path(__file__).parents[3].parent / "shared")) / "data" / "street5"
STALLS = frozenset({"street_stall"})
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not STREET5.is_dir(), reason=f"no street5 at {STREET5}; set STREETAUDIT_SHARED"),
]


@pytest.fixture(scope="module")
def street5() -> LabelledSet:
    return read_source(find_card("street5"), STREET5)


def test_every_picture_is_read_with_what_its_source_labels(street5: LabelledSet) -> None:
    assert (len(street5.images), len(street5.faults)) == (1751, 0)
    of_source = {image.source: image.labelled for image in street5.images if image.labelled != STALLS}
    assert {source: sorted(names or ()) for source, names in of_source.items()} == {
        "atanu": ["bin", "litter", "overflowing_bin"], "hw": ["vehicle"], "atl": ["vehicle"], "facade": ["illegal_ad"],
    }  # fmt: skip
    assert sum(image.labelled == STALLS for image in street5.images) == 11


def test_its_boxes_and_groups_need_no_mending(street5: LabelledSet) -> None:
    found = [*check_boxes(street5), *check_groups(street5)]
    assert [finding for finding in found if finding.must_be_mended] == []
    assert {finding.kind for finding in found} == {"box_tiny"}


def test_it_is_brought_in_without_losing_a_box(street5: LabelledSet, tmp_path: Path) -> None:
    done = import_source(find_card("street5"), STREET5, tmp_path / "out")
    read = read_prepared(tmp_path / "out", classes=())
    assert not done.faults
    assert sum(len(image.xyxy) for image in read.images) == sum(len(image.xyxy) for image in street5.images) == 5721
