"""The first schema: runs, cases, sightings, reviews, claims, accounts, the audit trail.

A migration is history: it is never edited after a release, and imports nothing that may change.

Revision ID: 0001
Revises: none
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _runs()
    _cases()
    _case_counts()
    _sightings()
    _reviews()
    _claims()
    _accounts()
    _sessions()
    _login_failures()
    _audit_trail()


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("work_key", sa.String(length=128), nullable=False),
        sa.Column("clip_sha256", sa.String(length=64), nullable=False),
        sa.Column("clip_name", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON()),
        sa.Column("record", sa.JSON()),
        sa.Column("coverage", sa.JSON(), nullable=False),
        sa.Column("trace_source", sa.String(length=32), nullable=False),
        sa.Column("trace_note", sa.Text(), nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("stored_at", TIME, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_runs")),
        sa.UniqueConstraint("work_key", name=op.f("uq_runs_work_key")),
    )
    op.create_index(op.f("ix_runs_clip_sha256"), "runs", ["clip_sha256"], unique=False)


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_shadow", sa.Boolean(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("error_m", sa.Float()),
        sa.Column("place_method", sa.String(length=32)),
        sa.Column("place_views", sa.Integer()),
        sa.Column("covariance_m2", sa.JSON()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("first_seen", TIME),
        sa.Column("last_seen", TIME),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("sightings", sa.Integer(), nullable=False),
        sa.Column("cell", sa.String(length=64)),
        sa.Column("responsible", sa.Text()),
        sa.Column("code", sa.String(length=64)),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("due_at", TIME),
        sa.Column("queue_at", TIME, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("id", name=op.f("uq_cases_id")),
    )
    op.create_index("ix_cases_last_seen", "cases", ["last_seen"], unique=False)
    op.create_index("ix_cases_state_queue_at_number", "cases", ["state", "queue_at", "number"], unique=False)
    op.create_index(
        "ix_cases_unplaced",
        "cases",
        ["problem", "camera"],
        unique=False,
        sqlite_where=sa.text("lat IS NULL"),
        postgresql_where=sa.text("lat IS NULL"),
    )


def _case_counts() -> None:
    op.create_table(
        "case_counts",
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("state", name=op.f("pk_case_counts")),
    )


def _sightings() -> None:
    op.create_table(
        "sightings",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run", NUMBER, nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("clip_sha256", sa.String(length=64), nullable=False),
        sa.Column("clip_name", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("track_id", NUMBER, nullable=False),
        sa.Column("class_name", sa.String(length=64), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("first_s", sa.Float(), nullable=False),
        sa.Column("last_s", sa.Float(), nullable=False),
        sa.Column("seen_at", TIME),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("error_m", sa.Float()),
        sa.Column("place_method", sa.String(length=32)),
        sa.Column("place_views", sa.Integer()),
        sa.Column("covariance_m2", sa.JSON()),
        sa.Column("not_placed", sa.Text()),
        sa.Column("problem", sa.String(length=64)),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("rule_version", sa.String(length=64), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("zone", sa.Text()),
        sa.Column("evidence", sa.JSON()),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_sightings_case_id_cases")),
        sa.ForeignKeyConstraint(["run"], ["runs.number"], name=op.f("fk_sightings_run_runs")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_sightings")),
        sa.UniqueConstraint("id", name=op.f("uq_sightings_id")),
    )
    op.create_index(op.f("ix_sightings_case_id"), "sightings", ["case_id"], unique=False)
    op.create_index(op.f("ix_sightings_clip_sha256"), "sightings", ["clip_sha256"], unique=False)
    op.create_index(op.f("ix_sightings_run"), "sightings", ["run"], unique=False)


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(length=128), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32)),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("undoes", sa.Uuid()),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id_cases")),
        sa.ForeignKeyConstraint(["undoes"], ["reviews.id"], name=op.f("fk_reviews_undoes_reviews")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_reviews")),
        sa.UniqueConstraint("id", name=op.f("uq_reviews_id")),
        sa.UniqueConstraint("undoes", name=op.f("uq_reviews_undoes")),
    )
    op.create_index("ix_reviews_case_id_number", "reviews", ["case_id", "number"], unique=False)
    op.create_index("ix_reviews_reviewer_number", "reviews", ["reviewer", "number"], unique=False)


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(length=128), nullable=False),
        sa.Column("lease_until", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_claims_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_reviewer"), "claims", ["reviewer"], unique=False)


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_accounts")),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("csrf", sa.Text(), nullable=False),
        sa.Column("idle_s", sa.Float(), nullable=False),
        sa.Column("idle_until", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name=op.f("fk_sessions_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)


def _login_failures() -> None:
    op.create_table(
        "login_failures",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_login_failures")),
    )
    op.create_index(op.f("ix_login_failures_at"), "login_failures", ["at"], unique=False)
    op.create_index("ix_login_failures_key_at", "login_failures", ["key", "at"], unique=False)


def _audit_trail() -> None:
    op.create_table(
        "audit_trail",
        sa.Column("number", NUMBER, autoincrement=False, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_trail")),
    )
