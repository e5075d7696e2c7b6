"""Whatever is voted, repeated, imported and erased: the maintained counts are what counting anew gives."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import func, select, text

from arena.errors import StateConflict
from arena.ids import new_id
from arena.models import Battle, Outcome, Standing
from storage.database import open_database
from storage.store import SqlStore
from storage.tables import VoteRow
from storage.votes import standing_of
from tests.storage.sample import NOW, cast, new_rater, vote_on

pytestmark = pytest.mark.integration

PEOPLE = st.sampled_from(["ann", "bo", "cy"])
REASONS = st.lists(
    st.sampled_from([Standing.TOO_FAST, Standing.IDENTITY_LEAK, Standing.RATER_EXCLUDED]), unique=True
).map(tuple)


class Voting(RuleBasedStateMachine):
    """People vote, vote again and have themselves erased; the model keeps what each vote should count as."""

    @initialize()
    def open(self) -> None:
        self.runner = asyncio.Runner()
        self.store = SqlStore(open_database("sqlite://"))
        self.voted: list[tuple[str, Battle]] = []
        self.expected: dict[str, tuple[Outcome, Standing]] = {}

    @rule(person=PEOPLE, outcome=st.sampled_from(Outcome), reasons=REASONS, origin=st.sampled_from([None, "other"]))
    def vote(self, person: str, outcome: Outcome, reasons: tuple[Standing, ...], origin: str | None) -> None:
        rater_id = self.runner.run(new_rater(self.store, person))
        battle = self.runner.run(cast(self.store, outcome, rater_id, reasons=reasons, origin=origin))
        self.voted.append((person, battle))
        self.expected[battle.id] = (outcome, standing_of(reasons, foreign=origin is not None))

    @rule(pick=st.integers(0, 1000), outcome=st.sampled_from(Outcome))
    def vote_again(self, pick: int, outcome: Outcome) -> None:
        if self.voted:
            _, battle = self.voted[pick % len(self.voted)]
            self.runner.run(self.store.record_vote(vote_on(battle, outcome), NOW))

    @rule(pick=st.integers(0, 1000))
    def close(self, pick: int) -> None:
        if self.voted:
            _, battle = self.voted[pick % len(self.voted)]
            self.runner.run(self.store.close_battle(battle.id, None, NOW))

    @rule(person=PEOPLE)
    def erase(self, person: str) -> None:
        theirs = [battle for name, battle in self.voted if name == person]
        withdrawn = self.runner.run(self.store.erase(f"code-{person}", NOW))
        assert (withdrawn or 0) == len(theirs)
        for battle in theirs:
            self.expected[battle.id] = (self.expected[battle.id][0], Standing.WITHDRAWN)
        self.voted = [(name, battle) for name, battle in self.voted if name != person]

    @rule()
    def fail_to_vote(self) -> None:
        if self.voted:
            unknown = replace(vote_on(self.voted[0][1]), battle_id=new_id())
            with pytest.raises(StateConflict):
                self.runner.run(self.store.record_vote(unknown, NOW))

    @invariant()
    def counts_are_a_recount(self) -> None:
        if not hasattr(self, "store"):
            return
        kept = {(c.outcome, c.standing): c.n for c in self.runner.run(self.store.vote_counts())}
        assert kept == dict(Counter(self.expected.values()))
        with self.store.database.read() as connection:
            recount = connection.execute(
                select(VoteRow.outcome, VoteRow.standing, func.count()).group_by(VoteRow.outcome, VoteRow.standing)
            )
            assert kept == {(outcome, standing): n for outcome, standing, n in recount}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.runner.close()


TestVoting = Voting.TestCase
TestVoting.settings = settings(
    max_examples=25,
    stateful_step_count=12,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # twelve steps can be read without making them fewer
    suppress_health_check=[HealthCheck.too_slow],
)


def test_counting_anew_reads_one_index_only() -> None:
    database = open_database("sqlite://")
    cell = "left_name, right_name, outcome, standing"
    for columns in (cell, f"{cell}, rater_id"):
        with database.read() as connection:
            plan = connection.execute(
                text(f"EXPLAIN QUERY PLAN SELECT {columns}, count(*) FROM vote GROUP BY {columns}")
            )
            (step,) = plan.all()
        assert "USING COVERING INDEX ix_vote_cell" in step.detail
    database.close()


@pytest.mark.parametrize(
    ("reasons", "foreign", "standing"),
    [
        ((), False, Standing.COUNTED),
        ((), True, Standing.IMPORTED),
        ((Standing.WITHDRAWN,), True, Standing.WITHDRAWN),
        ((Standing.TOO_FAST, Standing.RATER_EXCLUDED), False, Standing.RATER_EXCLUDED),
        ((Standing.TOO_FAST, Standing.IDENTITY_LEAK), False, Standing.IDENTITY_LEAK),
    ],
)
def test_a_vote_is_counted_in_one_cell(reasons: tuple[Standing, ...], foreign: bool, standing: Standing) -> None:
    assert standing_of(reasons, foreign=foreign) is standing
