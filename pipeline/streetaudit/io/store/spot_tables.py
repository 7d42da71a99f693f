"""The things in the world that were seen, problem or not, and what people said of which sighting is which thing."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Float, ForeignKey, Index, Integer, String, Table, Text, Uuid, text
from sqlalchemy import UniqueConstraint as Unique

from streetaudit.io.store.columns import BigNumber, UtcDateTime
from streetaudit.io.store.tables import metadata

spots = Table(
    "spots",
    metadata,
    Column("number", BigNumber, primary_key=True),  # the R*Tree's key
    Column("id", Uuid, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("camera", Text, nullable=False),  # of the sighting that founded it: where unplaced sightings look
    Column("lat", Float),
    Column("lon", Float),
    Column("error_m", Float),
    Column("place_method", String(32)),
    Column("place_views", Integer),
    Column("covariance_m2", JSON(none_as_null=True)),
    Column("last_seen", UtcDateTime),
    Column("signatures", JSON(none_as_null=True)),  # the newest few, as hexadecimal text
    Unique("id"),
    Index(
        "ix_spots_unplaced",
        "kind",
        "camera",
        sqlite_where=text("lat IS NULL"),
        postgresql_where=text("lat IS NULL"),
    ),
)

#: Which thing a person says was seen there and then: holds for whatever a later audit of the clip sees in its place.
pins = Table(
    "pins",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("review", Uuid, ForeignKey("reviews.id"), nullable=False, index=True),
    Column("spot_id", Uuid, ForeignKey("spots.id"), nullable=False, index=True),
    Column("clip_sha256", String(64), nullable=False, index=True),
    Column("kind", String(64), nullable=False),
    Column("first_s", Float, nullable=False),
    Column("last_s", Float, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
)
