"""The night: which detections a run rests on, and the ledger of work.

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
from alembic import op

from streetaudit.io.store.columns import BigNumber

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("runs", sa.Column("look", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "work_items",
        sa.Column("number", BigNumber, nullable=False),
        sa.Column("night", sa.String(length=64), nullable=False),
        sa.Column("clip", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("work_key", sa.String(length=128), nullable=False),
        sa.Column("look", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("deaths", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_work_items")),
        sa.UniqueConstraint("night", "clip", "fingerprint", name=op.f("uq_work_items_night_clip_fingerprint")),
    )
    op.create_index("ix_work_items_night_state_number", "work_items", ["night", "state", "number"])
    op.create_table(
        "work_owners",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("beat", BigNumber, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_work_owners")),
    )


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")
