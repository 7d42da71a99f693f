"""The reviewers' desk: saved views, and a second word on what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Select, delete, exists, func, insert, or_, select

from streetaudit.io.store.audit_trail import append
from streetaudit.io.store.case_queries import conditions
from streetaudit.io.store.case_rows import case_of
from streetaudit.io.store.cases import case_row, reviews_of
from streetaudit.io.store.desk_tables import gold_cases, opinions, saved_views
from streetaudit.io.store.errors import NoSuchCaseError
from streetaudit.io.store.part import StorePart
from streetaudit.io.store.states import standing
from streetaudit.io.store.tables import cases, claims, reviews
from streetaudit.io.store.values import EVERY_CASE
from streetaudit.structures.case import Case, CaseState, Decision

#: A view is a question that somebody asks every night; nobody has more of them.
MOST_VIEWS = 50
#: States that a person's confirmation or dismissal leads to.
_DECIDED = (CaseState.CONFIRMED.value, CaseState.DISMISSED.value)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A question to the list of cases that somebody keeps: `query` is the address's."""

    id: UUID
    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """A second person's word on a case, given without knowing the first.

    Attributes:
        case_id: Which case.
        reviewer: Who gave it.
        decision: What they would have decided: confirm or dismiss.
        reason: Of a dismissal.
        first_reviewer: Who had decided; who declared the case gold.
        first_decision: What they had decided, or what is known to be right.
        agrees: Whether the two are the same.
        is_gold: Whether the first word was beyond doubt.
        at: Aware UTC.
    """

    case_id: UUID
    reviewer: str
    decision: str
    reason: str | None
    first_reviewer: str
    first_decision: str
    agrees: bool
    is_gold: bool
    at: datetime


class SavedViews(StorePart):
    """Views that people keep for themselves."""

    def views(self, account: str) -> list[SavedView]:
        """The views of an account, by name."""
        query = select(saved_views).where(saved_views.c.account == account).order_by(saved_views.c.name)
        with self._database.read() as connection:
            return [SavedView(row["id"], row["name"], row["query"]) for row in connection.execute(query).mappings()]

    def keep_view(self, account: str, name: str, query: str) -> bool:
        """False where the account has as many views as anybody may have; one of the same name is replaced."""
        mine = saved_views.c.account == account
        with self._database.write() as connection:
            connection.execute(delete(saved_views).where(mine, saved_views.c.name == name))
            if connection.execute(select(func.count()).where(mine)).scalar_one() >= MOST_VIEWS:
                return False
            connection.execute(insert(saved_views).values(id=uuid4(), account=account, name=name, query=query))
            return True

    def drop_view(self, account: str, id: UUID) -> None:  # noqa: A002 - the contract's name
        """Forget a view; nothing happens where it is another's."""
        with self._database.write() as connection:
            connection.execute(delete(saved_views).where(saved_views.c.account == account, saved_views.c.id == id))


class Opinions(StorePart):
    """Second opinions and gold cases."""

    def next_for_second(self, reviewer: str) -> Case | None:
        """A decided case for a second opinion of somebody who has not decided on it; gold cases come first."""
        asked = select(cases).where(*conditions(self._seen(EVERY_CASE)), ~_spoken(reviewer))
        gold = asked.where(exists().where(gold_cases.c.case_id == cases.c.id, gold_cases.c.by != reviewer))
        decided = asked.where(
            cases.c.state.in_(_DECIDED),
            ~exists().where(opinions.c.case_id == cases.c.id),
            ~exists().where(reviews.c.case_id == cases.c.id, reviews.c.reviewer == reviewer),
        )
        with self._database.read() as connection:
            for query in (gold, decided.order_by(cases.c.queue_at.desc())):
                row = connection.execute(query.limit(1)).mappings().one_or_none()
                if row is not None:
                    return case_of(row)
        return None

    def give_opinion(self, case_id: UUID, *, reviewer: str, decision: Decision, reason: str | None) -> Opinion | None:
        """What was noted; None where the case is neither gold nor decided by somebody else, or they have spoken.

        Raises:
            NoSuchCaseError: If the case is not stored.
        """
        with self._database.write() as connection:
            if case_row(connection, case_id, area=self._area) is None:
                raise NoSuchCaseError(case_id)
            first = _first_word(connection, case_id, reviewer)
            told = select(opinions.c.number).where(opinions.c.case_id == case_id, opinions.c.reviewer == reviewer)
            if first is None or connection.execute(told).first() is not None:
                return None
            by, word, is_gold = first
            agrees = word == decision.value
            said = Opinion(case_id, reviewer, decision.value, reason, by, word, agrees, is_gold, self._clock.now())
            connection.execute(insert(opinions).values({n: getattr(said, n) for n in Opinion.__dataclass_fields__}))
            append(connection, said.at, who=reviewer, what=f"opinion.{decision}", about=str(case_id))
            return said

    def opinions(self, limit: int = 10_000) -> list[Opinion]:
        """The newest opinions, newest first."""
        query = select(opinions).order_by(opinions.c.number.desc()).limit(limit)
        with self._database.read() as connection:
            return [_opinion(row) for row in connection.execute(query).mappings()]

    def disagreements(self, limit: int = 200) -> list[tuple[Opinion, Case]]:
        """Opinions that contradict what stands, while nobody has decided anew; the oldest first."""
        query: Select[Any] = select(opinions).where(~opinions.c.agrees, ~opinions.c.is_gold, ~_settled())
        found: list[tuple[Opinion, Case]] = []
        with self._database.read() as connection:
            for row in connection.execute(query.order_by(opinions.c.number).limit(limit)).mappings().all():
                case = case_row(connection, row["case_id"], area=self._area)
                if case is not None:
                    found.append((_opinion(row), case_of(case)))
        return found

    def set_gold(self, case_id: UUID, decision: Decision | None, *, by: str) -> None:
        """Declare that the right decision on a case is known, or that it is not.

        Raises:
            NoSuchCaseError: If the case is not stored.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            if case_row(connection, case_id, area=self._area) is None:
                raise NoSuchCaseError(case_id)
            connection.execute(delete(gold_cases).where(gold_cases.c.case_id == case_id))
            if decision is not None:
                row = {"case_id": case_id, "decision": decision.value, "by": by, "at": now}
                connection.execute(insert(gold_cases).values(row))
            append(connection, now, who=by, what=f"case.gold:{decision or 'none'}", about=str(case_id))

    def gold(self, case_id: UUID) -> str | None:
        """The decision that is known to be right, None where none is."""
        with self._database.read() as connection:
            return connection.execute(select(gold_cases.c.decision).where(gold_cases.c.case_id == case_id)).scalar()


def _spoken(reviewer: str) -> ColumnElement[bool]:
    mine = exists().where(opinions.c.case_id == cases.c.id, opinions.c.reviewer == reviewer)
    return or_(mine, exists().where(claims.c.case_id == cases.c.id, claims.c.reviewer != reviewer))


def _settled() -> ColumnElement[bool]:
    return exists().where(reviews.c.case_id == opinions.c.case_id, reviews.c.at > opinions.c.at)


def _first_word(connection: Connection, case_id: UUID, reviewer: str) -> tuple[str, str, bool] | None:
    known = connection.execute(select(gold_cases).where(gold_cases.c.case_id == case_id)).mappings().one_or_none()
    if known is not None:
        return (known["by"], known["decision"], True) if known["by"] != reviewer else None
    left = [one for one in standing(reviews_of(connection, case_id)) if one.decision in _BINARY]
    if not left or any(one.reviewer == reviewer for one in left):
        return None
    return left[-1].reviewer, left[-1].decision.value, False


_BINARY = frozenset({Decision.CONFIRM, Decision.DISMISS})


def _opinion(row: Any) -> Opinion:
    return Opinion(**{name: row[name] for name in Opinion.__dataclass_fields__})
