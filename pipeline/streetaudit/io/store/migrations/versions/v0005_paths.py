"""The way that each clip travelled, for maps of a night.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("path", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
