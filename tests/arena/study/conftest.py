from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.study import Lab, lab


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Lab]:
    async with lab(tmp_path) as it:
        yield it
