"""Prompts of everyday talk in Chinese and English, drawn by seed, and sums with known results.

Sentences with gaps rather than a list: enough of them that a run repeats none, and no server answers from its cache.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple


class Language(StrEnum):
    """In which language is asked."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"


class Sum(NamedTuple):
    """A prompt that asks for a calculation, and its result."""

    prompt: str
    result: int


_ZH = (
    "{who}最近{mood}，我想{time}陪{ta}聊聊，怎么开口比较好？",
    "{time}要请{who}吃{food}，第一次做，有什么要注意的？",
    "我打算{time}去{city}玩两天，一个人，预算不多，帮我出出主意。",
    "{who}送了我一份礼物，可我不太喜欢，怎么说才不伤感情？",
    "我{mood}的时候总是睡不好，又不想吃药，你有什么办法吗？",
    "我想学做{food}，家里只有一个电饭锅，能行吗？",
    "{who}说我太爱玩手机了，我觉得还好，你怎么看？",
    "刚搬到{city}，谁也不认识，{time}一个人有点闷，怎么办？",
    "给{who}写一段生日祝福，要自然一点，别太肉麻。",
    "今天{mood}，就想随便聊聊，你先说点什么吧。",
    "{who}想养一只猫，可是家里地方小，你会劝{ta}养吗？",
    "{time}下雨，本来约了{who}去{city}，现在去不成了，在家能做点什么？",
)
_EN = (
    "{who} has been {mood} lately and I want to talk to {them} {time}. How do I start?",
    "I'm cooking {food} for {who} {time}, and it's my first try. What should I watch out for?",
    "I'd like to spend two days in {city} on my own {time}, without spending much. Any ideas?",
    "{who} gave me a present I don't really like. How do I put it without hurting {them}?",
    "I don't sleep well when I'm {mood}, and I don't want to take pills. What could I try?",
    "Can I make {food} with nothing but a rice cooker? How?",
    "{who} says I look at my phone too much. I think it's fine. What do you think?",
    "I just moved to {city} and know nobody, so {time} gets a bit lonely. What would you do?",
    "Write a short birthday message for {who}. Natural, please, nothing soppy.",
    "I'm {mood} today and just want to chat. You start.",
    "{who} wants a cat but lives in one small room. Would you talk {them} into it or out of it?",
    "It rains {time} and my trip to {city} with {who} is off. What can I do at home?",
)
_ZH_WORDS = {
    "who": ("我妈妈", "我室友", "我同事小李", "我最好的朋友", "我爷爷", "我妹妹", "邻居王阿姨", "我男朋友"),
    "mood": ("心情不太好", "特别累", "有点烦", "很开心", "老是发呆", "压力很大"),
    "time": ("今天晚上", "这个周末", "明天早上", "下个星期", "放假的时候"),
    "food": ("红烧肉", "饺子", "番茄炒蛋", "酸辣汤", "烤鱼", "蛋炒饭", "麻婆豆腐"),
    "city": ("成都", "西安", "厦门", "昆明", "青岛", "苏州", "长沙"),
    "ta": ("TA",),
}
_EN_WORDS = {
    "who": ("my mother", "my flatmate", "my colleague Tom", "my best friend", "my grandfather", "my sister"),
    "mood": ("a bit down", "very tired", "annoyed at everything", "really happy", "absent-minded", "stressed"),
    "time": ("tonight", "this weekend", "tomorrow morning", "next week", "on my day off", "these days"),
    "food": ("dumplings", "tomato soup", "an omelette", "fried rice", "pancakes", "a fish stew", "curry"),
    "city": ("Lisbon", "Edinburgh", "Kyoto", "Montreal", "Prague", "Chengdu", "Copenhagen"),
    "them": ("them",),
}
_SUMS: tuple[tuple[str, Callable[[int, int], int]], ...] = (
    ("What is {a} + {b}?", lambda a, b: a + b),
    ("What is {a} * {b}?", lambda a, b: a * b),
    ("A box holds {a} apples. How many apples do {b} boxes hold?", lambda a, b: a * b),
    ("I had {c} coins and gave away {a} of them. How many coins are left?", lambda _, b: b),
    ("{a}加{b}等于多少？", lambda a, b: a + b),
    ("一本书{a}元，买{b}本一共多少元？", lambda a, b: a * b),
    ("小明有{c}颗糖，吃了{a}颗，还剩多少颗？", lambda _, b: b),
)


def everyday(count: int, language: Language, seed: int) -> list[str]:
    """So many prompts, the same for the same seed; with both languages every other one is Chinese."""
    chosen = {
        Language.ZH: [(_ZH, _ZH_WORDS)],
        Language.EN: [(_EN, _EN_WORDS)],
        Language.BOTH: [(_ZH, _ZH_WORDS), (_EN, _EN_WORDS)],
    }[language]
    rng = random.Random(seed)  # noqa: S311 - drawn again by whoever knows the seed, as intended
    sources = [_mixed([rng.sample(ways, len(ways)) for ways in _ways(*words)]) for words in chosen]
    return list(itertools.islice(itertools.cycle(_mixed(sources)), count))


def sums(count: int, seed: int) -> list[Sum]:
    """So many calculations in both languages with their results."""
    rng = random.Random(seed)  # noqa: S311 - as above
    made = []
    for (text, result), _ in zip(itertools.cycle(_SUMS), range(count), strict=False):
        a, b = rng.randint(12, 98), rng.randint(3, 19)
        made.append(Sum(text.format(a=a, b=b, c=a + b), result(a, b)))
    return made


def _ways(sentences: tuple[str, ...], words: dict[str, tuple[str, ...]]) -> Iterator[list[str]]:
    """For each sentence every way to fill its gaps."""
    for sentence in sentences:
        gaps = [name for name in words if f"{{{name}}}" in sentence]
        choices = itertools.product(*(words[name] for name in gaps))
        filled = [sentence.format(**dict(zip(gaps, choice, strict=True))) for choice in choices]
        yield [text[:1].upper() + text[1:] for text in filled]


def _mixed(sources: Sequence[Sequence[str]]) -> list[str]:
    """One of each in turn, until all are used up."""
    return [text for turn in itertools.zip_longest(*sources) for text in turn if text]
