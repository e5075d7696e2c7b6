"""Whether a database is whole: the file, the references, and the counts against a recount of the votes."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, select, text

from arena.models import BattleState
from storage.tables import BattleRow, VoteCountRow, VoteRow
from storage.votes import Cell


def problems(connection: Connection) -> list[str]:
    """A sentence for everything that is wrong; empty when nothing is."""
    found = _file_problems(connection) if connection.dialect.name == "sqlite" else []
    return found or [*_miscounted(connection), *_unvoted(connection)]


def recount(connection: Connection) -> Counter[Cell]:
    """The cells of the counts, from the votes themselves."""
    columns = (VoteRow.left_name, VoteRow.right_name, VoteRow.outcome, VoteRow.standing)
    rows = connection.execute(select(*columns, func.count().label("n")).group_by(*columns))
    return Counter({Cell(*row[:4]): row.n for row in rows})


def _file_problems(connection: Connection) -> list[str]:
    lines = connection.scalars(text("PRAGMA integrity_check")).all()
    broken = [f"the file is damaged: {line}" for line in lines if line != "ok"]
    orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    return broken + [f"a row of {row[0]} refers to a row of {row[2]} that is not there" for row in orphans]


def _miscounted(connection: Connection) -> list[str]:
    columns = (VoteCountRow.left_name, VoteCountRow.right_name, VoteCountRow.outcome, VoteCountRow.standing)
    kept = Counter({Cell(*row[:4]): row.n for row in connection.execute(select(*columns, VoteCountRow.n))})
    counted = recount(connection)
    return [
        f"{cell.left_name} against {cell.right_name}, {cell.outcome.value}, {cell.standing.value}: "
        f"{counted[cell]} votes, counted as {kept[cell]}"
        for cell in sorted({*kept, *counted})
        if kept[cell] != counted[cell]
    ]


def _unvoted(connection: Connection) -> list[str]:
    voted = BattleRow.state == BattleState.VOTED
    without_vote = select(func.count()).select_from(BattleRow).outerjoin(VoteRow).where(voted, VoteRow.id.is_(None))
    without_state = select(func.count()).select_from(VoteRow).join(BattleRow).where(~voted)
    found = {
        "battles count as voted and have no vote": connection.scalar(without_vote),
        "votes belong to battles that do not count as voted": connection.scalar(without_state),
    }
    return [f"{n} {what}" for what, n in found.items() if n]
