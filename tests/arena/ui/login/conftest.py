"""The scripted provider."""

from collections.abc import Iterator

import pytest

from tests.support.openid_provider import OpenIdProvider


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as it:
        yield it
