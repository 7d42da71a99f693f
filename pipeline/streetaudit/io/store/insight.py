"""What decisions tell of cameras and reviewers: counts only, the shares are worked out elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select

from streetaudit.io.store.case_queries import conditions
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.tables import cases, reviews
from streetaudit.io.store.values import EVERY_CASE
from streetaudit.structures.case import SYSTEM, Decision


@dataclass(frozen=True, slots=True)
class Decided:
    """Cases of one problem before one camera, by what people decided last."""

    problem: str
    camera: str
    confirmed: int
    dismissed: int


class Insight(StorePart):
    """Counts of decisions that stand."""

    def decided_by_camera(self, since: datetime) -> list[Decided]:
        """Confirmed and dismissed cases by problem and camera, of decisions since then."""
        word = reviews.c.decision
        confirmed = func.count(reviews.c.case_id.distinct()).filter(word == Decision.CONFIRM.value)
        dismissed = func.count(reviews.c.case_id.distinct()).filter(word == Decision.DISMISS.value)
        query = (
            select(cases.c.problem, cases.c.camera, confirmed, dismissed)
            .join(reviews, reviews.c.case_id == cases.c.id)
            .where(*_standing(since), *conditions(self._seen(EVERY_CASE)))
            .group_by(cases.c.problem, cases.c.camera)
            .order_by(cases.c.problem, cases.c.camera)
        )
        with self._database.read() as connection:
            return [Decided(*row) for row in connection.execute(query)]

    def decision_times(self, since: datetime, limit: int = 100_000) -> list[tuple[str, datetime]]:
        """Who decided when, of decisions since then that stand; the newest first."""
        query = select(reviews.c.reviewer, reviews.c.at).join(cases, cases.c.id == reviews.c.case_id)
        mine = query.where(*_standing(since), *conditions(self._seen(EVERY_CASE)))
        with self._database.read() as connection:
            rows = connection.execute(mine.order_by(reviews.c.number.desc()).limit(limit)).all()
        return [(row[0], row[1]) for row in rows]


def _standing(since: datetime) -> tuple[ColumnElement[bool], ...]:
    back = reviews.alias("back")
    return (
        reviews.c.at >= since,
        reviews.c.reviewer != SYSTEM,
        reviews.c.decision.in_([Decision.CONFIRM.value, Decision.DISMISS.value]),
        ~exists().where(back.c.undoes == reviews.c.id),
    )
