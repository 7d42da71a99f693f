"""Which tracks one frame showed together: they are two things, however near they stand.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sightings", sa.Column("beside", sa.JSON()))


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
