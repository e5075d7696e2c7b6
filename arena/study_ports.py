"""What the study's service needs from a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from arena.models import Answer, Contestant
from arena.ports import Lease
from arena.study_models import Sequence as Order
from arena.study_models import Study
from arena.study_people import Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStudy:
    """A study to be stored: its prepared sequences, one for each place, and its participants' invitations."""

    study: Study
    sequences: Sequence[Order]
    contestants: Sequence[Contestant]
    participants: Sequence[Participant]


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A participant with the study, read in one transaction. `hashes` are the frozen snapshots of its contestants."""

    study: Study
    participant: Participant
    hashes: tuple[str, ...]


Decide = Callable[[Enrolled], Participant]
"""What becomes of a participant; pure. Whatever it raises leaves everything as it was."""


class StudyStore(Protocol):
    """Studies in the database, in units of work. Every method is one transaction.

    All raise `StoreUnavailable` when the database is locked, read-only, full or gone; then nothing was written.
    """

    async def create_study(self, new: NewStudy) -> None:
        """Store a study with everything that belongs to it."""
        ...

    async def study(self, study_id: str) -> Study | None:
        """A study by its id, or by the beginning of its id where that is one study's only."""
        ...

    async def studies(self) -> Sequence[Study]:
        """All studies, oldest first."""
        ...

    async def enrolled(self, code_digest: str) -> Enrolled | None:
        """Whose link this is, with periods, turns and responses."""
        ...

    async def enrolled_in_period(self, period_id: str) -> Enrolled | None:
        """Whose period this is."""
        ...

    async def participants(self, study_id: str) -> Sequence[Participant]:
        """A study's participants in order of their numbers, with everything."""
        ...

    async def snapshots(self, study_id: str) -> Sequence[str]:
        """The contestants as they were frozen with a study, in the protocol's order; none where nobody was asked."""
        ...

    async def elsewhere(self, participant: Participant, browser: str) -> bool:
        """Whether a browser takes part in the same study as somebody else who has not finished."""
        ...

    async def change(self, participant_id: str, decide: Decide, *, draw: bool = False) -> Participant:
        """Replace a participant by what `decide` makes of it, alone with it while it decides; everything or nothing.

        With `draw` the study is held too, and a participant without a place is given the next of the prepared
        sequences, or the one of the person who is replaced, before `decide` sees it. Raises `StateConflict` for an
        unknown one.
        """
        ...

    async def replace(self, replaced_id: str, decide: Decide, successor: Callable[[int], Participant]) -> Participant:
        """Change a participant, and store another in the same place; `successor` gets the next free number.

        Raises `StateConflict` when somebody has been invited in this place before.
        """
        ...

    async def move_study(self, study_id: str, decide: Callable[[Study, Sequence[Participant]], Study]) -> Study:
        """Replace a study by what `decide` makes of it: its state, its source and its times."""
        ...

    async def save_progress(self, answers: Sequence[Answer]) -> None:
        """Keep the text shown so far of answers that still run."""
        ...

    async def renew_periods(self, period_ids: Sequence[str], lease: Lease, now: datetime) -> None:
        """Say that this process still runs these periods' answers, and that somebody follows them."""
        ...

    async def forget(self) -> None:
        """After an erasure: leave no old copies in the database's files."""
        ...
