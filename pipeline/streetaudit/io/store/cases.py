"""Reading cases: pages, counts, one case with what led to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, exists, or_, select

from streetaudit.io.store.case_queries import conditions, count, counts, page_by_id, page_by_queue
from streetaudit.io.store.case_rows import case_of, review_of
from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.footage_rows import sighting_of
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.spatial import box_around, in_area, within
from streetaudit.io.store.tables import cases, pictures, reviews, sightings
from streetaudit.io.store.values import EVERY_CASE, Area, CaseFilter, Order, Page
from streetaudit.structures.case import Case, CaseState, Review
from streetaudit.structures.geo import distance_m
from streetaudit.structures.sighting import Sighting

MAX_PAGE = 1000


class Cases(StorePart):
    """The cases as they stand."""

    def cases(
        self, asked: CaseFilter = EVERY_CASE, *, after: str | None = None, limit: int = 50, order: Order = "queue"
    ) -> Page:
        """A page of cases, in the order of the queue or of their ids.

        Raises:
            ValueError: If the cursor is not one that Page.next gave, or the limit is not 1 to 1000.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise ValueError(f"want a limit of 1 to {MAX_PAGE}, got {limit}")
        turn = {"queue": page_by_queue, "id": page_by_id}[order]
        with self._database.read() as connection:
            rows, following = turn(connection, self._seen(asked), after=after, limit=limit)
        return Page([case_of(row) for row in rows], following)

    def each_case(self, asked: CaseFilter = EVERY_CASE, *, order: Order = "id") -> Iterator[Case]:
        """Every case that a filter asks for, page by page: for exports, while others go on working."""
        after: str | None = None
        while True:
            page = self.cases(asked, after=after, limit=MAX_PAGE, order=order)
            yield from page.cases
            if page.next is None:
                return
            after = page.next

    def count(self, asked: CaseFilter = EVERY_CASE) -> int:
        """How many cases a filter asks for."""
        with self._database.read() as connection:
            return count(connection, self._seen(asked))

    def counts(self) -> dict[CaseState, int]:
        """How many cases are in each state, all states named."""
        with self._database.read() as connection:
            return counts(connection, self._area)

    def case(self, id: UUID) -> Case | None:  # noqa: A002 - the contract's name
        """The case of an id, None where there is none."""
        with self._database.read() as connection:
            row = case_row(connection, id, area=self._area)
        return None if row is None else case_of(row)

    def sightings(self, case_id: UUID) -> list[Sighting]:
        """The sightings of a case, newest first."""
        query = select(sightings).where(sightings.c.case_id == case_id, *self._of_seen(case_id))
        newest = (sightings.c.seen_at.desc().nulls_last(), sightings.c.first_s.desc(), sightings.c.id)
        with self._database.read() as connection:
            return [sighting_of(row) for row in connection.execute(query.order_by(*newest)).mappings()]

    def reviews(self, case_id: UUID) -> list[Review]:
        """What people decided about a case, oldest first."""
        with self._database.read() as connection:
            return [] if case_row(connection, case_id, area=self._area) is None else reviews_of(connection, case_id)

    def shows(self, key: str) -> bool:
        """True if a picture belongs to a case of the part of the city that is seen."""
        if self._area is None:
            return True
        owners = select(pictures.c.sighting).where(pictures.c.key == key).scalar_subquery()
        of_sighting = select(sightings.c.case_id).where(sightings.c.id.in_(owners)).scalar_subquery()
        mine = or_(cases.c.id.in_(of_sighting), cases.c.id.in_(owners))
        with self._database.read() as connection:
            return connection.execute(select(cases.c.id).where(mine, in_area(self._area)).limit(1)).first() is not None

    def _of_seen(self, case_id: UUID) -> Iterator[ColumnElement[bool]]:
        if self._area is not None:
            yield exists().where(cases.c.id == case_id, in_area(self._area))

    def links(self, case_id: UUID) -> list[Review]:
        """The decisions about other cases that name this one: merged into it, or it was split off; oldest first."""
        query = select(reviews).where(reviews.c.other == case_id).order_by(reviews.c.number)
        with self._database.read() as connection:
            if case_row(connection, case_id, area=self._area) is None:
                return []
            return [review_of(row) for row in connection.execute(query).mappings()]

    def neighbours(self, case_id: UUID, radius_m: float) -> list[Case]:
        """The other cases within a distance, of every problem and state, nearest first.

        Raises:
            NoSuchCaseError: If the case is not stored.
        """
        with self._database.read() as connection:
            centre = case_row(connection, case_id, area=self._area)
            if centre is None:
                raise NoSuchCaseError(case_id)
            if centre["lat"] is None:
                return []
            box = box_around(centre["lat"], centre["lon"], radius_m=radius_m)
            around = select(cases).where(within(box), cases.c.id != case_id, *conditions(self._seen(EVERY_CASE)))
            rows = connection.execute(around).mappings().all()
        near = [(_apart_m(centre, row), row["id"], row) for row in rows]
        return [case_of(row) for apart_m, _, row in sorted(near, key=lambda item: item[:2]) if apart_m <= radius_m]


def case_row(connection: Connection, case_id: UUID, *, area: Area | None = None) -> RowMapping | None:
    """The row of a case, None where there is none, or none in the area."""
    query = select(cases).where(cases.c.id == case_id, *conditions(CaseFilter(area=area)))
    return connection.execute(query).mappings().one_or_none()


def reviews_of(connection: Connection, case_id: UUID) -> list[Review]:
    """The reviews of a case, oldest first."""
    query = select(reviews).where(reviews.c.case_id == case_id).order_by(reviews.c.number)
    return [review_of(row) for row in connection.execute(query).mappings()]


def _apart_m(a: RowMapping, b: RowMapping) -> float:
    place: Any = (a["lat"], a["lon"], b["lat"], b["lon"])
    return distance_m(*place)
