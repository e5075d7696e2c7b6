r"""The advice on calling reasoning models, checked: the same prompts under policies that differ in one thing each.

The advice (temperature 0.6, no system role, a leading newline, "put your final answer within \boxed{}") is the base;
every other variant changes one part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from arena.analysis.proportions import Interval, Proportion, proportion
from arena.bench.load import run
from arena.bench.prompts import Sum, everyday, sums
from arena.bench.sample import Sample
from arena.bench.session import Plan
from arena.chat.final_answers import boxed, final_answer
from arena.contestant_parts import PromptPolicy, SystemAs
from arena.models import Contestant
from arena.ports import ChatClient, Clock

SYSTEM = "You are a helpful assistant. Answer in the language of the question."
MATH = r"Please reason step by step, and put your final answer within \boxed{}."
TEMPERATURE = 0.6
ADVISED = PromptPolicy(system=SYSTEM, system_as=SystemAs.USER, prefix="\n", math_suffix=MATH, trim_leading=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A policy to try and what it is called."""

    name: str
    policy: PromptPolicy
    temperature: float = TEMPERATURE


VARIANTS = (
    Variant(name="as advised", policy=ADVISED),
    Variant(name="temperature 0", policy=ADVISED, temperature=0.0),
    Variant(name="temperature 1", policy=ADVISED, temperature=1.0),
    Variant(name="system role", policy=replace(ADVISED, system_as=SystemAs.SYSTEM)),
    Variant(name="no system text", policy=replace(ADVISED, system="", system_as=SystemAs.NONE)),
    Variant(name="no leading newline", policy=replace(ADVISED, prefix="")),
    Variant(name="no maths instruction", policy=replace(ADVISED, math_suffix="")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyResult:
    r"""One variant's shares with 95% Wilson intervals.

    Of the sums that were answered: `boxed` has `\boxed{}` in the answer, `right` the known result. The others are of
    all requests that did not fail.
    """

    contestant: str
    variant: str
    boxed: Proportion
    right: Proportion
    empty: Proportion
    blank_lead: Proportion
    thinking_cut: Proportion
    errors: int
    requests: int


async def try_policies(
    client: ChatClient,
    contestant: Contestant,
    plan: Plan,
    clock: Clock,
    done: Callable[[int], None],
) -> list[PolicyResult]:
    """Every variant on the same prompts: the plan's requests of everyday talk and as many sums, first concurrency."""
    talk, asked = everyday(plan.requests, plan.language, plan.seed), sums(plan.requests, plan.seed)
    prompts = [*talk, *(each.prompt for each in asked)]
    results = []
    for variant in VARIANTS:
        load = await run(client, shaped(contestant, variant), prompts, plan.concurrencies[0], clock, done)
        results.append(result_of(contestant.name, variant.name, load.samples, asked))
    return results


def shaped(contestant: Contestant, variant: Variant) -> Contestant:
    """The contestant under a variant, asked once each: a vote over samples would hide what single answers do."""
    sampling = replace(contestant.sampling, temperature=variant.temperature)
    return replace(contestant, prompt=variant.policy, sampling=sampling, samples=1)


def result_of(contestant: str, variant: str, samples: Sequence[Sample], asked: Sequence[Sum]) -> PolicyResult:
    """The counts of one variant; the last samples are those of the sums."""
    done = [s for s in samples if s.error is None]
    reckoned = list(zip(samples[len(samples) - len(asked) :], asked, strict=True))
    answered = [(s, each) for s, each in reckoned if s.error is None and s.answer.strip()]
    return PolicyResult(
        contestant=contestant,
        variant=variant,
        boxed=_share(boxed(s.answer) is not None for s, _ in answered),
        right=_share(final_answer(s.answer) == each.result for s, each in answered),
        empty=_share(not s.answer.strip() for s in done),
        blank_lead=_share(s.blank_lead for s in done),
        thinking_cut=_share(s.cut and not s.answer.strip() and bool(s.thinking.strip()) for s in done),
        errors=len(samples) - len(done),
        requests=len(samples),
    )


def _share(said: Iterable[bool]) -> Proportion:
    values = list(said)
    return proportion(sum(values), len(values), interval=Interval.WILSON)
