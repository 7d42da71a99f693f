"""Whose sightings are whose once people have said which cases are one thing."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select, update

from streetaudit.io.store.cases import case_row
from streetaudit.io.store.spots import root_of
from streetaudit.io.store.summing import sum_up
from streetaudit.io.store.tables import cases, sightings


def regroup(connection: Connection, case: UUID, *, before: UUID | None) -> None:
    """Give the sightings of a case, and of its duplicates, to the case that it now is the same as, or back to itself.

    Args:
        connection: Writing.
        case: That has become a duplicate or is none any more.
        before: What it was a duplicate of until now.
    """
    root = root_id(connection, case)
    mine = update(sightings).where(sightings.c.raised_id.in_(_family(connection, case)))
    connection.execute(mine.values(case_id=root))
    for changed in sorted({case, root} | ({root_id(connection, before)} if before else set())):
        sum_up(connection, changed)


def root_id(connection: Connection, case: UUID) -> UUID:
    """The case, or the one that it is a duplicate of."""
    row = case_row(connection, case)
    return case if row is None else UUID(str(root_of(connection, row)["id"]))


def _family(connection: Connection, case: UUID) -> list[UUID]:
    """The case, its duplicates, and theirs."""
    family, young = {case}, [case]
    while young:
        found = connection.execute(select(cases.c.id).where(cases.c.duplicate_of.in_(young))).scalars()
        young = [one for one in found if one not in family]
        family.update(young)
    return sorted(family)
