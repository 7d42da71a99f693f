"""What ground was in view, and which passes looked for a case in vain."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from streetaudit.io.store.columns import BigNumber, UtcDateTime
from streetaudit.io.store.tables import metadata

#: The looks of each clip's audit that stands, packed: see ground_rows.
grounds = Table(
    "grounds",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("clip_sha256", String(64), nullable=False),
    Column("clip_name", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("started_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("west", Float, nullable=False),
    Column("south", Float, nullable=False),
    Column("east", Float, nullable=False),
    Column("north", Float, nullable=False),
    Column("facts", JSON(none_as_null=True), nullable=False),
    Column("looks", LargeBinary, nullable=False),
    UniqueConstraint("clip_sha256"),
    Index("ix_grounds_started_at", "started_at"),
)

#: Passes that had the spot of a case in view and did not see it.
misses = Table(
    "misses",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False),
    Column("clip_sha256", String(64), nullable=False, index=True),
    Column("clip_name", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("time_s", Float, nullable=False),
    Column("nearest_m", Float, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("frames", JSON(none_as_null=True), nullable=False),  # by scale: see structures.miss
    Column("evidence", JSON(none_as_null=True)),
    UniqueConstraint("case_id", "clip_sha256"),
)
