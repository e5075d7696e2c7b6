"""Write the next migration from what storage/tables.py has and the last migration lacks.

Usage: python -m storage.migrations "add the study's tables"
"""

from __future__ import annotations

import sys

from alembic import command

from storage.database import open_database
from storage.schema import migration_config


def main(message: str) -> None:
    """Compare the tables with a database made by the migrations so far, and write the difference to versions/."""
    database = open_database("sqlite://")
    with database.write() as connection:
        command.revision(migration_config(connection), message, autogenerate=True)
    database.close()


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or sys.exit("usage: python -m storage.migrations MESSAGE"))
