"""The rules of a battle, on a real database and a scripted chat."""

import pytest

from tests.support.arena import arena


@pytest.fixture
async def here(tmp_path):
    async with arena(tmp_path) as it:
        yield it
