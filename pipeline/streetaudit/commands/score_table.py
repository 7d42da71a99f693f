"""The agreement of cases with a known truth, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:  # the datasets wing need not be installed to show anything else
    from streetaudit_datasets.scoring import CaseScore

_NAMES = ("problem", "there", "found", "rec.", "cases", "prec.", "dupl.", "false", "med m", "p90 m", "in err")


def score_table(scores: Sequence[CaseScore]) -> Table:
    """One line a problem: what is there, what was found, how right and how near."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # eleven columns in eighty characters
    for name in _NAMES:
        table.add_column(name, justify="left" if name == "problem" else "right", no_wrap=True)
    for score in scores:
        table.add_row(
            score.problem,
            str(score.truths),
            str(score.found),
            _number(score.recall),
            str(score.cases),
            _number(score.precision),
            str(score.duplicates),
            str(score.false),
            _number(score.median_m),
            _number(score.p90_m),
            _number(score.within_error),
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
