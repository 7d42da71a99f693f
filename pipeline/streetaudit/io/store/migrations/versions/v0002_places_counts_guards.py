"""What SQLite keeps by itself: the R*Tree of places, the counters, and the guards of what is append-only.

Elsewhere these are a GiST index and triggers in that database's own language: a branch of upgrade() then.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for statement in (*_SPATIAL, *_COUNTS, *_append_only("reviews"), *_append_only("audit_trail")):
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("a store does not go back: restore the copy that was made before the update")


#: An R*Tree beside the cases, under their number; triggers keep it, so no writer can forget it.
_SPATIAL = (
    "CREATE VIRTUAL TABLE case_places USING rtree(number, west, east, south, north)",
    """CREATE TRIGGER case_places_insert AFTER INSERT ON cases WHEN new.lat IS NOT NULL BEGIN
    INSERT INTO case_places VALUES (new.number, new.lon, new.lon, new.lat, new.lat); END""",
    """CREATE TRIGGER case_places_update AFTER UPDATE OF lat, lon ON cases
    WHEN old.lat IS NOT new.lat OR old.lon IS NOT new.lon BEGIN
    DELETE FROM case_places WHERE number = old.number;
    INSERT INTO case_places SELECT new.number, new.lon, new.lon, new.lat, new.lat WHERE new.lat IS NOT NULL; END""",
    """CREATE TRIGGER case_places_delete AFTER DELETE ON cases BEGIN
    DELETE FROM case_places WHERE number = old.number; END""",
)

_COUNTS = (
    """CREATE TRIGGER case_counts_insert AFTER INSERT ON cases BEGIN
    INSERT INTO case_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET cases = cases + 1; END""",
    """CREATE TRIGGER case_counts_update AFTER UPDATE OF state ON cases WHEN old.state <> new.state BEGIN
    UPDATE case_counts SET cases = cases - 1 WHERE state = old.state;
    INSERT INTO case_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET cases = cases + 1; END""",
    """CREATE TRIGGER case_counts_delete AFTER DELETE ON cases BEGIN
    UPDATE case_counts SET cases = cases - 1 WHERE state = old.state; END""",
)


def _append_only(table: str) -> tuple[str, ...]:
    return tuple(
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN "
        f"SELECT RAISE(ABORT, '{table} is append-only'); END"
        for verb in ("update", "delete")
    )
