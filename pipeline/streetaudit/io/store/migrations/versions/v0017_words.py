"""An index of the words by which cases are searched: without it a million rows are read for each search.

Revision ID: 0017
Revises: 0016
"""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_TEXTS = ("problem", "cell", "responsible", "code", "camera")
_NAMES = ", ".join(_TEXTS)


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in _INDEX:
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


def _of(row: str) -> str:
    return ", ".join(f"{row}.{name}" for name in _TEXTS)


_OUT = f"INSERT INTO case_words (case_words, rowid, {_NAMES}) VALUES ('delete', old.number, {_of('old')})"  # noqa: S608
_IN = f"INSERT INTO case_words (rowid, {_NAMES}) VALUES (new.number, {_of('new')})"  # noqa: S608 - names alone
_CHANGED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in _TEXTS)

#: The texts stay with the cases (SQLite documentation, FTS5, "External Content Tables"); the index holds their parts.
_INDEX = (
    (
        f"CREATE VIRTUAL TABLE case_words USING fts5({_NAMES}, content='cases', content_rowid='number',"
        " tokenize='trigram')"
    ),
    f"CREATE TRIGGER case_words_insert AFTER INSERT ON cases BEGIN {_IN}; END",
    f"CREATE TRIGGER case_words_update AFTER UPDATE OF {_NAMES} ON cases WHEN {_CHANGED} BEGIN {_OUT}; {_IN}; END",
    f"CREATE TRIGGER case_words_delete AFTER DELETE ON cases BEGIN {_OUT}; END",
    "INSERT INTO case_words (case_words) VALUES ('rebuild')",
)
