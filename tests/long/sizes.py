"""Sizes of a proof: the small one belongs to the integration tests, the full one to the long tier."""

from __future__ import annotations

import pytest


def sizes(small: int, full: int) -> list[object]:
    """Parameters for `pytest.mark.parametrize`."""
    return [pytest.param(small, marks=pytest.mark.integration), pytest.param(full, marks=pytest.mark.long)]
