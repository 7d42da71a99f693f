"""Who is told of decisions, and how telling them went."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Connection, RowMapping, delete, func, insert, select, update

from streetaudit.io.store.audit_trail import append
from streetaudit.io.store.cases import case_row
from streetaudit.io.store.desk_tables import deliveries, webhooks
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import reviews

#: What can be told: "case." and the decision.
EVENTS = ("case.confirm", "case.dismiss", "case.defer", "case.resolve", "case.reopen", "case.duplicate", "case.undo")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Webhook:
    """An address that is told of decisions; `disabled` says why it no longer is."""

    id: UUID
    url: str
    secret: str
    events: frozenset[str]
    created_at: datetime
    by: str
    disabled: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one address.

    Attributes:
        id: The same over all tries: the receiver knows a message that comes twice.
        webhook: To whom.
        type: One of EVENTS.
        body: JSON.
        created_at: Aware UTC.
        tries: So many.
        next_at: When it is tried next, None once it is settled.
        status: "waiting", "done" or "given up".
        answer: To the last try.
    """

    id: UUID
    webhook: UUID
    type: str
    body: str
    created_at: datetime
    tries: int
    next_at: datetime | None
    status: str
    answer: str


class Webhooks(StorePart):
    """Addresses, and messages on their way."""

    def add_webhook(self, url: str, *, secret: str, events: Collection[str], by: str) -> Webhook:
        """A new address; it is told of what is decided from now on.

        Raises:
            ValueError: If an event is unknown, or there is none.
        """
        if not events or not set(events) <= set(EVENTS):
            raise ValueError(f"want some of {', '.join(EVENTS)}; got {sorted(events)}")
        hook = Webhook(uuid4(), url, secret, frozenset(events), self._clock.now(), by, None)
        row = {name: getattr(hook, name) for name in Webhook.__dataclass_fields__}
        with self._database.write() as connection:
            newest = connection.execute(select(func.max(reviews.c.number))).scalar() or 0
            connection.execute(insert(webhooks).values({**row, "events": sorted(events), "told": newest}))
            append(connection, hook.created_at, who=by, what="webhook.add", about=f"{hook.id} {url}")
        return hook

    def webhooks(self) -> list[Webhook]:
        """All addresses, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(select(webhooks).order_by(webhooks.c.created_at, webhooks.c.id)).mappings()
            return [_webhook(row) for row in rows]

    def drop_webhook(self, id: UUID, *, by: str) -> None:  # noqa: A002 - the contract's name
        """Forget an address and its messages."""
        with self._database.write() as connection:
            connection.execute(delete(webhooks).where(webhooks.c.id == id))
            append(connection, self._clock.now(), who=by, what="webhook.drop", about=str(id))

    def disable_webhook(self, id: UUID, why: str) -> None:  # noqa: A002 - the contract's name
        """Tell an address nothing more; its messages on the way are given up."""
        waiting = (deliveries.c.webhook == id, deliveries.c.next_at.is_not(None))
        with self._database.write() as connection:
            connection.execute(update(webhooks).where(webhooks.c.id == id).values(disabled=why))
            connection.execute(update(deliveries).where(*waiting).values(next_at=None, status="given up"))

    def prepare_deliveries(self) -> int:
        """The number of messages that new decisions led to."""
        made = 0
        with self._database.write() as connection:
            for hook in connection.execute(select(webhooks).where(webhooks.c.disabled.is_(None))).mappings().all():
                made += self._prepare(connection, hook)
        return made

    def due_deliveries(self, limit: int = 50) -> list[tuple[Webhook, Delivery]]:
        """Messages whose turn it is, the longest waiting first."""
        query = select(deliveries, webhooks.c.id.label("hook")).join(webhooks, webhooks.c.id == deliveries.c.webhook)
        due = query.where(deliveries.c.next_at <= self._clock.now()).order_by(deliveries.c.next_at).limit(limit)
        hooks = {hook.id: hook for hook in self.webhooks()}
        with self._database.read() as connection:
            rows = connection.execute(due).mappings().all()
        return [(hooks[row["hook"]], _delivery(row)) for row in rows if row["hook"] in hooks]

    def settle_delivery(self, id: UUID, *, answer: str, is_done: bool, again_s: float | None) -> None:  # noqa: A002
        """Note the answer to a try; None as the time to wait gives up where it is not done."""
        next_at = None if is_done or again_s is None else self._clock.now() + timedelta(seconds=again_s)
        status = "done" if is_done else "given up" if next_at is None else "waiting"
        values = {"tries": deliveries.c.tries + 1, "next_at": next_at, "status": status, "answer": answer}
        with self._database.write() as connection:
            connection.execute(update(deliveries).where(deliveries.c.id == id).values(values))

    def deliveries(self, limit: int = 100) -> list[Delivery]:
        """The newest messages, newest first."""
        query = select(deliveries).order_by(deliveries.c.created_at.desc(), deliveries.c.id).limit(limit)
        with self._database.read() as connection:
            return [_delivery(row) for row in connection.execute(query).mappings()]

    def _prepare(self, connection: Connection, hook: RowMapping) -> int:
        query = select(reviews).where(reviews.c.number > hook["told"]).order_by(reviews.c.number).limit(_AT_ONCE)
        fresh = connection.execute(query).mappings().all()
        told = [row for row in fresh if f"case.{row['decision']}" in hook["events"]]
        for row in told:
            connection.execute(insert(deliveries).values(self._message(connection, hook["id"], row)))
        if fresh:
            mine = update(webhooks).where(webhooks.c.id == hook["id"])
            connection.execute(mine.values(told=fresh[-1]["number"]))
        return len(told)

    def _message(self, connection: Connection, hook: UUID, review: RowMapping) -> dict[str, object]:
        kind, now = f"case.{review['decision']}", self._clock.now()
        case = case_row(connection, review["case_id"])
        data = {"id": str(review["case_id"]), "reason": review["reason"], "at": review["at"].isoformat()}
        if case is not None:
            data |= {name: case[name] for name in ("problem", "state", "lat", "lon", "error_m", "cell", "code")}
        body = json.dumps({"type": kind, "timestamp": now.isoformat(), "data": data}, ensure_ascii=False)
        waiting = {"tries": 0, "next_at": now, "status": "waiting", "answer": ""}
        return {"id": uuid4(), "webhook": hook, "type": kind, "body": body, "created_at": now, **waiting}


def _webhook(row: RowMapping) -> Webhook:
    return Webhook(
        row["id"], row["url"], row["secret"], frozenset(row["events"]), row["created_at"], row["by"], row["disabled"]
    )


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__dataclass_fields__})
