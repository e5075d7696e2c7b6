"""What the rules over several votes mark, and above all what they leave alone."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from arena.abuse.rules import Thresholds, findings, plain_prompt
from arena.models import Outcome, Standing, VoteTrace

NOW = datetime(2026, 1, 2, tzinfo=UTC)
LEFT, RIGHT, TIE, BAD = Outcome.MODEL_A, Outcome.MODEL_B, Outcome.TIE, Outcome.BOTH_BAD


def vote(n, outcome=LEFT, *, rater="r", address="", prompt=None, swapped=False, cleared=(), minutes=None):
    names = ("warm", "plain") if swapped else ("plain", "warm")
    return VoteTrace(
        vote_id=f"{rater}-{address}-{n}", rater_id=rater, outcome=outcome, left=names[0], right=names[1],
        created_at=NOW + timedelta(minutes=n if minutes is None else minutes), address=address,
        prompt=f"prompt {n}" if prompt is None else prompt, cleared=frozenset(cleared),
    )  # fmt: skip


def marked(votes, rule):
    return {f.vote_id for f in findings(votes, Thresholds()) if f.rule is rule}


def for_model(n, name, rng, **about):
    """A vote for this model, on whatever side the draw has put it."""
    swapped = rng.random() < 0.5
    left = "warm" if swapped else "plain"
    return vote(n, LEFT if left == name else RIGHT, swapped=swapped, **about)


@pytest.mark.parametrize("outcome", [LEFT, RIGHT])
def test_a_rater_who_always_votes_one_side_is_marked(outcome):
    votes = [vote(n, outcome) for n in range(30)]
    assert marked(votes, Standing.ONE_SIDED) == {v.vote_id for v in votes}


def test_twelve_votes_for_one_side_are_no_offence():
    assert findings([vote(n, RIGHT) for n in range(12)], Thresholds()) == []


def test_a_heavy_honest_rater_who_always_prefers_one_model_is_not_marked():
    rng = random.Random(1)
    assert findings([for_model(n, "warm", rng) for n in range(400)], Thresholds()) == []


def test_raters_who_lean_to_one_side_are_not_marked():
    rng = random.Random(2)
    votes = [
        vote(n, LEFT if rng.random() < 0.62 else RIGHT, rater=f"r{rater}") for rater in range(40) for n in range(150)
    ]
    assert findings(votes, Thresholds()) == []


def test_ties_say_nothing_of_a_side():
    votes = [vote(n, TIE if n % 2 else BAD) for n in range(100)]
    assert findings(votes, Thresholds()) == []


def test_the_same_prompt_counts_five_times():
    votes = [vote(n, TIE, prompt="  Hello, WORLD!" if n % 2 else "hello world") for n in range(8)]
    assert marked(votes, Standing.SAME_PROMPT) == {v.vote_id for v in votes[5:]}


def test_an_example_that_many_people_choose_is_no_offence():
    assert findings([vote(n, TIE, rater=f"r{n}", prompt="hello") for n in range(50)], Thresholds()) == []


def test_erased_prompts_are_not_alike():
    assert findings([vote(n, TIE, prompt="") for n in range(50)], Thresholds()) == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("Hello!", "hello", True), ("你好。", "你好", True), ("ＡＢＣ", "abc", True), ("1+1", "1+2", False)],
)
def test_prompts_are_compared_without_case_width_and_punctuation(one, other, same):
    assert (plain_prompt(one) == plain_prompt(other)) is same


def test_a_class_at_one_address_that_agrees_is_not_marked():
    rng = random.Random(3)
    votes = [for_model(n, "warm", rng, rater=f"r{n}", address="school") for n in range(40)]
    assert findings(votes, Thresholds()) == []


def test_a_class_that_agrees_with_everybody_else_is_not_marked():
    rng = random.Random(4)
    others = [
        for_model(n, "warm" if rng.random() < 0.85 else "plain", rng, rater=f"o{n}", address=f"home{n}")
        for n in range(60)
    ]
    there = [for_model(n, "warm", rng, rater=f"r{n}", address="school") for n in range(40)]
    assert findings(others + there, Thresholds()) == []


def test_many_new_raters_at_one_address_for_the_model_that_others_do_not_prefer_are_marked():
    rng = random.Random(5)
    others = [for_model(n, "warm" if n % 2 else "plain", rng, rater=f"o{n}", address=f"home{n}") for n in range(60)]
    there = [for_model(n, "warm", rng, rater=f"r{n}", address="farm") for n in range(40)]
    assert marked(others + there, Standing.SAME_ADDRESS) == {v.vote_id for v in there}


def test_many_new_raters_at_one_address_who_all_vote_one_side_are_marked():
    there = [vote(n, LEFT, rater=f"r{n}", address="farm", swapped=n % 2 == 0) for n in range(30)]
    assert marked(there, Standing.SAME_ADDRESS) == {v.vote_id for v in there}


def test_raters_whose_address_is_not_known_are_not_put_together():
    assert findings([vote(n, LEFT, rater=f"r{n}") for n in range(60)], Thresholds()) == []


def test_hours_between_votes_make_them_separate():
    there = [vote(n, LEFT, rater=f"r{n}", address="farm", minutes=120 * (n // 10) + n) for n in range(60)]
    assert findings(there, Thresholds()) == []


def test_votes_that_the_operator_cleared_are_no_evidence():
    votes = [vote(n, LEFT, cleared=[Standing.ONE_SIDED] if n < 20 else []) for n in range(42)]
    assert findings(votes, Thresholds()) == []
    assert marked([*votes, vote(42, LEFT)], Standing.ONE_SIDED) == {f"r--{n}" for n in range(20, 43)}
