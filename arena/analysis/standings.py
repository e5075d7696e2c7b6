"""Pair by pair: who won how often, straight from the maintained counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arena.analysis.proportions import Proportion, proportion
from arena.models import Outcome, Standing, VoteCount


@dataclass(frozen=True, slots=True, kw_only=True)
class PairRow:
    """Counted votes between two contestants, told from the side of `first`, who won at least as often."""

    first: str
    second: str
    wins: int
    losses: int
    ties: int
    both_bad: int
    win_rate: Proportion | None

    @property
    def votes(self) -> int:
        """All counted votes of the pair."""
        return self.wins + self.losses + self.ties + self.both_bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Standings:
    """Every pair's row, and how many votes count or do not, by reason."""

    rows: tuple[PairRow, ...]
    by_standing: Mapping[Standing, int]

    @property
    def counted(self) -> int:
        """Votes that enter the rows."""
        return self.by_standing.get(Standing.COUNTED, 0)

    @property
    def not_counted(self) -> int:
        """Votes that do not."""
        return sum(self.by_standing.values()) - self.counted


def standings(counts: Iterable[VoteCount]) -> Standings:
    """Reduce the maintained counts to pairs; left and right are put together."""
    by_standing: Counter[Standing] = Counter()
    pairs: dict[tuple[str, str], Counter[str]] = {}
    for cell in counts:
        by_standing[cell.standing] += cell.n
        if cell.standing is Standing.COUNTED:
            one, two = sorted((cell.left, cell.right))
            pairs.setdefault((one, two), Counter())[_told_from(one, cell)] += cell.n
    rows = sorted((_row(one, two, c) for (one, two), c in pairs.items()), key=lambda r: (-r.votes, r.first))
    return Standings(rows=tuple(rows), by_standing={s: by_standing[s] for s in Standing if by_standing[s]})


def _told_from(one: str, cell: VoteCount) -> str:
    """A cell's outcome from the side of the contestant named `one`."""
    if cell.outcome in (Outcome.TIE, Outcome.BOTH_BAD):
        return cell.outcome
    winner = cell.left if cell.outcome is Outcome.MODEL_A else cell.right
    return "wins" if winner == one else "losses"


def _row(one: str, two: str, c: Counter[str]) -> PairRow:
    wins, losses = c["wins"], c["losses"]
    if losses > wins:
        one, two, wins, losses = two, one, losses, wins
    return PairRow(
        first=one,
        second=two,
        wins=wins,
        losses=losses,
        ties=c[Outcome.TIE],
        both_bad=c[Outcome.BOTH_BAD],
        win_rate=proportion(wins, wins + losses) if wins + losses else None,
    )
