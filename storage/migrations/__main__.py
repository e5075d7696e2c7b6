"""Write the next migration from what storage/tables.py has and the last migration lacks.

Usage: python -m storage.migrations "add the study's tables"
"""

from __future__ import annotations

import sys

from alembic import command

from storage.database import open_database
from storage.schema import migration_config


def main(arguments: list[str]) -> int:
    """Compare the tables with a database made by the migrations so far, and write the difference to versions/."""
    if not arguments:
        sys.stderr.write("usage: python -m storage.migrations MESSAGE\n")
        return 2
    database = open_database("sqlite://")
    with database.write() as connection:
        command.revision(migration_config(connection), " ".join(arguments), autogenerate=True)
    database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
