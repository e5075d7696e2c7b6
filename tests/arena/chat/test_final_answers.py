from fractions import Fraction

import pytest

from arena.chat.final_answers import boxed, final_answer, number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"So 3 + 4 = 7. Thus \boxed{7}.", 7),
        (r"First \boxed{6}, no: \boxed{7}", 7),
        (r"\boxed{\frac{3}{4}}", Fraction(3, 4)),
        (r"\boxed{1{,}234}", None),
        (r"\boxed{\$1,234.50}", None),
        ("The answer is 1,234.50 dollars, for 3 boxes.", Fraction(2469, 2)),
        ("**The answer is: 42**. I used 2 steps.", 42),
        ("答案是：15。", 15),
        ("一共７８元，每人分 3 次给。", 78),
        ("所以 12 × 3 = 36", 36),
        ("The result is -5", -5),
        ("It is 15% of it.", Fraction(15, 100)),
    ],
)
def test_the_result_is_found_where_models_put_it(text, value):
    found = final_answer(text)
    assert found == value if value is not None else found is not None


@pytest.mark.parametrize("text", ["", "I do not know.", "不知道。"])
def test_a_text_without_a_result_has_none(text):
    assert final_answer(text) is None


def test_results_that_are_written_differently_are_equal():
    written = [r"\boxed{0.5}", r"\boxed{\dfrac{1}{2}}", "The answer is 1/2.", r"\boxed{50\%}", r"\( \boxed{ 0.50 } \)"]
    assert len({final_answer(text) for text in written}) == 1


def test_texts_in_boxes_are_compared_without_their_wrapping():
    assert final_answer(r"\boxed{x = 3}") == final_answer(r"\boxed{X=3}")
    assert final_answer(r"\boxed{x = 3}") != final_answer(r"\boxed{x = 4}")


def test_a_box_that_is_not_closed_is_no_box():
    assert boxed(r"\boxed{12") is None
    assert boxed(r"\boxed{5} and then \boxed{12") == "5"
    assert boxed(r"\boxed{\frac{1}{2}}") == r"\frac{1}{2}"


def test_what_is_no_number_is_none():
    assert number("1/0") is None
    assert number("seven") is None


def test_a_long_text_takes_no_age():
    assert final_answer("1,2" * 1_000 + r"\boxed{" * 1_000 + "{" * 9_000) is not None
