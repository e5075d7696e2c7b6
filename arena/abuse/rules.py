"""The rules over several votes. Pure: votes of a day in, findings out. docs/abuse.md has them in words.

Sides are drawn at random, so an honest person, whatever they like, prefers the left answer half of the time; people who
lean to one side are known, and are honest. What these rules look for is somebody who always does the same.
"""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from arena.abuse.evidence import Evidence
from arena.models import Finding, Outcome, Standing, Verdict, VoteTrace

WINDOW = timedelta(days=1)
"""How far back the rules look."""


_ONE_SIDE = Evidence(honest=0.70, always=0.98, odds=2000)
_ONE_MODEL = Evidence(honest=0.75, always=0.99, odds=2000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When votes are marked.

    The odds are 1 in 2,000 for each of two sides (or models), so 1 in 1,000 for a rater (or an address) and day at the
    very limit of what is called honest; for a person without a leaning it is less than one in a million.
    """

    one_side: Evidence = _ONE_SIDE
    one_model: Evidence = _ONE_MODEL
    most_honest: float = 0.95
    pause: timedelta = timedelta(hours=1)
    same_prompts: int = 5


Rule = Callable[[Sequence[VoteTrace], Thresholds], Iterator[Finding]]


def findings(votes: Iterable[VoteTrace], thresholds: Thresholds) -> list[Finding]:
    """What all rules find, for the votes of a day."""
    in_order = sorted(votes, key=lambda vote: (vote.created_at, vote.vote_id))
    rules: tuple[Rule, ...] = (one_sided, same_prompt, same_address)
    return [finding for rule in rules for finding in rule(in_order, thresholds)]


def one_sided(votes: Sequence[VoteTrace], thresholds: Thresholds) -> Iterator[Finding]:
    """A rater who always votes for one side."""
    mine = defaultdict(list)
    for vote in _open(votes, Standing.ONE_SIDED):
        if vote.preferred is not None:
            mine[vote.rater_id].append(vote)
    for decisive in mine.values():
        side = _one_side(decisive, thresholds)
        if side is not None:
            same = sum(vote.outcome is side for vote in decisive)
            yield from _failed(decisive, Standing.ONE_SIDED, f"{same} of {len(decisive)} for {side.value} in a day")


def same_prompt(votes: Sequence[VoteTrace], thresholds: Thresholds) -> Iterator[Finding]:
    """A rater who begins one battle after another with the same prompt: the first few count."""
    seen: Counter[tuple[str, str]] = Counter()
    for vote in _open(votes, Standing.SAME_PROMPT):
        prompt = plain_prompt(vote.prompt)
        if not prompt:
            continue
        seen[vote.rater_id, prompt] += 1
        n = seen[vote.rater_id, prompt]
        if n > thresholds.same_prompts:
            yield from _failed([vote], Standing.SAME_PROMPT, f"number {n} with the same first message in a day")


def same_address(votes: Sequence[VoteTrace], thresholds: Thresholds) -> Iterator[Finding]:
    """Many raters at one address, one after another, who all vote for one side or for one model.

    Only each rater's first decisive vote on a pair is looked at: for one person's many votes there is another rule. An
    office or a class that agrees on the better model is honest, so what is expected of them is what voters elsewhere
    say of that pair; where nobody has voted elsewhere, almost any agreement is.
    """
    asked = _open(votes, Standing.SAME_ADDRESS)
    by_pair: defaultdict[tuple[str, ...], list[VoteTrace]] = defaultdict(list)
    for vote in asked:
        if vote.preferred is not None:
            by_pair[tuple(sorted((vote.left, vote.right)))].append(vote)
    for pair in by_pair.values():
        firsts = _firsts(pair)
        for address in dict.fromkeys(vote.address for vote in firsts if vote.address):
            there = [vote for vote in firsts if vote.address == address]
            elsewhere = [vote for vote in firsts if vote.address != address]
            for run in _runs(there, thresholds.pause):
                yield from _alike(run, elsewhere, thresholds)


def plain_prompt(prompt: str) -> str:
    """A prompt without what does not make it another one: case, width, blanks and punctuation."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", prompt).casefold() if ch.isalnum())


def _open(votes: Sequence[VoteTrace], rule: Standing) -> list[VoteTrace]:
    """The votes that the operator has not cleared of a rule; cleared ones are no evidence for it either."""
    return [vote for vote in votes if rule not in vote.cleared]


def _failed(votes: Iterable[VoteTrace], rule: Standing, details: str) -> Iterator[Finding]:
    for vote in votes:
        yield Finding(vote_id=vote.vote_id, rule=rule, verdict=Verdict.FAILED, details=details)


def _one_side(decisive: Sequence[VoteTrace], thresholds: Thresholds) -> Outcome | None:
    sides = (Outcome.MODEL_A, Outcome.MODEL_B)
    return next((s for s in sides if thresholds.one_side.convinces(v.outcome is s for v in decisive)), None)


def _firsts(votes: Sequence[VoteTrace]) -> list[VoteTrace]:
    first: dict[str, VoteTrace] = {}
    for vote in votes:
        first.setdefault(vote.rater_id, vote)
    return list(first.values())


def _runs(votes: Sequence[VoteTrace], pause: timedelta) -> Iterator[list[VoteTrace]]:
    """Votes that follow each other without a longer pause."""
    run: list[VoteTrace] = []
    for vote in votes:
        if run and vote.created_at - run[-1].created_at > pause:
            yield run
            run = []
        run.append(vote)
    if run:
        yield run


def _alike(run: Sequence[VoteTrace], elsewhere: Sequence[VoteTrace], thresholds: Thresholds) -> Iterator[Finding]:
    side = _one_side(run, thresholds)
    if side is not None:
        yield from _failed(run, Standing.SAME_ADDRESS, f"{len(run)} raters from one address, all for {side.value}")
        return
    for name in sorted({run[0].left, run[0].right}):
        expected = min(max(thresholds.one_model.honest, _at_most(name, elsewhere)), thresholds.most_honest)
        test = replace(thresholds.one_model, honest=expected)
        if test.convinces(vote.preferred == name for vote in run):
            details = f"{len(run)} raters from one address for one model; up to {expected:.0%} were to be expected"
            yield from _failed(run, Standing.SAME_ADDRESS, details)


def _at_most(name: str, votes: Sequence[VoteTrace]) -> float:
    """The upper end of Wilson's 95% interval for the share that prefers a contestant; 1 without votes."""
    n = len(votes)
    if not n:
        return 1.0
    p, z = sum(vote.preferred == name for vote in votes) / n, 1.96
    middle = p + z * z / (2 * n)
    return (middle + z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n)
