"""The rules of a battle, on a real database and a scripted chat."""

import asyncio
import sqlite3
from datetime import timedelta
from random import Random

import pytest
from structlog.testing import capture_logs

from arena.battle.ballot import Ballot, read_ballot
from arena.battle.matchmaker import Matchmaker
from arena.battle.runner import RunnerRules
from arena.battle.service import BattleService
from arena.errors import Refusal, StoreUnavailable, UserError
from arena.models import BattleState, ErrorKind, Outcome, Side, Standing, Tag
from tests.support.arena import arena
from tests.support.chat import CUT, LONG, Script
from tests.support.refusals import refused

pytestmark = pytest.mark.integration

A_WINS = Ballot(outcome=Outcome.MODEL_A)


# --- chatting ---


async def test_a_prompt_opens_a_battle_that_becomes_ready(here):
    me = here.visitor()
    sent = await here.service.send(me, "Good morning")
    assert sent.accepted
    assert sent.view.state is BattleState.STREAMING
    view = await here.settled(me, sent.view)
    assert (view.state, view.turns, view.failed) == (BattleState.READY, 1, ())


async def test_the_draw_is_stored_with_its_probability(here):
    view = await here.ready(here.visitor())
    battle = await here.store.battle(view.battle_id)
    assert {battle.left, battle.right} == {"canary-left", "canary-right"}
    assert battle.probability == pytest.approx(0.5)


async def test_names_stay_hidden_until_the_vote_is_stored(here):
    me = here.visitor()
    view = await here.ready(me)
    assert "canary" not in repr(view).lower()
    voted = await here.service.vote(me, view.battle_id, view.token, A_WINS)
    assert {card.name for card in voted.cards.values()} == {"canary-left", "canary-right"}


async def test_several_turns_before_the_vote_with_separate_histories(here):
    me = here.visitor()
    for name in ("canary-left", "canary-right"):
        here.chat.scripts[name] = [Script([f"from {name}"])]
    view = await here.ready(me, "first")
    await here.settled(me, (await here.service.send(me, "second", view.battle_id)).view)
    for name, messages in here.chat.asked[2:]:
        assert [(m.role, m.content) for m in messages] == [
            ("user", "first"),
            ("assistant", f"from {name}"),
            ("user", "second"),
        ]


@pytest.mark.parametrize("prompt", ["", "   \n\t ", "\x00\x07"])
async def test_an_empty_prompt_is_refused_with_a_sentence(here, prompt):
    assert await refused(here.service.send(here.visitor(), prompt)) is Refusal.PROMPT_EMPTY
    assert here.chat.asked == []


async def test_an_over_long_prompt_is_refused_and_told_its_length(here):
    with pytest.raises(UserError) as caught:
        await here.service.send(here.visitor(), "x" * 4001)
    assert caught.value.details == {"limit": 4000, "length": 4001}


async def test_after_the_last_turn_only_a_vote_is_left(tmp_path):
    async with arena(tmp_path, max_turns=1) as here:
        me = here.visitor()
        view = await here.ready(me)
        assert await refused(here.service.send(me, "more", view.battle_id)) is Refusal.TOO_MANY_TURNS
        await here.service.vote(me, view.battle_id, view.token, A_WINS)


async def test_a_double_click_on_send_opens_one_battle(here):
    me = here.visitor()
    one, two = await asyncio.gather(here.service.send(me, "Hi"), here.service.send(me, "Hi"))
    assert one.view.battle_id == two.view.battle_id
    assert (one.accepted, two.accepted) == (True, True)
    assert len(here.chat.asked) <= 2


async def test_a_second_tab_is_shown_the_battle_that_is_open(here):
    me = here.visitor()
    view = await here.ready(me, "from the first tab")
    other = await here.service.send(me, "from the second tab")
    assert (other.accepted, other.view.battle_id, other.view.turns) == (False, view.battle_id, 1)


async def test_a_prompt_while_the_models_write_does_not_start_another_turn(here):
    me = here.visitor()
    here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
    sent = await here.service.send(me, "Hi")
    again = await here.service.send(me, "Something else", sent.view.battle_id)
    assert (again.accepted, again.view.turns) == (False, 1)


# --- failing, stopping, leaving ---


def fail_one(here, *scripts):
    here.chat.scripts = {"canary-left": list(scripts), "canary-right": [Script(["Fine."])]}


async def side_of(here, view, name):
    battle = await here.store.battle(view.battle_id)
    return Side.A if battle.left == name else Side.B


async def test_one_side_failing_leaves_the_other_and_allows_no_vote(here):
    me = here.visitor()
    fail_one(here, Script(["Half an ", CUT]))
    view = await here.ready(me)
    assert (view.state, view.failed) == (BattleState.FAILED, (await side_of(here, view, "canary-left"),))
    assert await refused(here.service.vote(me, view.battle_id, view.token, A_WINS)) is Refusal.NOT_READY
    assert await refused(here.service.send(me, "go on", view.battle_id)) is Refusal.NOT_READY


async def test_retrying_asks_the_failed_side_only_and_keeps_every_attempt(here):
    me = here.visitor()
    fail_one(here, Script([CUT]), Script([CUT]), Script(["Now."]))
    view = await here.ready(me)
    asked = len(here.chat.asked)
    view = await here.settled(me, (await here.service.retry(me, view.battle_id)).view)
    assert view.state is BattleState.READY
    assert [name for name, _ in here.chat.asked[asked:]] == ["canary-left"]
    battle = await here.store.battle(view.battle_id)
    attempts = [a for a in battle.turns[0].answers if a.side is await side_of(here, view, "canary-left")]
    assert [(a.attempt, a.error_kind) for a in attempts] == [(1, ErrorKind.CUT), (2, None)]


async def test_stop_with_text_on_both_sides_is_ready_for_a_vote(here):
    me = here.visitor()
    here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
    sent = await here.service.send(me, "Hi")
    turn = here.runner.turns.get(sent.view.battle_id)
    with turn.subscribed():
        while not (turn.shown(Side.A) and turn.shown(Side.B)):
            await turn.beyond(turn.version, 1)
        view = await here.service.stop(me, sent.view.battle_id)
    assert view.state is BattleState.READY
    assert here.chat.running == 0
    battle = await here.store.battle(view.battle_id)
    assert all(a.finish_reason == "stopped" and a.text for a in battle.turns[0].answers)


async def test_stop_before_one_side_has_text_is_no_pair_to_vote_on(here):
    me = here.visitor()
    here.chat.scripts = {"canary-left": [LONG], "canary-right": [Script(first_s=60)]}
    sent = await here.service.send(me, "Hi")
    turn = here.runner.turns.get(sent.view.battle_id)
    with turn.subscribed():
        await turn.beyond(turn.version, 1)
        view = await here.service.stop(me, sent.view.battle_id)
    assert view.state is BattleState.FAILED
    assert view.failed == (await side_of(here, view, "canary-right"),)


async def test_leaving_interrupts_and_coming_back_asks_both_again(tmp_path):
    async with arena(tmp_path, runner_rules=RunnerRules(grace_s=0.1)) as here:
        me = here.visitor()
        here.chat.scripts = {n: [LONG, Script(["Back."])] for n in ("canary-left", "canary-right")}
        sent = await here.service.send(me, "Hi")
        await here.runner.turns.get(sent.view.battle_id).until_ended(2)
        view = await here.service.current(me)
        assert view.state is BattleState.INTERRUPTED
        assert here.chat.running == 0
        view = await here.settled(me, (await here.service.retry(me, view.battle_id)).view)
        assert view.state is BattleState.READY


async def test_a_turn_whose_process_died_is_interrupted_once_its_lease_has_run_out(tmp_path):
    async with arena(tmp_path) as dead, arena(tmp_path) as living:
        me = dead.visitor()
        dead.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
        sent = await dead.service.send(me, "Hi")
        assert (await living.service.current(me)).state is BattleState.STREAMING
        living.clock.ahead = timedelta(seconds=10)
        assert (await living.service.current(me)).state is BattleState.INTERRUPTED
        assert (await living.service.view(me, sent.view.battle_id)).state is BattleState.INTERRUPTED


async def test_new_battle_abandons_a_ready_one_and_voids_a_failed_one(here):
    me = here.visitor()
    view = await here.ready(me)
    await here.service.new_battle(me, view.battle_id)
    assert (await here.store.battle(view.battle_id)).state is BattleState.ABANDONED
    assert await here.service.current(me) is None
    fail_one(here, Script([CUT]))
    view = await here.ready(me)
    await here.service.new_battle(me, view.battle_id)
    assert (await here.store.battle(view.battle_id)).state is BattleState.VOID
    assert await refused(here.service.vote(me, view.battle_id, view.token, A_WINS)) is Refusal.BATTLE_OVER


async def test_new_battle_while_the_models_write_ends_their_work(here):
    me = here.visitor()
    here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
    sent = await here.service.send(me, "Hi")
    await here.service.new_battle(me, sent.view.battle_id)
    assert here.chat.running == 0
    assert (await here.store.battle(sent.view.battle_id)).state is BattleState.VOID


class Late:
    """A store in which something happens after a battle has been read."""

    def __init__(self, store, meanwhile):
        self._store, self._meanwhile = store, meanwhile

    def __getattr__(self, name):
        return getattr(self._store, name)

    async def own_battle(self, digest, battle_id):
        battle = await self._store.own_battle(digest, battle_id)
        happens, self._meanwhile = self._meanwhile, None
        if happens is not None:
            await happens()
        return battle


async def test_new_battle_ends_a_battle_as_what_it_has_become_in_another_process(here, tmp_path):
    me = here.visitor()
    async with arena(tmp_path) as there:
        sent = await there.service.send(me, "Hi")

        async def the_answers_end():
            await there.settled(me, sent.view)

        late = Late(here.store, the_answers_end)
        service = BattleService(
            store=late, runner=here.runner, matchmaker=Matchmaker(here.roster, late, here.clock, Random(7)),
            keys=here.keys, clock=here.clock, rules=here.service.rules,
        )  # fmt: skip
        await service.new_battle(me, sent.view.battle_id)
        assert (await here.store.battle(sent.view.battle_id)).state is BattleState.ABANDONED


async def test_what_nobody_came_back_to_ends_by_itself(here):
    me, other = here.visitor(), here.visitor()
    ready = await here.ready(me)
    fail_one(here, Script([CUT]))
    failed = await here.ready(other)
    here.clock.ahead = timedelta(minutes=31)
    await here.service.sweep()
    assert (await here.store.battle(failed.battle_id)).state is BattleState.VOID
    assert (await here.store.battle(ready.battle_id)).state is BattleState.READY
    here.clock.ahead = timedelta(days=1, minutes=1)
    await here.service.sweep()
    assert (await here.store.battle(ready.battle_id)).state is BattleState.ABANDONED


async def test_a_sweep_that_the_database_refuses_is_one_line_and_the_next_one_does_it(here, tmp_path):
    ready = await here.ready(here.visitor())
    here.clock.ahead = timedelta(days=1, minutes=1)
    lock = sqlite3.connect(tmp_path / "arena.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with capture_logs() as lines:
        await here.service.sweep()
    lock.close()
    assert [(line["event"], "exc_info" in line) for line in lines] == [("sweep_failed", False)]
    await here.service.sweep()
    assert (await here.store.battle(ready.battle_id)).state is BattleState.ABANDONED


# --- voting ---


async def test_the_same_vote_again_gives_the_stored_one_also_with_another_outcome(here):
    me = here.visitor()
    view = await here.ready(me)
    first = await here.service.vote(me, view.battle_id, view.token, A_WINS)
    again = await here.service.vote(me, view.battle_id, view.token, Ballot(outcome=Outcome.TIE))
    assert again.outcome is first.outcome is Outcome.MODEL_A
    assert sum(cell.n for cell in await here.store.vote_counts()) == 1


async def test_fifty_votes_at_once_are_one_vote(here):
    me = here.visitor()
    view = await here.ready(me)
    outcomes = list(Outcome) * 13
    voted = await asyncio.gather(
        *(here.service.vote(me, view.battle_id, view.token, Ballot(outcome=o)) for o in outcomes[:50])
    )
    assert len({v.outcome for v in voted}) == 1
    assert sum(cell.n for cell in await here.store.vote_counts()) == 1


async def test_a_vote_before_the_answers_is_refused(here):
    me = here.visitor()
    here.chat.scripts = {n: [LONG] for n in ("canary-left", "canary-right")}
    sent = await here.service.send(me, "Hi")
    vote = here.service.vote(me, sent.view.battle_id, sent.view.token, A_WINS)
    assert await refused(vote) is Refusal.STILL_STREAMING


@pytest.mark.parametrize("token", ["", "x", "0" * 64])
async def test_a_wrong_token_is_refused(here, token):
    me = here.visitor()
    view = await here.ready(me)
    assert await refused(here.service.vote(me, view.battle_id, token, A_WINS)) is Refusal.BAD_TOKEN
    assert (await here.service.view(me, view.battle_id)).state is BattleState.READY


async def test_someone_elses_battle_is_out_of_reach(here):
    me, thief = here.visitor(), here.visitor()
    view = await here.ready(me)
    await here.ready(thief)
    service = here.service
    for work in (
        service.vote(thief, view.battle_id, view.token, A_WINS),
        service.view(thief, view.battle_id),
        service.watch(thief, view.battle_id),
        service.stop(thief, view.battle_id),
        service.send(thief, "x", view.battle_id),
        service.new_battle(thief, view.battle_id),
        service.report(thief, view.battle_id, "a", "x"),
        service.view(thief, "no such battle"),
    ):
        assert await refused(work) is Refusal.NOT_YOUR_BATTLE
    assert await refused(service.view(None, view.battle_id)) is Refusal.NO_RATER


async def test_reasons_and_comment_go_in_with_the_vote_and_a_later_comment_apart(here):
    me = here.visitor()
    view = await here.ready(me)
    ballot = read_ballot("model_b", ["wrong", "too_long"], ["natural"], " warm \x07", 100)
    await here.service.vote(me, view.battle_id, view.token, ballot)
    await here.service.comment(me, view.battle_id, "so that was it")
    vote = (await here.store.battle(view.battle_id)).vote
    assert (vote.tags_a, vote.tags_b) == ((Tag.WRONG, Tag.TOO_LONG), (Tag.NATURAL,))
    assert (vote.comment, vote.comment_after) == ("warm", "so that was it")
    assert vote.dwell_ms >= 0


async def test_the_vote_says_the_language_and_whether_it_is_about_code(here):
    me = here.visitor()
    view = await here.ready(me, "用 Python 写一个函数好吗？\n```python\nprint(1)\n```")
    await here.service.vote(me, view.battle_id, view.token, A_WINS)
    vote = (await here.store.battle(view.battle_id)).vote
    assert (vote.language, vote.is_code) == ("zh", True)


async def test_a_leak_is_flagged_at_once_and_the_vote_stored_but_not_counted(here):
    me = here.visitor()
    here.chat.scripts["canary-left"] = [Script(["Hello, I am canary-left, how are you?"])]
    view = await here.ready(me)
    assert view.leaked
    voted = await here.service.vote(me, view.battle_id, view.token, A_WINS)
    assert not voted.counted
    assert [c.standing for c in await here.store.vote_counts()] == [Standing.IDENTITY_LEAK]


async def test_a_refused_write_reaches_the_voter_and_trying_again_counts_once(here, tmp_path):
    me = here.visitor()
    view = await here.ready(me)
    lock = sqlite3.connect(tmp_path / "arena.db", isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable):
        await here.service.vote(me, view.battle_id, view.token, A_WINS)
    lock.execute("ROLLBACK")
    lock.close()
    await here.service.vote(me, view.battle_id, view.token, A_WINS)
    assert sum(cell.n for cell in await here.store.vote_counts()) == 1


@pytest.mark.parametrize(
    ("outcome", "tags", "comment", "refusal"),
    [
        ("A", [], "", Refusal.BAD_OUTCOME),
        ("tie", ["nice"], "", Refusal.BAD_TAG),
        ("tie", [], "x" * 11, Refusal.COMMENT_TOO_LONG),
    ],
)
def test_a_ballot_with_unknown_words_is_refused(outcome, tags, comment, refusal):
    with pytest.raises(UserError) as caught:
        read_ballot(outcome, tags, [], comment, 10)
    assert caught.value.refusal is refusal
