"""Who did what: append-only, each row chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from streetaudit.io.store.errors import AuditTrailError
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import audit_trail
from streetaudit.io.store.values import AuditRow

#: What the first row is chained to.
GENESIS = "0" * 64


class AuditTrail(StorePart):
    """The audit trail; decisions and changes of accounts write to it by themselves, in their own transaction."""

    def audit(self, who: str, what: str, about: str) -> None:
        """Append one row."""
        with self._database.write() as connection:
            append(connection, self._clock.now(), who=who, what=what, about=about)

    def audit_rows(self, limit: int = 100) -> list[AuditRow]:
        """The newest rows, newest first."""
        query = select(audit_trail).order_by(audit_trail.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [AuditRow(**row) for row in connection.execute(query).mappings()]

    def audit_head(self) -> str:
        """The hash of the newest row: print it elsewhere, and a trail cut short shows."""
        newest = self.audit_rows(1)
        return newest[0].hash if newest else GENESIS

    def verify_audit(self) -> int:
        """The number of rows, after every one of them was checked.

        Raises:
            AuditTrailError: If a row was changed, taken out, put in or moved.
        """
        checked, prev_hash = 0, GENESIS
        with self._database.read() as connection:
            for row in _rows(connection):
                checked += 1
                whole = row.number == checked and row.prev_hash == prev_hash and row.hash == _hash(row)
                if not whole:
                    raise AuditTrailError(
                        f"the audit trail breaks at row {checked} (written {row.at:%Y-%m-%d %H:%M}): "
                        "it was changed from outside; compare it with a backup"
                    )
                prev_hash = row.hash
        return checked


def append(connection: Connection, at: datetime, *, who: str, what: str, about: str) -> None:
    """Append one row within a transaction that is going on."""
    newest = select(audit_trail.c.number, audit_trail.c.hash).order_by(audit_trail.c.number.desc()).limit(1)
    last = connection.execute(newest).one_or_none()
    number, prev_hash = (1, GENESIS) if last is None else (last.number + 1, last.hash)
    row = AuditRow(number, at.astimezone(UTC), who, what, about, prev_hash, hash="")
    chained = {name: getattr(row, name) for name in AuditRow.__dataclass_fields__}
    connection.execute(insert(audit_trail).values({**chained, "hash": _hash(row)}))


def _rows(connection: Connection) -> Iterator[AuditRow]:
    query = select(audit_trail).order_by(audit_trail.c.number).execution_options(yield_per=1000)
    for row in connection.execute(query).mappings():
        yield AuditRow(**row)


def _hash(row: AuditRow) -> str:
    said = [row.number, row.at.isoformat(timespec="microseconds"), row.who, row.what, row.about, row.prev_hash]
    return hashlib.sha256(json.dumps(said, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()
