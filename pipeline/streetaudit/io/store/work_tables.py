"""The night's ledger as tables: what is to be looked at, who does it, and what came of it."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from streetaudit.io.store.columns import BigNumber
from streetaudit.io.store.tables import metadata

#: One clip of one night: a folder under one model, one sampling and one set of rules.
work_items = Table(
    "work_items",
    metadata,
    Column("number", BigNumber, primary_key=True),  # the order in which results are committed
    Column("night", String(64), nullable=False),
    Column("clip", LargeBinary, nullable=False),  # its path as bytes: file names need not be text
    Column("fingerprint", String(64), nullable=False),  # of the files that belong to it, without reading them
    Column("state", String(16), nullable=False),
    Column("status", String(16), nullable=False),  # of what came of it, "" before
    Column("reason", Text, nullable=False),
    Column("work_key", String(128), nullable=False),  # "" until the clip was opened
    Column("look", Text, nullable=False),
    Column("owner", Text, nullable=False),  # who leases it, "" where nobody does
    Column("fence", Integer, nullable=False),  # one more with every lease: an older one can do nothing any more
    Column("took_s", Float, nullable=False, server_default="0"),  # seconds of a worker's time
    Column("deaths", Integer, nullable=False),  # workers that it has killed
    UniqueConstraint("night", "clip", "fingerprint"),
    Index("ix_work_items_night_state_number", "night", "state", "number"),
)

#: Who works: `beat` grows while they live. No clock is compared with another's.
work_owners = Table(
    "work_owners",
    metadata,
    Column("name", String(255), primary_key=True),
    Column("beat", BigNumber, nullable=False),
)
