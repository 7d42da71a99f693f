"""Live cameras: since when a thing stands there, and which revision of its sighting is stored.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("sightings", sa.Column("stands_from", TIME))
    op.add_column("sightings", sa.Column("stands_to", TIME))
    op.create_table(
        "live_sightings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ongoing", sa.Boolean(), nullable=False),
        sa.Column("clock", sa.String(length=16), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_live_sightings")),
    )
    op.create_index(op.f("ix_live_sightings_gateway"), "live_sightings", ["gateway"])


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
