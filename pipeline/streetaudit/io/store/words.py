"""Which cases some words are in, asked of an index of all their three-letter parts: elsewhere this would be pg_trgm.

Migration 0017 makes the index `case_words` and the triggers that keep it, in the transaction that changes the case.
"""

from __future__ import annotations

from sqlalchemy import Column, ColumnElement, Connection, Integer, MetaData, Table, Text, func, or_, select

from streetaudit.io.store.tables import cases

#: The index knows parts of this length: of shorter words it knows nothing.
_PART = 3
#: More cases than this are met soon enough on a walk along the queue.
_FEW = 10_000
_TEXTS = (cases.c.problem, cases.c.cell, cases.c.responsible, cases.c.code, cases.c.camera)

_words = Table(
    "case_words",
    MetaData(),  # not ours to create: it is a virtual table
    Column("rowid", Integer, primary_key=True),
    Column("case_words", Text),
)


def hold_words(words: str, *, walking: bool) -> ColumnElement[bool]:
    """The condition that one text of a case holds some words, whatever their case.

    Args:
        words: Not empty.
        walking: True where rows are looked at one after the other until there are enough: then each row's own texts
            tell; else the index gives all rows at once.
    """
    if walking or len(words) < _PART:
        # SQLite's LIKE ignores case for ASCII; icontains would cost five times as much
        return or_(*(text.contains(words, autoescape=True) for text in _TEXTS))
    return cases.c.number.in_(select(_words.c.rowid).where(_hold(words)))


def are_rare(connection: Connection, words: str) -> bool:
    """True if so few cases hold the words that going through them all beats a walk along the queue."""
    if len(words) < _PART:
        return False
    some = select(_words.c.rowid).where(_hold(words)).limit(_FEW + 1)
    return connection.execute(select(func.count()).select_from(some.subquery())).scalar_one() <= _FEW


def _hold(words: str) -> ColumnElement[bool]:
    # FTS5's own quoting: everything inside stands for itself, but a NUL would end the string
    phrase = '"' + words.replace("\0", "").replace('"', '""') + '"'
    return _words.c.case_words.op("MATCH", is_comparison=True)(phrase)
