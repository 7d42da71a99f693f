"""What a source's own table says of each of its pictures."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from streetaudit.structures.taxonomy import CLASSES
from streetaudit_datasets.labels.text import read_text
from streetaudit_datasets.labels.values import Fault, LabelError
from streetaudit_datasets.sources.card import TableRule

_MOST_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class Row:
    """One picture's line.

    Attributes:
        labelled: Our classes that are labelled exhaustively in it; None where the table does not say.
    """

    group: str
    split: str
    labelled: frozenset[str] | None
    source: str
    licence: str


def read_table(folder: Path, rule: TableRule) -> tuple[dict[Path, Row], list[Fault]]:
    """The rows by picture, and the lines that cannot be used.

    Raises:
        LabelError: If the table is missing or has not the columns that the card names.
    """
    file = folder / rule.file
    table = csv.DictReader(read_text(file, most=_MOST_BYTES).splitlines())
    wanted = [rule.picture, rule.group, rule.split, rule.labelled, rule.source, rule.licence]
    missing = [column for column in wanted if column and column not in (table.fieldnames or ())]
    if missing:
        raise LabelError(f"{file} has no column {missing[0]}, which the card names; it has {table.fieldnames}")
    rows: dict[Path, Row] = {}
    faults: list[Fault] = []
    for line in table:
        row = {key: value or "" for key, value in line.items() if isinstance(key, str)}
        labelled = _classes(row[rule.labelled]) if rule.labelled else None
        unknown = sorted((labelled or frozenset()) - set(CLASSES))
        if unknown:
            faults.append(Fault(rule.file, table.line_num, f"{', '.join(unknown)} is no class of ours; correct it"))
        rows[folder / row[rule.picture]] = Row(
            group=row.get(rule.group, ""),
            split=row.get(rule.split, ""),
            labelled=None if labelled is None else labelled & set(CLASSES),
            source=row.get(rule.source, ""),
            licence=row.get(rule.licence, ""),
        )
    return rows, faults


def _classes(text: str) -> frozenset[str]:
    """Names in a cell; remarks in brackets say something to people only.

    >>> sorted(_classes("bin, litter (by hand, not by source)"))
    ['bin', 'litter']
    """
    return frozenset(re.sub(r"\([^)]*\)", "", text).replace(",", " ").split())
