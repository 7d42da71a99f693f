"""Things in the world: what sightings and cases are of, and what reviewers say is the same or not.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
ONLY_UNPLACED = sa.text("lat IS NULL")


def upgrade() -> None:
    _spots()
    _pins()
    _links()
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SPATIAL:
            op.execute(statement)
    for statement in _FROM_CASES:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


def _spots() -> None:
    op.create_table(
        "spots",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("camera", sa.Text(), nullable=False),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.Column("error_m", sa.Float()),
        sa.Column("place_method", sa.String(length=32)),
        sa.Column("place_views", sa.Integer()),
        sa.Column("covariance_m2", sa.JSON()),
        sa.Column("last_seen", TIME),
        sa.Column("signatures", sa.JSON()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_spots")),
        sa.UniqueConstraint("id", name=op.f("uq_spots_id")),
    )
    op.create_index(
        "ix_spots_unplaced",
        "spots",
        ["kind", "camera"],
        unique=False,
        sqlite_where=ONLY_UNPLACED,
        postgresql_where=ONLY_UNPLACED,
    )


def _pins() -> None:
    op.create_table(
        "pins",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("review", sa.Uuid(), nullable=False),
        sa.Column("spot_id", sa.Uuid(), nullable=False),
        sa.Column("clip_sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("first_s", sa.Float(), nullable=False),
        sa.Column("last_s", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
        sa.ForeignKeyConstraint(["review"], ["reviews.id"], name=op.f("fk_pins_review_reviews")),
        sa.ForeignKeyConstraint(["spot_id"], ["spots.id"], name=op.f("fk_pins_spot_id_spots")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_pins")),
    )
    for column in ("review", "spot_id", "clip_sha256"):
        op.create_index(op.f(f"ix_pins_{column}"), "pins", [column], unique=False)


def _links() -> None:
    op.add_column("sightings", sa.Column("motion", sa.String(length=16), nullable=False, server_default="unknown"))
    op.add_column("sightings", sa.Column("signature", sa.LargeBinary()))
    op.add_column("sightings", sa.Column("spot_id", sa.Uuid()))
    op.add_column("sightings", sa.Column("raised_id", sa.Uuid()))
    op.add_column("cases", sa.Column("spot_id", sa.Uuid()))
    op.add_column("cases", sa.Column("duplicate_of", sa.Uuid()))
    op.add_column("reviews", sa.Column("other", sa.Uuid()))
    for table, column in _INDEXED:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


_INDEXED = (
    ("sightings", "spot_id"),
    ("sightings", "raised_id"),
    ("cases", "spot_id"),
    ("cases", "duplicate_of"),
    ("reviews", "other"),
)


#: As for the cases: an R*Tree beside the spots, under their number, kept by triggers.
_SPATIAL = (
    "CREATE VIRTUAL TABLE spot_places USING rtree(number, west, east, south, north)",
    """CREATE TRIGGER spot_places_insert AFTER INSERT ON spots WHEN new.lat IS NOT NULL BEGIN
    INSERT INTO spot_places VALUES (new.number, new.lon, new.lon, new.lat, new.lat); END""",
    """CREATE TRIGGER spot_places_update AFTER UPDATE OF lat, lon ON spots
    WHEN old.lat IS NOT new.lat OR old.lon IS NOT new.lon BEGIN
    DELETE FROM spot_places WHERE number = old.number;
    INSERT INTO spot_places SELECT new.number, new.lon, new.lon, new.lat, new.lat WHERE new.lat IS NOT NULL; END""",
    """CREATE TRIGGER spot_places_delete AFTER DELETE ON spots BEGIN
    DELETE FROM spot_places WHERE number = old.number; END""",
)

#: Every case so far is a thing of its own, of the kind that most of its sightings showed.
_FROM_CASES = (
    """INSERT INTO spots (id, kind, camera, lat, lon, error_m, place_method, place_views, covariance_m2, last_seen)
    SELECT id,
    CASE problem WHEN 'mis_parked_vehicle' THEN 'vehicle' WHEN 'overflowing_bin' THEN 'bin' ELSE problem END,
    camera, lat, lon, error_m, place_method, place_views, covariance_m2, last_seen FROM cases""",
    "UPDATE cases SET spot_id = id",
    "UPDATE sightings SET spot_id = case_id, raised_id = case_id",
)
