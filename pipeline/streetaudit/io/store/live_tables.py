"""What belongs to sightings of live cameras beyond what every sighting has."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, Uuid

from streetaudit.io.store.columns import UtcDateTime
from streetaudit.io.store.tables import metadata

#: Which revision of each is stored. No foreign key: a sighting that is taken out must not come back by an old delivery.
live_sightings = Table(
    "live_sightings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("gateway", Text, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("ongoing", Boolean, nullable=False),
    Column("clock", String(16), nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
)
