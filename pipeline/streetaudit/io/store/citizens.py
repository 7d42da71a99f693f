"""What citizens report: kept with the case that it became part of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, insert, select

from streetaudit.io.store.desk_tables import requests
from streetaudit.io.store.part import StorePart


@dataclass(frozen=True, slots=True)
class CitizenRequest:
    """A report through Open311; of whom it is, is not kept.

    Attributes:
        id: Given by us.
        service_code: Name of a problem.
        description: In the citizen's words.
        address: As given.
        media_url: As given; never fetched.
        lat: WGS 84, None where only an address was given.
        lon: WGS 84.
        requested_at: Aware UTC.
        case_id: The case that it joined, None where it has no position.
        by: The account whose key it came with.
    """

    id: UUID
    service_code: str
    description: str
    address: str
    media_url: str
    lat: float | None
    lon: float | None
    requested_at: datetime
    case_id: UUID | None
    by: str


class Citizens(StorePart):
    """Reports of citizens."""

    def add_request(self, request: CitizenRequest) -> None:
        """Keep a report."""
        row = {name: getattr(request, name) for name in CitizenRequest.__dataclass_fields__}
        now = {"updated_at": request.requested_at, "status": "open", "status_notes": ""}
        with self._database.write() as connection:
            connection.execute(insert(requests).values({**row, **now}))

    def request(self, id: UUID) -> CitizenRequest | None:  # noqa: A002 - the contract's name
        """The report of an id, None where there is none."""
        with self._database.read() as connection:
            row = connection.execute(select(requests).where(requests.c.id == id)).mappings().one_or_none()
        return None if row is None else _request(row)

    def requests(self, *, since: datetime, until: datetime, limit: int = 1000) -> list[CitizenRequest]:
        """The reports of some time, newest first."""
        between = requests.c.requested_at.between(since, until)
        query = select(requests).where(between).order_by(requests.c.requested_at.desc(), requests.c.number.desc())
        with self._database.read() as connection:
            return [_request(row) for row in connection.execute(query.limit(limit)).mappings()]


def _request(row: RowMapping) -> CitizenRequest:
    return CitizenRequest(**{name: row[name] for name in CitizenRequest.__dataclass_fields__})
