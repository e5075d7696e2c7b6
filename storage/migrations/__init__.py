"""Alembic migrations, run in-process when a database is opened; users need no alembic.ini."""
