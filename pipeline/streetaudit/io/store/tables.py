"""The schema, one table a noun; migrations/ makes it, this file says what is expected of it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)

from streetaudit.io.store.columns import BigNumber, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

runs = Table(
    "runs",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("work_key", String(128), nullable=False),
    Column("clip_sha256", String(64), nullable=False, index=True),
    Column("clip_name", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("model_sha256", String(64), nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("facts", JSON(none_as_null=True)),
    Column("record", JSON(none_as_null=True)),
    Column("coverage", JSON(none_as_null=True), nullable=False),
    Column("trace_source", String(32), nullable=False),
    Column("trace_note", Text, nullable=False),
    Column("started_at", UtcDateTime),
    Column("path", JSON(none_as_null=True)),
    Column("look", Text, nullable=False, server_default=""),  # key of the detections that it rests on
    Column("runtime", String(32), nullable=False, server_default=""),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("is_current", Boolean, nullable=False),  # False: another audit of the clip took its place
    UniqueConstraint("work_key"),
)

cases = Table(
    "cases",
    metadata,
    Column("number", BigNumber, primary_key=True),  # the R*Tree's key
    Column("id", Uuid, nullable=False),
    Column("problem", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("is_shadow", Boolean, nullable=False),  # only rules on trial have fired
    Column("camera", Text, nullable=False),  # of the sighting that opened it: where unplaced sightings look
    Column("lat", Float),
    Column("lon", Float),
    Column("error_m", Float),
    Column("place_method", String(32)),
    Column("place_views", Integer),
    Column("covariance_m2", JSON(none_as_null=True)),
    Column("confidence", Float, nullable=False),
    Column("first_seen", UtcDateTime),
    Column("last_seen", UtcDateTime),
    Column("passes", Integer, nullable=False),
    Column("sightings", Integer, nullable=False),
    Column("cell", String(64)),
    Column("responsible", Text),
    Column("code", String(64)),
    Column("rule", String(64), nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("due_at", UtcDateTime),
    Column("queue_at", UtcDateTime, nullable=False),  # place in the queue: see rows.queue_at
    Column("version", Integer, nullable=False),
    Column("evidence", Text),
    Column("spot_id", Uuid, index=True),  # the thing that it speaks of; see spot_tables
    Column("duplicate_of", Uuid, index=True),  # the case that a reviewer says it is the same as
    Column("audited", JSON(none_as_null=True)),  # what the audit says of the columns that a reviewer corrected
    Column("cell_at_border", Boolean, nullable=False, server_default=false()),
    Column("gone_at", UtcDateTime),
    Column("recurs", Uuid),  # the case of what stood there before and is gone
    UniqueConstraint("id"),
    Index("ix_cases_state_queue_at_number", "state", "queue_at", "number"),
    Index("ix_cases_last_seen", "last_seen"),
    Index(
        "ix_cases_unplaced",
        "problem",
        "camera",
        sqlite_where=text("lat IS NULL"),
        postgresql_where=text("lat IS NULL"),
    ),
    Index(
        "ix_cases_corrected",
        "camera",
        sqlite_where=text("audited IS NOT NULL"),
        postgresql_where=text("audited IS NOT NULL"),
    ),
)

#: How many cases are in each state; kept by triggers, because counting a million rows takes 76 ms.
case_counts = Table(
    "case_counts",
    metadata,
    Column("state", String(16), primary_key=True),
    Column("cases", Integer, nullable=False),
)

#: How many cases lie in each tile of 1/250 degree; kept by triggers, for maps of more cases than can be drawn.
case_tiles = Table(
    "case_tiles",
    metadata,
    Column("x", Integer, primary_key=True),
    Column("y", Integer, primary_key=True),
    Column("problem", String(64), primary_key=True),
    Column("state", String(16), primary_key=True),
    Column("cases", Integer, nullable=False),
    Column("lon_sum", Float, nullable=False),
    Column("lat_sum", Float, nullable=False),
    sqlite_with_rowid=False,
)

sightings = Table(
    "sightings",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("run", BigNumber, ForeignKey("runs.number"), nullable=False, index=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), index=True),
    Column("clip_sha256", String(64), nullable=False, index=True),
    Column("clip_name", Text, nullable=False),
    Column("camera", Text, nullable=False),
    Column("track_id", BigNumber, nullable=False),
    Column("class_name", String(64), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("frames", Integer, nullable=False),
    Column("first_s", Float, nullable=False),
    Column("last_s", Float, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("lat", Float),
    Column("lon", Float),
    Column("error_m", Float),
    Column("place_method", String(32)),
    Column("place_views", Integer),
    Column("covariance_m2", JSON(none_as_null=True)),
    Column("not_placed", Text),
    Column("carrier_known", Boolean),  # of what is not placed
    Column("unproven", String(64)),  # the problem that it is once another pass proves how long it stood
    Column("needs_s", Float, nullable=False, server_default="0"),
    Column("proof", Text, nullable=False, server_default=""),  # the end of `why` that names both passes
    Column("scale_px_m", Float),  # pixels that a metre there took when it was first seen
    Column("problem", String(64)),
    Column("rule", String(64), nullable=False),
    Column("rule_version", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("shadow", Boolean, nullable=False),
    Column("probability", Float, nullable=False),
    Column("zone", Text),
    Column("reason", JSON(none_as_null=True)),
    Column("evidence", JSON(none_as_null=True)),
    Column("model_sha256", String(64), nullable=False),
    Column("stands_from", UtcDateTime),  # before a fixed camera
    Column("stands_to", UtcDateTime),
    Column("motion", String(16), nullable=False, server_default="unknown"),
    Column("signature", LargeBinary),
    Column("beside", JSON(none_as_null=True)),  # track ids seen in one frame with it
    Column("spot_id", Uuid, index=True),  # the thing that it shows; see spot_tables
    Column("raised_id", Uuid, index=True),  # the case that it is of by itself; case_id where that is no duplicate
    UniqueConstraint("id"),
)

#: Which sighting a picture belongs to; kept by triggers, so that no writer can forget it.
pictures = Table(
    "pictures",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("sighting", Uuid, primary_key=True, index=True),
)

#: Append-only: triggers refuse UPDATE and DELETE.
reviews = Table(
    "reviews",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("reviewer", String(128), nullable=False),
    Column("decision", String(16), nullable=False),
    Column("reason", String(32)),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("undoes", Uuid, ForeignKey("reviews.id")),
    Column("other", Uuid, index=True),  # the case that a duplicate or a split speaks of
    Column("correction", JSON(none_as_null=True)),
    UniqueConstraint("id"),
    Column("stroke", Uuid, index=True),  # decided at one stroke with others, and taken back with them
    UniqueConstraint("undoes"),  # a review is taken back once at most
    Index("ix_reviews_case_id_number", "case_id", "number"),
    Index("ix_reviews_reviewer_number", "reviewer", "number"),
)

claims = Table(
    "claims",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
    Column("reviewer", String(128), nullable=False, index=True),
    Column("lease_until", UtcDateTime, nullable=False),
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("area", JSON(none_as_null=True)),  # None: all of the city
    Column("totp_secret", Text),
    Column("totp_step", BigNumber),  # the last that was used: a code opens once
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_sha256", String(64), primary_key=True),
    Column("account", String(128), ForeignKey("accounts.name", ondelete="CASCADE"), nullable=False, index=True),
    Column("csrf", Text, nullable=False),
    Column("idle_s", Float, nullable=False),
    Column("idle_until", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("number", BigNumber, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Index("ix_login_failures_key_at", "key", "at"),
)

#: Append-only and hash-chained.
audit_trail = Table(
    "audit_trail",
    metadata,
    Column("number", BigNumber, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
