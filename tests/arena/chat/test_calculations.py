from __future__ import annotations

import time

import pytest

from arena.chat.calculations import LONGEST_PROBLEM, asks_for_calculation

CALCULATIONS = [
    "what is 12*7",
    "What's 15% of 80?",
    "solve x^2 - 5x + 6 = 0",
    "Solve 2x + 3 = 7 for x.",
    "12*7",
    "(3+4)*5=?",
    "what is 100 / 4",
    "what is 1000-345",
    "Calculate 3.5 × 2",
    "2+2",
    "What is 7 plus 5?",
    "If I have 3 apples and buy 5 more, how many apples do I have?",
    "A train travels 60 km in 1.5 hours. How far does it go in 4 hours?",
    "What is the square root of 144?",
    "Find the derivative of x^2 + 3x",
    "convert 5 miles to km",
    "how many minutes are in 3 days?",
    "I bought 4 books at $12 each and paid with a $100 bill. How much change do I get?",
    "Mia sold 48 cakes on Friday and half as many on Saturday. How many cakes did she sell altogether?",
    "What's the sum of the first 10 positive integers?",
    "What is the probability of rolling two sixes with two dice?",
    r"Evaluate \int_0^1 x^2 dx",
    "Tom is twice as old as Ann, who is 12. How old is Tom?",
    "simplify 3x + 2x - 4",
    "what does 8 times 7 make?",
    "A shirt costs $40 and is 25% off. How much do I pay?",
    "计算 12*7",
    "3+5等于几",
    "12乘以8是多少",
    "3个苹果5元，12个多少钱？",
    "15的20%是多少",
    "144的平方根是多少",
    "小明有5个糖，给了小红2个，还剩几个？",
    "解方程 2x+3=7",
    "求半径为3的圆的面积",
    "一件衣服原价200元，打八折后多少钱？",
    "鸡兔同笼，共有35个头，94只脚，鸡和兔各多少只？",
    "5公里是多少米",
    "帮我算一下每月还款，贷款100万，30年，利率3.5%，一共还多少",
    "一辆车3小时走了180公里，平均速度是多少？",
    "100减去37等于多少？",
    "12和18的最小公倍数是多少",
    "1到100的和是多少，求和",
    "(25+75)*4",
    "三个人平分九十块钱，每人多少？",
    "AA制，4个人吃了368元，人均多少钱？",
    "计算：1000-345",
    "我有20元，买了3支笔，每支4元，还剩多少钱",
]

OTHER_PROMPTS = [
    "I am 25 years old",
    "My phone number is 555-1234, call me",
    "I was born on 1999-05-06, what's my sign?",
    "What happened in 1989?",
    "What is 12/05/2024 in the lunar calendar?",
    "What is 24/7?",
    "Meeting at 10:30 on 12/05/2024?",
    "How many moons does Jupiter have?",
    "What is the iPhone 15 like?",
    "How are you?",
    "I work 24/7, help",
    "Tell me about World War 2",
    "How much sleep should I get if I'm 25 and run 3 times a week?",
    "Write a 300 word story with 5 characters",
    "Recommend 3 keyboards under $100",
    "Give me 5 tips for 2 beginners",
    "What is the 3-2-1 backup rule?",
    "How do I solve my problem with 2 kids?",
    "Is C++20 better than C++17?",
    "Python 3.11 vs 3.12, what's new?",
    "My flight is LH1234 at 18:45, how long before should I be there?",
    "What's 1984 about?",
    "How old is the Earth?",
    "Can you explain the derivative market?",
    "what's a 4x4 car?",
    "I have 2 cats and 3 dogs and I love them",
    "+86 138 0013 8000 is my number, how much does a call cost?",
    "What does 404 mean?",
    "How much does it cost to live in Berlin in 2024?",
    "Who won 3-2 last night?",
    "The ratio of work to life matters, how do I find mine?",
    "what is love",
    "我今年25岁",
    "我的电话是13800138000",
    "今天是2024年5月6日，有什么节日？",
    "云计算是什么？",
    "计算机专业怎么样，2024年好就业吗",
    "推荐3款键盘",
    "写一篇800字的作文",
    "我和男朋友在一起3年了，最近老吵架怎么办",
    "现在几点了",
    "你多大了",
    "世界上有多少个国家",
    "我30岁了，存款多少算正常？",
    "9月1日开学，我有点紧张",
    "给我讲5个笑话",
    "三国演义讲了什么",
    "1989年出生的人属什么",
    "iPhone 15 和 16 有什么区别",
    "每天睡7小时够吗，我18岁",
    "北京到上海多远",
    "双十一买什么好",
]


@pytest.mark.parametrize("prompt", CALCULATIONS)
def test_a_calculation_is_recognised(prompt: str) -> None:
    assert asks_for_calculation(prompt)


@pytest.mark.parametrize("prompt", OTHER_PROMPTS)
def test_ages_dates_telephone_numbers_and_counts_are_no_calculation(prompt: str) -> None:
    assert not asks_for_calculation(prompt)


def test_numbers_in_code_and_addresses_are_no_calculation() -> None:
    assert not asks_for_calculation("What does this print?\n```py\nprint(12*7)\n```")
    assert not asks_for_calculation("What is https://example.org/12*7 ?")


def test_a_long_document_with_numbers_is_no_word_problem() -> None:
    problem = "I bought 4 books at 12 dollars each. How many dollars did I pay? "
    assert asks_for_calculation(problem)
    assert not asks_for_calculation(problem + "And so the story went on. " * (LONGEST_PROBLEM // 20))


@pytest.mark.parametrize(
    "unit", ["1", "1,", "1+", "1-", "how many 2 ", "sum of ", "2 x", "\\", "计算", "12-12-", "```"]
)
def test_a_hundred_thousand_characters_take_no_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    begun = time.perf_counter()
    asks_for_calculation(text)
    assert time.perf_counter() - begun < 0.5
