"""Run by Alembic inside `casebook_store.migrate`, on the connection it is given."""

from alembic import context

from warehouse.casebook_tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
