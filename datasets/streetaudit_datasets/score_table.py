"""The agreement of cases with a known truth, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from streetaudit_datasets.scoring import CaseScore

_NAMES = ("problem", "there", "found", "rec.", "cases", "prec.", "dup", "false", "mrg", "med m", "p90", "in err")


def score_table(scores: Sequence[CaseScore]) -> Table:
    """One line a problem: what is there, what was found, how right and how near; states where a scene tells them."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))  # twelve columns in eighty characters
    with_states = any(score.state_errors for score in scores)
    for name in (*_NAMES, "state") if with_states else _NAMES:
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
            str(score.merges),
            _number(score.median_m),
            _number(score.p90_m),
            _number(score.within_error),
            *([str(score.state_errors)] if with_states else []),
        )
    return table


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
