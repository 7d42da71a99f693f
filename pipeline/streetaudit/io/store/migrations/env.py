"""Runs inside Alembic, on the connection and in the transaction that streetaudit.io.store.migrate hands in."""

from alembic import context

from streetaudit.io.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite can, once BEGIN is ours; Alembic's default for it is False
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
