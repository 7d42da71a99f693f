"""Areas and second factors of accounts, tokens, gateways, and which sighting a picture belongs to.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("area", sa.JSON()))
    op.add_column("accounts", sa.Column("totp_secret", sa.Text()))
    op.add_column("accounts", sa.Column("totp_step", NUMBER))
    _tokens()
    _gateways()
    _pictures()


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("revoked_at", TIME),
        sa.Column("used_at", TIME),
        sa.ForeignKeyConstraint(
            ["account"], ["accounts.name"], name=op.f("fk_tokens_account_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_tokens_secret_sha256")),
    )
    op.create_index(op.f("ix_tokens_account"), "tokens", ["account"], unique=False)


def _gateways() -> None:
    op.create_table(
        "gateways",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("heard_at", TIME, nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("heartbeat", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gateways")),
    )


def _pictures() -> None:
    op.create_table(
        "pictures",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("sighting", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("key", "sighting", name=op.f("pk_pictures")),
    )
    op.create_index(op.f("ix_pictures_sighting"), "pictures", ["sighting"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for statement in _KEEPING_PICTURES:
            op.execute(statement)


#: Wherever in the evidence a key stands, in the best view or in one of the others.
_KEEPING_PICTURES = (
    """INSERT OR IGNORE INTO pictures SELECT tree.value, sightings.id FROM sightings,
    json_tree(sightings.evidence) AS tree
    WHERE tree.key IN ('frame', 'crop') AND tree.type = 'text'""",
    """CREATE TRIGGER pictures_insert AFTER INSERT ON sightings WHEN new.evidence IS NOT NULL BEGIN
    INSERT OR IGNORE INTO pictures SELECT tree.value, new.id FROM json_tree(new.evidence) AS tree
    WHERE tree.key IN ('frame', 'crop') AND tree.type = 'text'; END""",
    """CREATE TRIGGER pictures_update AFTER UPDATE OF evidence ON sightings BEGIN
    DELETE FROM pictures WHERE sighting = old.id;
    INSERT OR IGNORE INTO pictures SELECT tree.value, new.id FROM json_tree(new.evidence) AS tree
    WHERE tree.key IN ('frame', 'crop') AND tree.type = 'text'; END""",
    """CREATE TRIGGER pictures_delete AFTER DELETE ON sightings BEGIN
    DELETE FROM pictures WHERE sighting = old.id; END""",
)
