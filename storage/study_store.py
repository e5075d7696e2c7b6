"""`SqlStudyStore`: `arena.study_ports.StudyStore` on the database of a `SqlStore`, with its threads and its order."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection

from arena.models import Answer
from arena.ports import Lease
from arena.study_models import Study
from arena.study_people import Participant
from arena.study_ports import Decide, Enrolled, NewStudy
from storage import studies
from storage.store import SqlStore

R = TypeVar("R")


class SqlStudyStore:
    """The studies in a store's database. Whoever closes the store closes this too."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def _read(self, work: Callable[[Connection], R]) -> Coroutine[Any, Any, R]:
        return self._store.read("study_read", work)

    def _write(self, work: Callable[[Connection], R]) -> Coroutine[Any, Any, R]:
        return self._store.write("study_write", work)

    async def create_study(self, new: NewStudy) -> None:
        """Store a study with everything that belongs to it."""
        await self._write(lambda connection: studies.create(connection, new))

    async def study(self, study_id: str) -> Study | None:
        """A study by its id or a beginning of it."""
        return await self._read(lambda connection: studies.find(connection, study_id))

    async def studies(self) -> Sequence[Study]:
        """All studies, oldest first."""
        return await self._read(studies.every)

    async def enrolled(self, code_digest: str) -> Enrolled | None:
        """Whose link this is."""
        return await self._read(lambda connection: studies.enrolled_by_code(connection, code_digest))

    async def enrolled_in_period(self, period_id: str) -> Enrolled | None:
        """Whose period this is."""
        return await self._read(lambda connection: studies.enrolled_in_period(connection, period_id))

    async def participants(self, study_id: str) -> Sequence[Participant]:
        """A study's participants in order of their numbers."""
        return await self._read(lambda connection: studies.participants(connection, study_id))

    async def snapshots(self, study_id: str) -> Sequence[str]:
        """The contestants as they were frozen with a study."""
        return await self._read(lambda connection: studies.snapshots(connection, study_id))

    async def elsewhere(self, participant: Participant, browser: str) -> bool:
        """Whether a browser takes part in the same study as somebody else who has not finished."""
        return await self._read(lambda connection: studies.elsewhere(connection, participant, browser))

    async def change(self, participant_id: str, decide: Decide, *, draw: bool = False) -> Participant:
        """Replace a participant by what `decide` makes of it."""
        work = partial(studies.change, participant_id=participant_id, decide=decide, draw=draw)
        return await self._write(work)

    async def replace(self, replaced_id: str, decide: Decide, successor: Callable[[int], Participant]) -> Participant:
        """Change a participant, and store another in the same place."""
        work = partial(studies.replace_with, replaced_id=replaced_id, decide=decide, successor=successor)
        return await self._write(work)

    async def move_study(self, study_id: str, decide: Callable[[Study, Sequence[Participant]], Study]) -> Study:
        """Replace a study by what `decide` makes of it."""
        return await self._write(lambda connection: studies.move(connection, study_id, decide))

    async def save_progress(self, answers: Sequence[Answer]) -> None:
        """Keep the text shown so far of answers that still run."""
        await self._store.save_progress(answers)

    async def renew_periods(self, period_ids: Sequence[str], lease: Lease, now: datetime) -> None:
        """Say that this process still runs these periods' answers, and that somebody follows them."""
        await self._write(lambda connection: studies.renew(connection, period_ids, lease, now))

    async def forget(self) -> None:
        """Leave no old copies in the database's files."""
        await self._store.forget_old_pages()
