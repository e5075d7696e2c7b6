"""An arena without pages for each test."""

import pytest

from tests.support.arena import arena


@pytest.fixture
async def here(tmp_path):
    async with arena(tmp_path) as it:
        yield it
