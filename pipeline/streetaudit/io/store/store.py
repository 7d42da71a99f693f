"""The store: one object that knows footage, cases, decisions, accounts and the audit trail."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from streetaudit.io.store.accounts import Accounts, LoginFailures, Sessions
from streetaudit.io.store.audit_trail import AuditTrail
from streetaudit.io.store.cases import Cases
from streetaudit.io.store.citizens import Citizens
from streetaudit.io.store.claims import Claims
from streetaudit.io.store.clusters import Clusters
from streetaudit.io.store.decisions import Decisions
from streetaudit.io.store.desk import Opinions, SavedViews
from streetaudit.io.store.footage import Footage
from streetaudit.io.store.gateways import Gateways
from streetaudit.io.store.insight import Insight
from streetaudit.io.store.ledger import Ledger
from streetaudit.io.store.live import Live
from streetaudit.io.store.looked import LookedAt
from streetaudit.io.store.nights import Nights
from streetaudit.io.store.sameness import Sameness
from streetaudit.io.store.tokens import Tokens
from streetaudit.io.store.values import Area
from streetaudit.io.store.webhooks import Webhooks


class Store(
    Footage,
    Ledger,
    Nights,
    Live,
    LookedAt,
    Cases,
    Decisions,
    Sameness,
    Claims,
    Accounts,
    Sessions,
    LoginFailures,
    Tokens,
    Gateways,
    SavedViews,
    Opinions,
    Webhooks,
    Citizens,
    Insight,
    Clusters,
    AuditTrail,
):
    """Everything that is kept; safe to use from many threads, closed by its context."""

    def within(self, area: Area | None) -> Store:
        """The same store as somebody sees it who may see one part of the city: other cases do not exist there."""
        return self if area is None else Store(self._database, self._clock, area=area)

    def close(self) -> None:
        """Close every connection; the store cannot be used afterwards."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
