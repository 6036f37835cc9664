"""Run by Alembic inside `casebook.database.migrate`, on the connection it is given."""

from alembic import context

from warehouse.casebook.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
