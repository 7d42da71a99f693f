"""Tables of who may do what from afar: tokens of programs, and gateways that send what their cameras see."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text, UniqueConstraint, Uuid

from streetaudit.io.store.columns import UtcDateTime
from streetaudit.io.store.tables import metadata

tokens = Table(
    "tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account", String(128), ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("secret_sha256", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("used_at", UtcDateTime),
    UniqueConstraint("secret_sha256"),
)

#: The last that each gateway said of itself.
gateways = Table(
    "gateways",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("heard_at", UtcDateTime, nullable=False),
    Column("address", Text, nullable=False),
    Column("heartbeat", JSON, nullable=False),
)
