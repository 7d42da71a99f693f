"""Everything that is checked about a set before anybody trains on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from streetaudit_datasets.check.boxes import balance, check_balance, check_boxes
from streetaudit_datasets.check.files import Looked, look
from streetaudit_datasets.check.findings import CheckReport, Finding
from streetaudit_datasets.check.leaks import check_duplicates, check_groups
from streetaudit_datasets.labels.values import LabelledSet


def check_set(images: LabelledSet, *, workers: int = 2) -> CheckReport:
    """The report on a set: files, boxes, classes, duplicates and leaks between splits."""
    looked = look([i.path for i in images.images], [images.name(i) for i in images.images], workers=workers)
    return CheckReport(
        images=len(images.images),
        boxes=sum(len(image.xyxy) for image in images.images),
        balance=balance(images),
        findings=tuple(_findings(images, looked)),
    )


def _findings(images: LabelledSet, looked: Sequence[Looked]) -> Iterator[Finding]:
    for fault in images.faults:
        yield Finding("label_file", f"{fault.file}:{fault.line}" if fault.line else fault.file, fault.says)
    for one in looked:
        yield from one.findings
    yield from check_boxes(images)
    yield from check_groups(images)
    yield from check_duplicates(images, looked)
    yield from check_balance(images)
