"""Why a rule decided as it did, as a message and its values: for languages other than English.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("sightings", sa.Column("reason", sa.JSON()))


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
