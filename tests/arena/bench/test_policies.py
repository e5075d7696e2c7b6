import pytest

from arena.bench.policies import VARIANTS, result_of, shaped, try_policies
from arena.bench.prompts import Sum
from arena.bench.session import Plan
from arena.clock import SystemClock
from arena.contestant_parts import SystemAs
from arena.errors import ChatError
from arena.models import ErrorKind
from arena.ports import Chunk
from tests.arena.bench.samples import CONTESTANT, THINKER, sample, usage
from tests.support.chat import Script, ScriptedChat

ASKED = [Sum("What is 3 * 4?", 12), Sum("What is 3 * 5?", 15)]


def judged(*samples):
    return result_of("x", "as advised", samples, ASKED)


def test_boxes_and_results_are_of_the_sums_that_were_answered():
    found = judged(sample((1.0, r"\boxed{1}")), sample((1.0, r"So \boxed{12}")), sample((1.0, "It is 15.")))
    assert (found.boxed.k, found.boxed.n) == (1, 2)
    assert (found.right.k, found.right.n) == (2, 2)


def test_failures_are_apart():
    failed = sample(failure=ChatError(ErrorKind.CUT, "gone"))
    found = judged(failed, failed, sample((1.0, "15")))
    assert (found.errors, found.requests, found.empty.n, found.right.n) == (2, 3, 1, 1)


def test_thinking_that_was_cut_is_told_from_an_empty_answer():
    cut = sample((1.0, Chunk(thinking="hm")), (1.1, usage(7, 9, finish="length")), contestant=THINKER)
    silent = sample((1.0, usage(7, 0)))
    found = judged(sample((1.0, "\n\nHi")), cut, silent)
    assert (found.empty.k, found.thinking_cut.k, found.blank_lead.k) == (2, 1, 1)


def test_every_variant_differs_from_the_advice_in_one_thing():
    advised, *others = VARIANTS
    for variant in others:
        parts = [variant.temperature != advised.temperature]
        parts += [getattr(variant.policy, n) != getattr(advised.policy, n) for n in ("prefix", "math_suffix")]
        parts.append(
            (variant.policy.system, variant.policy.system_as) != (advised.policy.system, advised.policy.system_as)
        )
        assert sum(parts) == 1, variant.name


def test_a_variant_is_asked_once_each():
    assert shaped(CONTESTANT, VARIANTS[0]).samples == 1


@pytest.mark.parametrize(("name", "roles"), [("as advised", ["user"]), ("system role", ["system", "user"])])
async def test_the_prompts_go_out_under_the_variant(name, roles):
    chat, steps = ScriptedChat({"x": [Script(["ok"])]}), []
    plan = Plan(requests=1, concurrencies=(1,))
    results = await try_policies(chat, CONTESTANT, plan, SystemClock(), steps.append)
    assert [r.variant for r in results] == [v.name for v in VARIANTS]
    place = [v.name for v in VARIANTS].index(name)
    assert [m.role for m in chat.asked[2 * place][1]] == roles
    assert sum(steps) == 2 * len(VARIANTS)


def test_the_advice_folds_the_system_text_into_the_first_message():
    assert VARIANTS[0].policy.system_as is SystemAs.USER
