"""Ids of rows."""

from __future__ import annotations

import uuid


def new_id() -> str:
    """A random UUID as text; unguessable, so that it can stand in an address."""
    return str(uuid.uuid4())
