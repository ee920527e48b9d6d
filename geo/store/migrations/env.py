"""How the upgrades run: on the connection that opens the store, in its transaction."""

from __future__ import annotations

from alembic import context

from geo.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"], target_metadata=METADATA, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
