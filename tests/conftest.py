"""What tests of several folders share."""

from tests.support.postgres import postgres

__all__ = ["postgres"]
