"""What a person is told in place of an answer."""

from __future__ import annotations

from collections.abc import Awaitable

import pytest

from arena.errors import Refusal, UserError


async def refused(work: Awaitable[object]) -> Refusal:
    """Why a call is refused; it must be."""
    with pytest.raises(UserError) as caught:
        await work
    return caught.value.refusal
