"""Tables of the reviewers' desk: saved views, second opinions, gold cases, what citizens report, who is told."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from streetaudit.io.store.columns import BigNumber, UtcDateTime
from streetaudit.io.store.tables import metadata

saved_views = Table(
    "saved_views",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", String(128), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
)

#: A second person's word on a case that was decided, given without knowing the first; it changes no state.
opinions = Table(
    "opinions",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("reviewer", String(128), nullable=False, index=True),
    Column("decision", String(16), nullable=False),
    Column("reason", String(32)),
    Column("first_reviewer", String(128), nullable=False),
    Column("first_decision", String(16), nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("is_gold", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("case_id", "reviewer"),
)

#: Cases whose right decision is known beyond doubt: everybody is asked about them.
gold_cases = Table(
    "gold_cases",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

#: What citizens report through Open311; personal details are not kept.
requests = Table(
    "requests",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("service_code", String(64), nullable=False),
    Column("description", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("media_url", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("status", String(16), nullable=False),  # open or closed
    Column("status_notes", Text, nullable=False),
    Column("case_id", Uuid, ForeignKey("cases.id", ondelete="SET NULL")),
    Column("by", String(128), nullable=False),
    UniqueConstraint("id"),
    Index("ix_requests_requested_at", "requested_at"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("events", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Column("disabled", Text),  # why, None while it works
    Column("told", BigNumber, nullable=False),  # reviews up to this number were put into its deliveries
)

#: One message to one receiver, and how telling it went.
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("webhook", Uuid, ForeignKey("webhooks.id", ondelete="CASCADE"), nullable=False),
    Column("type", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("next_at", UtcDateTime, index=True),  # None once it is settled
    Column("status", String(16), nullable=False),  # waiting, done, given up
    Column("answer", Text, nullable=False),
    Index("ix_deliveries_webhook_created_at", "webhook", "created_at"),
)
