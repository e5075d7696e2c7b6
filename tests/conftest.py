"""What tests of several folders share."""

from collections.abc import Iterator

import pytest
import structlog

from tests.support.postgres import postgres

__all__ = ["postgres"]


@pytest.fixture(autouse=True)
def log_as_at_first() -> Iterator[None]:
    """What a test sets up of the log ends with it."""
    yield
    structlog.reset_defaults()
