"""Run by Alembic with the connection that storage/schema.py hands over.

To write the next migration: `python -m storage.migrations MESSAGE`.
"""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

import storage.study_tables  # noqa: F401 - its tables belong to the metadata
from storage.tables import Base
from storage.types import UtcDateTime, WordList


def run() -> None:
    """Run the steps inside the caller's transaction, so that a failed migration leaves nothing behind."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        render_as_batch=True,  # SQLite cannot alter most things in place
        render_item=plain_types,
    )
    context.run_migrations()


def plain_types(kind: str, item: object, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what the database has, so that old migrations do not depend on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, WordList):
        return "sa.Text()"
    return False


run()
