import pytest

from arena.bench.prompts import Language, everyday, sums
from arena.chat.calculations import asks_for_calculation
from arena.chat.final_answers import final_answer


def chinese(text):
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_a_seed_gives_the_same_prompts_and_another_one_others():
    assert everyday(40, Language.BOTH, 1) == everyday(40, Language.BOTH, 1)
    assert everyday(40, Language.BOTH, 1) != everyday(40, Language.BOTH, 2)


def test_a_run_repeats_no_prompt():
    assert len(set(everyday(600, Language.BOTH, 0))) == 600


def test_both_languages_take_turns():
    assert [chinese(p) for p in everyday(6, Language.BOTH, 0)] == [True, False] * 3
    assert all(chinese(p) for p in everyday(20, Language.ZH, 0))
    assert not any(chinese(p) for p in everyday(20, Language.EN, 0))


def test_no_gap_stays_open():
    assert not any("{" in p or "}" in p for p in everyday(1000, Language.BOTH, 0))


def test_talk_asks_for_no_calculation_and_sums_do():
    assert not any(asks_for_calculation(p) for p in everyday(1000, Language.BOTH, 0))
    assert all(asks_for_calculation(s.prompt) for s in sums(50, 0))


@pytest.mark.parametrize("index", range(7))
def test_the_known_result_is_right(index):
    found = sums(7, 3)[index]
    numbers = [int(n) for n in "".join(c if c.isdigit() else " " for c in found.prompt).split()]
    a, b = numbers
    assert found.result in {a + b, a * b, a - b}
    assert final_answer(f"The answer is {found.result}.") == found.result
