"""What the tests of the studies' service share."""

from __future__ import annotations

from collections.abc import Awaitable
from pathlib import Path

from arena.errors import Refusal
from arena.study.operator import StudyOffice
from tests.support.refusals import refused
from tests.support.study import Lab


def office(here: Lab) -> StudyOffice:
    return StudyOffice(store=here.studies, keys=here.keys, clock=here.clock)


async def nothing_changed(here: Lab, work: Awaitable[object], refusal: Refusal) -> None:
    before = await here.everybody()
    assert await refused(work) is refusal
    assert await here.everybody() == before


def in_files(folder: Path, words: str) -> bool:
    return any(words.encode() in file.read_bytes() for file in folder.glob("study.db*"))
