"""Which gateways there are, and the last that each said of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from streetaudit.io.store.access_tables import gateways
from streetaudit.io.store.part import StorePart
from streetaudit.io.wire.heartbeat import HeartbeatDocument


@dataclass(frozen=True, slots=True)
class Heard:
    """The last heartbeat of a gateway.

    Attributes:
        name: Of the gateway.
        heard_at: Aware UTC, by the server's clock.
        address: Where it came from.
        said: The heartbeat itself.
    """

    name: str
    heard_at: datetime
    address: str
    said: HeartbeatDocument


class Gateways(StorePart):
    """The register of gateways."""

    def hear(self, said: HeartbeatDocument, *, address: str) -> datetime:
        """When the heartbeat was noted; it takes the place of the one before."""
        now = self._clock.now()
        row = {"name": said.gateway, "heard_at": now, "address": address, "heartbeat": said.model_dump(mode="json")}
        with self._database.write() as connection:
            connection.execute(delete(gateways).where(gateways.c.name == said.gateway))
            connection.execute(insert(gateways).values(row))
        return now

    def gateways(self) -> list[Heard]:
        """All gateways that were ever heard, by name."""
        with self._database.read() as connection:
            rows = connection.execute(select(gateways).order_by(gateways.c.name)).mappings().all()
        return [
            Heard(row["name"], row["heard_at"], row["address"], HeartbeatDocument.model_validate(row["heartbeat"]))
            for row in rows
        ]
