"""Sightings and pictures that wait for the server: kept until it has said that they are durable."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from streetaudit.io.clock import SYSTEM_CLOCK, Clock
from streetaudit.io.evidence_files import EvidenceFolder
from streetaudit.io.outbox.database import OutboxDatabase
from streetaudit.io.outbox.states import put_state
from streetaudit.io.outbox.values import OutboxFacts, Waiting, timed
from streetaudit.io.wire.sightings import SightingDocument, evidence_keys, sighting_document
from streetaudit.structures.live import ClockQuality, LiveSighting

#: Of a batch, the share that goes to what is newest: while a day's backlog drains, what happens now is told too.
_NEWEST_SHARE = 5
#: Ledger rows beyond this are counted, not kept.
_MOST_LEDGER = 10_000


class Outbox:
    """What waits for the server.

    Args:
        database: Where rows are kept.
        pictures: Where pictures are kept; a picture is durable there before a row names it.
        clock: For ages and the ledger.
    """

    def __init__(self, database: OutboxDatabase, pictures: EvidenceFolder, *, clock: Clock = SYSTEM_CLOCK) -> None:
        self._database = database
        self.pictures = pictures
        self._clock = clock

    def put(self, live: LiveSighting, *, priority: int, boot: str, state: tuple[str, str] | None = None) -> None:
        """Keep a sighting until it is delivered; once this returns it survives a power cut.

        Its pictures are in the folder already. A revision that still waits is replaced by a later one.

        Args:
            live: What was seen.
            priority: 0 goes first.
            boot: Of the machine, to which monotonic times belong.
            state: (name, body) that a restart goes on with; kept together with the sighting, or not at all.

        Raises:
            StoreError: If it cannot be written.
        """
        body = sighting_document(live).model_dump_json()
        now_s = self._clock.monotonic_s()
        with self._database.write() as connection:
            seq = _next(connection)
            known = connection.execute("SELECT body FROM sightings WHERE id = ?", (str(live.sighting.id),)).fetchone()
            connection.execute(
                "INSERT INTO sightings VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "revision = excluded.revision, body = excluded.body, boot = excluded.boot "
                "WHERE excluded.revision > revision",
                (str(live.sighting.id), seq, live.revision, priority, body, now_s, boot),
            )
            _count(connection, {"produced": 1, "merged": int(known is not None)})
            for rank, key in enumerate(evidence_keys(live.sighting)):
                path = self.pictures.root / key
                size = path.stat().st_size if path.exists() else 0
                connection.execute(
                    "INSERT INTO evidence VALUES (?, ?, ?, ?, 0, ?) ON CONFLICT (key) DO NOTHING",
                    (key, seq, 2 * priority + rank, size, now_s),
                )
            if state is not None:
                put_state(connection, *state)
            old = set(_keys(known[0])) - set(evidence_keys(live.sighting)) if known else set()
            _forget(connection, old)
        self._remove(old)

    def next_sightings(self, most: int, most_bytes: int) -> list[Waiting]:
        """The next batch: most urgent first, among equals the oldest; a part of it is always the newest."""
        newest = max(1, most // _NEWEST_SHARE)
        columns = "SELECT id, revision, body FROM sightings ORDER BY"
        with self._database.read() as connection:
            rows = connection.execute(f"{columns} priority, seq LIMIT ?", (most,)).fetchall()
            if len(rows) == most:
                rows = connection.execute(f"{columns} seq DESC LIMIT ?", (newest,)).fetchall() + rows
        batch: dict[str, Waiting] = {}
        size = 0
        for name, revision, body in rows:
            if name not in batch and len(batch) < most:
                size += len(body)
                if batch and size > most_bytes:
                    break
                batch[name] = Waiting(name, revision, body)
        return list(batch.values())

    def delivered(self, sent: Collection[Waiting], wanted: Collection[str], refused: Mapping[str, str]) -> None:
        """Forget what the server keeps, note what it refuses, and let go of the pictures that it has already."""
        unwanted: list[str] = []
        with self._database.write() as connection:
            for one in sent:
                gone = (one.id, one.revision)
                count = connection.execute("DELETE FROM sightings WHERE id = ? AND revision <= ?", gone).rowcount
                why = refused.get(one.id)
                _count(connection, {"refused" if why else "delivered": count, "superseded": 1 - count})
                if why:
                    _note(connection, self._clock, "sighting", f"refused: {why}", one.id)
                keys = _keys(one.body)
                ready = [(key,) for key in keys if key in wanted]
                connection.executemany("UPDATE evidence SET ready = 1 WHERE key = ?", ready)
                unwanted += [key for key in keys if key not in wanted]
            _forget(connection, unwanted)
        self._remove(unwanted)

    def next_evidence(self) -> tuple[str, bytes] | None:
        """The next picture that the server wants: of the most urgent, the oldest; None where none waits."""
        query = "SELECT key FROM evidence WHERE ready = 1 ORDER BY priority, seq LIMIT 1"
        while True:
            with self._database.read() as connection:
                row = connection.execute(query).fetchone()
            if row is None:
                return None
            data = self.pictures.get(row[0])
            if data is not None:
                return str(row[0]), data
            self.drop_evidence([row[0]], "the file is missing or damaged")

    def evidence_delivered(self, key: str) -> None:
        """Forget a picture that the server keeps."""
        with self._database.write() as connection:
            _forget(connection, [key])
            _count(connection, {"delivered pictures": 1})
        self._remove([key])

    def drop_evidence(self, keys: Iterable[str], reason: str) -> None:
        """Give pictures up, which is written down."""
        gone = list(keys)
        with self._database.write() as connection:
            for key in gone:
                _note(connection, self._clock, "picture", reason, key)
            _forget(connection, gone)
        self._remove(gone)

    def note_drop(self, what: str, reason: str, about: str) -> None:
        """Write down that something was not kept at all."""
        with self._database.write() as connection:
            _note(connection, self._clock, what, reason, about)

    def repair(self, zero_at: datetime, quality: ClockQuality, *, boot: str) -> int:
        """The number of sightings that got their time of day now that the clock is set.

        Args:
            zero_at: The time of day at which the gateway's line of time was 0.
            quality: Of that.
            boot: Only what was seen since this boot lies on that line for sure.
        """
        mended: list[tuple[str, str]] = []
        with self._database.write() as connection:
            rows = connection.execute("SELECT id, body FROM sightings WHERE boot = ?", (boot,)).fetchall()
            for name, body in rows:
                live = SightingDocument.model_validate_json(body).value()
                if live.clock == "unsynced":
                    mend = replace(live, sighting=timed(live.sighting, zero_at), clock=quality)
                    mended.append((sighting_document(mend).model_dump_json(), name))
            connection.executemany("UPDATE sightings SET body = ? WHERE id = ?", mended)
        return len(mended)

    def facts(self) -> OutboxFacts:
        """How much waits."""
        with self._database.read() as connection:
            sightings, oldest_s = connection.execute("SELECT count(*), min(produced_s) FROM sightings").fetchone()
            pictures, size = connection.execute("SELECT count(*), coalesce(sum(bytes), 0) FROM evidence").fetchone()
            totals = dict(connection.execute("SELECT name, value FROM totals").fetchall())
        age_s = 0.0 if oldest_s is None else max(0.0, self._clock.monotonic_s() - oldest_s)
        return OutboxFacts(sightings, pictures, size, age_s, totals)

    def waiting(self) -> Sequence[Waiting]:
        """Everything that waits, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, revision, body FROM sightings ORDER BY seq").fetchall()
        return [Waiting(*row) for row in rows]

    def ledger(self) -> list[tuple[str, str, str, str]]:
        """What was dropped: time, what, why, which."""
        with self._database.read() as connection:
            return connection.execute("SELECT at, what, reason, about FROM ledger ORDER BY seq").fetchall()

    def sweep(self) -> int:
        """The number of pictures removed that no row names: left behind where the box died between row and file."""
        with self._database.read() as connection:
            known = {row[0] for row in connection.execute("SELECT key FROM evidence")}
        root = self.pictures.root
        strays = [path for path in root.glob("*/*") if path.is_file() and str(path.relative_to(root)) not in known]
        for path in strays:
            path.unlink(missing_ok=True)
        return len(strays)

    def _remove(self, keys: Iterable[str]) -> None:
        """Take files away once no row names them."""
        for key in keys:
            self.pictures.remove(key)


def open_outbox(folder: Path, *, clock: Clock = SYSTEM_CLOCK) -> tuple[OutboxDatabase, Outbox]:
    """The outbox in a folder, made where there is none.

    Raises:
        StoreError: If it cannot be opened.
    """
    database = OutboxDatabase(folder / "outbox.sqlite3")
    return database, Outbox(database, EvidenceFolder(folder / "pictures"), clock=clock)


def _next(connection: sqlite3.Connection) -> int:
    _count(connection, {"seq": 1})
    return int(connection.execute("SELECT value FROM totals WHERE name = 'seq'").fetchone()[0])


def _count(connection: sqlite3.Connection, more: Mapping[str, int]) -> None:
    connection.executemany(
        "INSERT INTO totals VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value",
        [(name, value) for name, value in more.items() if value],
    )


def _note(connection: sqlite3.Connection, clock: Clock, what: str, reason: str, about: str) -> None:
    _count(connection, {f"dropped: {what}, {reason.split(':')[0]}": 1})
    count = connection.execute("SELECT count(*) FROM ledger").fetchone()[0]
    if count < _MOST_LEDGER:
        row = (clock.now().isoformat(), what, reason[:500], about[:200])
        connection.execute("INSERT INTO ledger (at, what, reason, about) VALUES (?, ?, ?, ?)", row)


def _forget(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    connection.executemany("DELETE FROM evidence WHERE key = ?", [(key,) for key in keys])


def _keys(body: str) -> tuple[str, ...]:
    return evidence_keys(SightingDocument.model_validate_json(body).value().sighting)
