"""What ground was in view, which passes missed a case, and when its thing was gone.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("cases", sa.Column("cell_at_border", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("cases", sa.Column("gone_at", TIME))
    op.add_column("cases", sa.Column("recurs", sa.Uuid()))
    op.add_column("sightings", sa.Column("carrier_known", sa.Boolean()))
    op.add_column("sightings", sa.Column("scale_px_m", sa.Float()))
    _grounds()
    _misses()


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


def _grounds() -> None:
    op.create_table(
        "grounds",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("clip_sha256", sa.String(length=64), nullable=False),
        sa.Column("clip_name", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("started_at", TIME),
        sa.Column("ended_at", TIME),
        sa.Column("west", sa.Float(), nullable=False),
        sa.Column("south", sa.Float(), nullable=False),
        sa.Column("east", sa.Float(), nullable=False),
        sa.Column("north", sa.Float(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("looks", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_grounds")),
        sa.UniqueConstraint("clip_sha256", name=op.f("uq_grounds_clip_sha256")),
    )
    op.create_index("ix_grounds_started_at", "grounds", ["started_at"])


def _misses() -> None:
    op.create_table(
        "misses",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("clip_sha256", sa.String(length=64), nullable=False),
        sa.Column("clip_name", sa.Text(), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("time_s", sa.Float(), nullable=False),
        sa.Column("nearest_m", sa.Float(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("frames", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("evidence", sa.JSON(none_as_null=True)),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_misses_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_misses")),
        sa.UniqueConstraint("case_id", "clip_sha256", name=op.f("uq_misses_case_id_clip_sha256")),
    )
    op.create_index(op.f("ix_misses_clip_sha256"), "misses", ["clip_sha256"])
