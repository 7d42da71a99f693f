"""Dwell over passes: which problem a sighting would be if another pass proved that its thing stood long enough.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sightings", sa.Column("unproven", sa.String(length=64)))
    op.add_column("sightings", sa.Column("needs_s", sa.Float(), nullable=False, server_default="0"))
    op.add_column("sightings", sa.Column("proof", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
