"""The rules of a study, on a real database and a scripted chat."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from arena.study.views import Stage
from arena.study_models import ParticipantState
from tests.support.study import Lab, lab

pytestmark = pytest.mark.integration


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Lab]:
    async with lab(tmp_path) as it:
        yield it


async def test_a_participant_goes_through_the_whole_study(here: Lab) -> None:
    person = here.person()
    view = await person.all_of_it()
    assert view.stage is Stage.DONE
    assert view.completion_code
    stored = (await here.everybody())[0]
    assert stored.state is ParticipantState.COMPLETED
    assert [len(period.turns) for period in stored.periods] == [2, 2]
    assert len(stored.responses) == 9
