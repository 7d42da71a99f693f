"""The reviewers' desk: saved views, second opinions, gold cases, citizens' reports, webhooks, decisions at one stroke.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    _saved_views()
    _webhooks()
    _deliveries()
    _gold_cases()
    _opinions()
    _requests()
    op.add_column("reviews", sa.Column("stroke", sa.Uuid()))
    op.create_index(op.f("ix_reviews_stroke"), "reviews", ["stroke"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _PICTURES_OF_MISSES:
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


#: A picture of a spot without the thing belongs to the case.
_PICTURES_OF_MISSES = (
    """CREATE TRIGGER pictures_of_misses_insert AFTER INSERT ON misses WHEN new.evidence IS NOT NULL BEGIN
    INSERT OR IGNORE INTO pictures SELECT tree.value, new.case_id FROM json_tree(new.evidence) AS tree
    WHERE tree.key IN ('frame', 'crop') AND tree.type = 'text'; END""",
    """CREATE TRIGGER pictures_of_misses_update AFTER UPDATE OF evidence ON misses WHEN new.evidence IS NOT NULL BEGIN
    INSERT OR IGNORE INTO pictures SELECT tree.value, new.case_id FROM json_tree(new.evidence) AS tree
    WHERE tree.key IN ('frame', 'crop') AND tree.type = 'text'; END""",
)


def _saved_views() -> None:
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index(op.f("ix_saved_views_account"), "saved_views", ["account"], unique=False)


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("disabled", sa.Text()),
        sa.Column("told", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", TIME),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["webhook"], ["webhooks.id"], name=op.f("fk_deliveries_webhook_webhooks"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
    )
    op.create_index(op.f("ix_deliveries_next_at"), "deliveries", ["next_at"], unique=False)
    op.create_index("ix_deliveries_webhook_created_at", "deliveries", ["webhook", "created_at"], unique=False)


def _gold_cases() -> None:
    op.create_table(
        "gold_cases",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_gold_cases_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_gold_cases")),
    )


def _opinions() -> None:
    op.create_table(
        "opinions",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer", sa.String(length=128), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=32)),
        sa.Column("first_reviewer", sa.String(length=128), nullable=False),
        sa.Column("first_decision", sa.String(length=16), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("is_gold", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_opinions_case_id_cases"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_opinions")),
        sa.UniqueConstraint("case_id", "reviewer", name=op.f("uq_opinions_case_id_reviewer")),
    )
    op.create_index(op.f("ix_opinions_reviewer"), "opinions", ["reviewer"], unique=False)


def _requests() -> None:
    op.create_table(
        "requests",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("service_code", sa.String(length=64), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("media_url", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("requested_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("status_notes", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Uuid()),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_requests_case_id_cases"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_requests")),
        sa.UniqueConstraint("id", name=op.f("uq_requests_id")),
    )
    op.create_index("ix_requests_requested_at", "requests", ["requested_at"], unique=False)
