"""Runs the migrations on the connection that app/storage/upkeep/migrations.py has opened and locked."""

from __future__ import annotations

from alembic import context

from app.storage.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
