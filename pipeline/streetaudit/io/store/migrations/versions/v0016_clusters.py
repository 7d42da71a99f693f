"""How many cases lie in each tile of 0.004 degrees, kept by triggers: a map of a million need not go through them.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_tiles",
        sa.Column("x", sa.Integer(), nullable=False),
        sa.Column("y", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("lon_sum", sa.Float(), nullable=False),
        sa.Column("lat_sum", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("x", "y", "problem", "state", name=op.f("pk_case_tiles")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _KEEPING:
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


#: Degrees are positive once moved by 180 and 90, so CAST rounds down.
_KEEPING = (
    """INSERT INTO case_tiles SELECT CAST((lon + 180) * 250 AS INTEGER), CAST((lat + 90) * 250 AS INTEGER),
    problem, state, count(*), sum(lon), sum(lat) FROM cases WHERE lat IS NOT NULL GROUP BY 1, 2, 3, 4""",
    """CREATE TRIGGER case_tiles_insert AFTER INSERT ON cases WHEN new.lat IS NOT NULL BEGIN
    INSERT INTO case_tiles VALUES (CAST((new.lon + 180) * 250 AS INTEGER), CAST((new.lat + 90) * 250 AS INTEGER),
    new.problem, new.state, 1, new.lon, new.lat) ON CONFLICT (x, y, problem, state) DO UPDATE SET
    cases = cases + 1, lon_sum = lon_sum + excluded.lon_sum, lat_sum = lat_sum + excluded.lat_sum; END""",
    """CREATE TRIGGER case_tiles_leave AFTER UPDATE OF lat, lon, problem, state ON cases WHEN old.lat IS NOT NULL BEGIN
    UPDATE case_tiles SET cases = cases - 1, lon_sum = lon_sum - old.lon, lat_sum = lat_sum - old.lat
    WHERE x = CAST((old.lon + 180) * 250 AS INTEGER) AND y = CAST((old.lat + 90) * 250 AS INTEGER)
    AND problem = old.problem AND state = old.state; END""",
    """CREATE TRIGGER case_tiles_arrive AFTER UPDATE OF lat, lon, problem, state ON cases WHEN new.lat IS NOT NULL BEGIN
    INSERT INTO case_tiles VALUES (CAST((new.lon + 180) * 250 AS INTEGER), CAST((new.lat + 90) * 250 AS INTEGER),
    new.problem, new.state, 1, new.lon, new.lat) ON CONFLICT (x, y, problem, state) DO UPDATE SET
    cases = cases + 1, lon_sum = lon_sum + excluded.lon_sum, lat_sum = lat_sum + excluded.lat_sum; END""",
    """CREATE TRIGGER case_tiles_delete AFTER DELETE ON cases WHEN old.lat IS NOT NULL BEGIN
    UPDATE case_tiles SET cases = cases - 1, lon_sum = lon_sum - old.lon, lat_sum = lat_sum - old.lat
    WHERE x = CAST((old.lon + 180) * 250 AS INTEGER) AND y = CAST((old.lat + 90) * 250 AS INTEGER)
    AND problem = old.problem AND state = old.state; END""",
)
