"""What reviewers set right: kept with their decision, and what the audit had said kept with the case.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reviews", sa.Column("correction", sa.JSON(none_as_null=True)))
    op.add_column("cases", sa.Column("audited", sa.JSON(none_as_null=True)))
    corrected = sa.text("audited IS NOT NULL")
    op.create_index(
        "ix_cases_corrected", "cases", ["camera"], sqlite_where=corrected, postgresql_where=corrected, unique=False
    )


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
