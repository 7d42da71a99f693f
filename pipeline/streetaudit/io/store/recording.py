"""A decision is written down: the state follows, the claim ends, the audit trail knows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from streetaudit.io.store.audit_trail import append
from streetaudit.io.store.case_rows import case_of, review_row
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.corrections import with_corrections
from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.regroup import regroup
from streetaudit.io.store.states import duplicate_of, standing, state_after
from streetaudit.io.store.tables import cases, claims, reviews
from streetaudit.structures.case import SYSTEM, Case, Decision, Review


def record(connection: Connection, review: Review, *, stroke: UUID | None = None) -> Case:
    """The case after a decision that is written down, with what follows from it.

    Args:
        connection: In a transaction.
        review: The decision.
        stroke: Shared by decisions that are taken back together.
    """
    connection.execute(insert(reviews).values({**review_row(review), "stroke": stroke}))
    connection.execute(delete(claims).where(claims.c.case_id == review.case_id))
    follow(connection, review.case_id)
    what = f"case.{review.decision}" + (f":{review.reason}" if review.reason else "")
    append(connection, review.at, who=review.reviewer, what=what, about=str(review.case_id))
    row = case_row(connection, review.case_id)
    if row is None:
        raise NoSuchCaseError(review.case_id)
    return case_of(row)


def follow(connection: Connection, case_id: UUID) -> None:
    """Let a case's state and corrections follow from its reviews, and its version grow."""
    row = connection.execute(select(cases).where(cases.c.id == case_id)).mappings().one()
    past = reviews_of(connection, case_id)
    state = state_after(past, is_shadow=row["is_shadow"])
    same_as = duplicate_of(past)
    changed = {**with_corrections(row, past), "state": state.value, "version": cases.c.version + 1}
    left = standing(past)
    if left and left[-1].decision is Decision.RESOLVE and left[-1].reviewer != SYSTEM:
        changed["gone_at"] = left[-1].at  # what is seen later is another thing
    connection.execute(update(cases).where(cases.c.id == case_id).values({**changed, "duplicate_of": same_as}))
    if same_as != row["duplicate_of"]:
        regroup(connection, case_id, before=row["duplicate_of"])
