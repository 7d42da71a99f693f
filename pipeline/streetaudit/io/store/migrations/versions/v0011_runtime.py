"""Which runtime ran the model: bfloat16 gives slightly other boxes than fp32.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("runtime", sa.String(length=32), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
