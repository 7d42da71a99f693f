"""What people decide: appended to the reviews, the state following, the audit trail knowing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from streetaudit.io.store.case_queries import conditions
from streetaudit.io.store.case_rows import case_of, review_of
from streetaudit.io.store.cases import case_row
from streetaudit.io.store.corrections import check_correction
from streetaudit.io.store.errors import NoSuchCaseError, VersionConflict
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.recording import record
from streetaudit.io.store.sameness import take_back_split
from streetaudit.io.store.tables import cases, reviews
from streetaudit.io.store.values import EVERY_CASE
from streetaudit.structures.case import DISMISS_REASONS, Case, CaseState, Decision, Review
from streetaudit.structures.correction import Correction


class Decisions(StorePart):
    """Deciding, and taking back."""

    def decide(
        self,
        case_id: UUID,
        *,
        reviewer: str,
        decision: Decision,
        reason: str | None,
        note: str,
        expected_version: int,
        correction: Correction | None = None,
    ) -> Case:
        """The case after a decision that was made on the version expected.

        A correction stands in the case until it is taken back, whatever the audit sees later.

        Raises:
            VersionConflict: If the case has changed meanwhile; nothing is written.
            NoSuchCaseError: If the case is not stored.
            ValueError: If the decision is an undo, a reason is missing, unknown or out of place, or the correction does
                not fit the decision or the case's pictures.
        """
        _check(decision, reason)
        with self._database.write() as connection:
            row = case_row(connection, case_id, area=self._area)
            if row is None:
                raise NoSuchCaseError(case_id)
            if row["version"] != expected_version:
                raise VersionConflict(case_of(row))
            at = self._clock.now()
            review = Review(uuid4(), case_id, reviewer, decision, reason, note, at, correction=correction)
            check_correction(connection, review)
            if decision is Decision.REOPEN and row["state"] != CaseState.RESOLVED.value:
                raise ValueError(f"want to reopen a case that is resolved, got one that is {row['state']}")
            return record(connection, review)

    def decide_many(
        self, versions: Mapping[UUID, int], *, reviewer: str, decision: Decision, reason: str | None, note: str
    ) -> tuple[list[Case], list[UUID]]:
        """The cases after one decision about all of them, and the ids of those that have changed or gone meanwhile.

        One undo takes the whole stroke back.

        Raises:
            ValueError: If the decision is no confirmation, dismissal or deferral with its reason.
        """
        _check(decision, reason)
        stroke, at = uuid4(), self._clock.now()
        decided: list[Case] = []
        changed: list[UUID] = []
        with self._database.write() as connection:
            for case_id, version in versions.items():
                row = case_row(connection, case_id, area=self._area)
                if row is None or row["version"] != version:
                    changed.append(case_id)
                    continue
                review = Review(uuid4(), case_id, reviewer, decision, reason, note, at)
                decided.append(record(connection, review, stroke=stroke))
        return decided, changed

    def undo(self, reviewer: str) -> Case | None:
        """The case whose newest decision by this reviewer was taken back; None where there is nothing to take back.

        A decision stays once somebody else has decided on it: only what stands on top can be taken back.
        """
        with self._database.write() as connection:
            mine = select(reviews).join(cases, cases.c.id == reviews.c.case_id).where(*_can_take_back(reviewer))
            mine = mine.where(*conditions(self._seen(EVERY_CASE)))
            found = connection.execute(mine.order_by(_NEWEST).limit(1))
            row = found.mappings().one_or_none()
            if row is None:
                return None
            taken, at = review_of(row), self._clock.now()
            if taken.decision is Decision.SPLIT:
                take_back_split(connection, taken)
            for one in _said_together(connection, taken):
                record(connection, Review(uuid4(), one.case_id, reviewer, Decision.UNDO, None, "", at, one.id))
            left = case_row(connection, taken.case_id)
            return None if left is None else case_of(left)

    def decided_since(self, reviewer: str, since: datetime) -> int:
        """How many cases this reviewer decided since then; decisions that were taken back do not count."""
        back = reviews.alias("back")
        mine = select(func.count(reviews.c.case_id.distinct())).where(
            reviews.c.reviewer == reviewer,
            reviews.c.at >= since,
            reviews.c.decision != Decision.UNDO.value,
            ~exists().where(back.c.undoes == reviews.c.id),
        )
        with self._database.read() as connection:
            return connection.execute(mine).scalar_one()


_NEWEST = reviews.c.number.desc()


def _check(decision: Decision, reason: str | None) -> None:
    if decision in {Decision.UNDO, Decision.DUPLICATE, Decision.SPLIT}:
        raise ValueError(f"want another decision, got {decision}: see undo(), merge_cases() and split_case()")
    if decision is Decision.DISMISS and reason not in DISMISS_REASONS:
        raise ValueError(f"want one of {', '.join(DISMISS_REASONS)} as the reason of a dismissal, got {reason!r}")
    if decision is not Decision.DISMISS and reason is not None:
        raise ValueError(f"want no reason for {decision}, got {reason!r}")


def _said_together(connection: Connection, taken: Review) -> list[Review]:
    """The decision, and those of the same stroke: cases that were merged into one together part together."""
    stroke_id = connection.execute(select(reviews.c.stroke).where(reviews.c.id == taken.id)).scalar()
    if stroke_id is not None:
        mine = select(reviews).where(reviews.c.stroke == stroke_id, *_can_take_back(taken.reviewer)).order_by(_NEWEST)
        return [review_of(row) for row in connection.execute(mine).mappings()]
    if taken.decision is not Decision.DUPLICATE:
        return [taken]
    stroke = (reviews.c.reviewer == taken.reviewer, reviews.c.at == taken.at, reviews.c.other == taken.other)
    query = select(reviews).where(*stroke).order_by(_NEWEST)
    return [review_of(row) for row in connection.execute(query).mappings()]


def _can_take_back(reviewer: str) -> tuple[ColumnElement[bool], ...]:
    later, back, theirs = reviews.alias("later"), reviews.alias("back"), reviews.alias("theirs")
    taken_back = exists().where(back.c.undoes == reviews.c.id)
    stands = ~exists().where(theirs.c.undoes == later.c.id)
    built_upon = exists().where(
        or_(
            later.c.case_id == reviews.c.case_id,
            and_(reviews.c.decision == Decision.SPLIT.value, later.c.case_id == reviews.c.other),
        ),
        later.c.number > reviews.c.number,
        later.c.reviewer != reviewer,
        later.c.decision != Decision.UNDO.value,
        stands,
    )
    return reviews.c.reviewer == reviewer, reviews.c.decision != Decision.UNDO.value, ~taken_back, ~built_upon
