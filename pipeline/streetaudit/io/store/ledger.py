"""The ledger of a night: every clip is looked at by one worker at a time, and its result is committed once."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, delete, exists, insert, or_, select, update

from streetaudit.io.store.footage_rows import storable
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import runs
from streetaudit.io.store.work_tables import work_items, work_owners
from streetaudit.structures.work import WorkItem, WorkResult

_ITEM = tuple(work_items.c[name] for name in WorkItem.__dataclass_fields__)
_BLANK = {
    "state": "waiting", "status": "", "reason": "", "work_key": "", "look": "", "owner": "", "fence": 0, "deaths": 0,
    "took_s": 0.0,
}  # fmt: skip


class Ledger(StorePart):
    """Who looks at which clip; safe for many processes on one store."""

    def enroll(self, night: str, clips: Sequence[tuple[Path, str]], *, retry: bool = False) -> list[WorkItem]:
        """Every one of these clips in the ledger, those that are new behind all others, changed ones in their place.

        What failed before waits again; so does what was done when another audit has taken its place since.

        Args:
            night: Which folder, model, sampling and rules.
            clips: Path and fingerprint of each, in order.
            retry: What was set aside waits again too.
        """
        with self._database.write() as connection:
            asked = [(os.fsencode(clip), fingerprint) for clip, fingerprint in clips]
            _renew(connection, night, dict(asked))
            known = _known(connection, night)
            fresh = [{"night": night, "clip": clip, "fingerprint": mark, **_BLANK}
                     for clip, mark in asked if (clip, mark) not in known]  # fmt: skip
            if fresh:
                connection.execute(insert(work_items), fresh)
            _reopen(connection, night, retry=retry)
            now = _known(connection, night)
            return [_item(now[key]) for key in dict.fromkeys(asked)]

    def lease(self, night: str, owner: str) -> WorkItem | None:
        """The next clip that waits, from now on this owner's; None where none waits."""
        waiting = select(*_ITEM).where(work_items.c.night == night, work_items.c.state == "waiting")
        waiting = waiting.order_by(work_items.c.number).limit(1)
        with self._database.read() as connection:  # most of the time nothing waits: no reason to lock others out
            if connection.execute(waiting).first() is None:
                return None
        with self._database.write() as connection:
            row = connection.execute(waiting).mappings().first()
            if row is None:
                return None
            values = {"state": "leased", "owner": owner, "fence": row["fence"] + 1}
            _change(connection, row["number"], values)
            return _item({**row, **values})

    def looked(self, item: WorkItem, result: WorkResult) -> bool:
        """True if this lease still held and the result of the clip is now noted; its owner commits it in its turn."""
        return self._if_held(item, {**asdict(result), "state": "looked", "reason": storable(result.reason)})

    def died(self, item: WorkItem, *, reason: str, most: int) -> bool:
        """True if the clip has now killed so many workers that it is not tried again; else it waits for another."""
        deaths = item.deaths + 1
        given_up = deaths >= most
        values: dict[str, Any] = {"state": "waiting", "owner": "", "deaths": deaths, "reason": storable(reason)}
        if given_up:
            values |= {"state": "looked", "status": "set_aside"}
        return self._if_held(item, values) and given_up

    def look_again(self, item: WorkItem) -> None:
        """Let a clip wait again whose kept detections are lost."""
        mine = (work_items.c.number == item.number, work_items.c.state == "looked")
        with self._database.write() as connection:
            connection.execute(update(work_items).where(*mine).values(state="waiting", status="", look=""))

    def give_back(self, items: Iterable[WorkItem]) -> None:
        """Let clips wait again whose worker was stopped through no fault of theirs."""
        for item in items:
            self._if_held(item, {"state": "waiting", "owner": ""})

    def take_over(self, owner: str) -> None:
        """Leave to others what somebody has who is gone: to look at, or to commit."""
        held = work_items.c.owner == owner
        with self._database.write() as connection:
            leased = update(work_items).where(held, work_items.c.state == "leased")
            connection.execute(leased.values(state="waiting"))
            connection.execute(update(work_items).where(held).values(owner=""))
            connection.execute(delete(work_owners).where(work_owners.c.name == owner))

    def beat(self, owner: str) -> None:
        """Say that this owner lives."""
        with self._database.write() as connection:
            mine = update(work_owners).where(work_owners.c.name == owner).values(beat=work_owners.c.beat + 1)
            if connection.execute(mine).rowcount == 0:
                connection.execute(insert(work_owners).values(name=owner, beat=1))

    def beats(self, night: str) -> Mapping[str, int]:
        """Everybody who has an unfinished clip of this night, and how often they have said that they live."""
        beat = select(work_owners.c.beat).where(work_owners.c.name == work_items.c.owner).scalar_subquery()
        leased = select(work_items.c.owner, beat.label("beat")).where(
            work_items.c.night == night, work_items.c.state.in_(_OPEN), work_items.c.owner != ""
        )
        with self._database.read() as connection:
            return {row.owner: row.beat or 0 for row in connection.execute(leased.distinct())}

    def head(self, night: str) -> WorkItem | None:
        """The first clip that is not finished: whose turn it is to be committed; None at the end."""
        open_ = select(*_ITEM).where(work_items.c.night == night, work_items.c.state.in_(_OPEN))
        with self._database.read() as connection:
            row = connection.execute(open_.order_by(work_items.c.number).limit(1)).mappings().first()
            return None if row is None else _item(row)

    def note_done(self, item: WorkItem) -> None:
        """A clip whose work the store held already is finished."""
        with self._database.write() as connection:
            finish(connection, item.number)

    def item(self, number: int) -> WorkItem:
        """A clip as the ledger knows it now."""
        with self._database.read() as connection:
            return _item(connection.execute(select(*_ITEM).where(work_items.c.number == number)).mappings().one())

    def _if_held(self, item: WorkItem, values: Mapping[str, Any]) -> bool:
        mine = (
            work_items.c.number == item.number,
            work_items.c.state == "leased",
            work_items.c.fence == item.fence,
        )
        with self._database.write() as connection:
            return connection.execute(update(work_items).where(*mine).values(**values)).rowcount == 1


_OPEN = ("waiting", "leased", "looked")


def finish(connection: Connection, number: int) -> bool:
    """True if this clip's result was noted and not committed yet; it now is, with the connection's transaction."""
    mine = update(work_items).where(work_items.c.number == number, work_items.c.state == "looked")
    return connection.execute(mine.values(state="done", owner="")).rowcount == 1


def _known(connection: Connection, night: str) -> dict[tuple[bytes, str], RowMapping]:
    query = select(*_ITEM, work_items.c.fingerprint).where(work_items.c.night == night)
    rows = connection.execute(query.order_by(work_items.c.number)).mappings()
    return {(row["clip"], row["fingerprint"]): row for row in rows}


def _renew(connection: Connection, night: str, asked: Mapping[bytes, str]) -> None:
    """Let clips wait again that have changed, in their old place; one that is being looked at is left to that."""
    known = _known(connection, night)
    for (clip, fingerprint), row in known.items():
        now = asked.get(clip, fingerprint)
        if now != fingerprint and row["state"] != "leased" and (clip, now) not in known:
            _change(connection, row["number"], {**_BLANK, "fingerprint": now, "fence": row["fence"]})


def _reopen(connection: Connection, night: str, *, retry: bool) -> None:
    """Let wait again what failed, and what is no longer what the store rests on."""
    current = exists().where(runs.c.work_key == work_items.c.work_key, runs.c.is_current)
    replaced = and_(work_items.c.status.in_(("complete", "unchanged")), ~current)
    again = or_(work_items.c.status.in_(("failed", "set_aside") if retry else ("failed",)), replaced)
    here = (work_items.c.night == night, work_items.c.state == "done", again)
    connection.execute(update(work_items).where(*here).values(state="waiting", status="", reason="", deaths=0))


def _change(connection: Connection, number: int, values: Mapping[str, Any]) -> None:
    connection.execute(update(work_items).where(work_items.c.number == number).values(**values))


def _item(row: Mapping[str, Any] | RowMapping) -> WorkItem:
    said = {name: row[name] for name in WorkItem.__dataclass_fields__}
    return WorkItem(**{**said, "clip": Path(os.fsdecode(row["clip"]))})
