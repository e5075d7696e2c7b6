"""Example prompts: everyday things to say that show whether a model converses like a person.

Written for this project, in each language for its own speakers. None has one right answer: they show whether a model
listens, asks back, keeps to the point and knows when to stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

SHORT = {"en": 60, "zh": 26}
"""Characters that fit on a chip."""


@dataclass(frozen=True, slots=True)
class Example:
    """A prompt; `id` is unique and stands in addresses, `theme` is a key of the page texts' themes."""

    id: str
    theme: str
    text: str

    @property
    def lang(self) -> str:
        """The language, which the id begins with."""
        return self.id[:2]

    @property
    def short(self) -> bool:
        """Whether it fits on a chip."""
        return len(self.text) <= SHORT[self.lang]


def _themed(lang: str, themes: Mapping[str, tuple[str, ...]]) -> tuple[Example, ...]:
    return tuple(
        Example(f"{lang}-{theme.replace('_', '-')}-{number}", theme, text)
        for theme, texts in themes.items()
        for number, text in enumerate(texts, 1)
    )


_EN = {
    "feelings": (
        "I got the job, and now I'm scared.",
        "My dog died on Sunday. The house is so quiet.",
        "I don't want advice tonight. Can I just complain?",
        "My best friend told everyone about her engagement before she told me. Am I silly to be hurt?",
        "I moved to a new city two months ago and I keep pretending on the phone that I love it.",
    ),
    "advice": (
        "How do I tell my roommate that she sings too loudly?",
        "My boss calls me 'kiddo'. I'm 41. What do I say?",
        "Should I lend my brother money again?",
        "I said yes to a party on Friday and I already regret it. How do I get out of it without lying?",
        "My dad has started forgetting small things and makes jokes about it. How do I bring it up kindly?",
    ),
    "small_talk": (
        "What's a good question to ask at a boring dinner?",
        "I just had the best peach of my life.",
        "It has rained for nine days. Say something nice.",
        "Convince me that Tuesday is the best day of the week.",
        "I'm waiting for a bus that the sign has promised in two minutes for twenty minutes now. Keep me company?",
    ),
    "explaining": (
        "Why do onions make me cry but garlic doesn't?",
        "Explain inflation to my nine-year-old.",
        "Why does a week of holiday go by so fast?",
        "I nod whenever people say 'the cloud'. What is it really? I can run a washing machine, not much more.",
        "My grandmother says you catch a cold from wet hair. Is she right, and how do I tell her if she isn't?",
    ),
    "planning": (
        "Plan me a lazy Sunday for under 20 dollars.",
        "I have eggs, rice and half a cabbage. Dinner?",
        "Two days in a town by the sea with a moody teenager and a dog. What do we do if it rains?",
        "Help me get back to running. Last time I quit after nine days, when my alarm met the first cold morning.",
        "My parents turn sixty in the same week. They hate surprises and love soup. What could we do?",
    ),
    "playful": (
        "Be my cat and complain about breakfast.",
        "Write an apology from my alarm clock.",
        "Let's invent a holiday. You start.",
        "I'm a detective, you're the only witness, and a cheese is missing. I'll begin: where were you at noon?",
        "Give me three excuses for being late, each worse than the one before.",
    ),
}

_ZH = {
    "feelings": (
        "升职了，可我一点都高兴不起来。",
        "猫走丢三天了，我睡不着。",
        "今天不想听道理，就想吐槽一下。",
        "异地恋两年，他最近回消息越来越短，我说不上来哪里不对，心里空落落的。",
        "过年一家人围着吃饭，大家都在笑，我突然觉得自己像个外人。",
    ),
    "advice": (
        "同事总让我帮带早餐，还不给钱，怎么说？",
        "相亲对象人很好，就是没感觉，见第三次吗？",
        "舍友打呼噜，怎么开口才不伤人？",
        "我妈每天往家族群里发养生谣言，我一纠正她就生气，有没有不吵架的办法？",
        "朋友借了我五千块，半年没提过，下个月她结婚请我去，我该不该趁机问一句？",
    ),
    "small_talk": (
        "下雨天最适合吃什么？",
        "地铁上有人一直看我的手机，好尴尬。",
        "周五晚上一个人，也挺好的吧？",
        "你说，豆腐脑到底该吃甜的还是咸的？",
        "刚才理发师问我最近忙不忙，我居然跟他聊了半小时人生，出来才发现刘海剪短了。",
    ),
    "explaining": (
        "为什么越困的时候越不想睡？",
        "给我奶奶讲讲什么是人工智能。",
        "“内卷”到底是什么意思，举个生活里的例子。",
        "为什么小时候觉得一个暑假好长，现在一年一眨眼就过去了？",
        "老人都说晚上不能吃姜，有道理吗？要是没道理，我怎么跟我爸讲他才听得进去？",
    ),
    "planning": (
        "冰箱里只有鸡蛋、番茄和挂面，晚饭怎么办？",
        "周末带爸妈在城里走走，别太累的那种。",
        "下周第一天上班，帮我理一理要准备什么。",
        "我想学做饭，但每次切完菜就饿得点外卖了，帮我排一个能坚持下来的两周计划。",
        "和三个朋友去海边玩两天，一个怕晒，一个不吃海鲜，一个只想睡觉，怎么安排？",
    ),
    "playful": (
        "假装你是我家的猫，抱怨一下早饭。",
        "用古代的语气帮我写张请假条。",
        "我们来编故事吧，一人一句，你先来。",
        "给“加班”写一封分手信，要体面，也要解气。",
        "你是一家只在半夜开门的小面馆的老板，我推门进来了，淋得透湿。",
    ),
}

EXAMPLES: Mapping[str, tuple[Example, ...]] = MappingProxyType({"en": _themed("en", _EN), "zh": _themed("zh", _ZH)})
"""All examples by language."""


def pick(lang: str, n: int, rng: Random) -> tuple[Example, ...]:
    """`n` short examples, of as many different themes as there are, in a drawn order."""
    chips = [example for example in EXAMPLES[lang] if example.short]
    rng.shuffle(chips)
    first_of_theme = {example.theme: example for example in reversed(chips)}
    varied = list(first_of_theme.values())
    rng.shuffle(varied)
    return tuple((varied + [example for example in chips if example not in varied])[:n])


def find_example(example_id: str) -> Example | None:
    """The example with this id, or None."""
    return next((example for some in EXAMPLES.values() for example in some if example.id == example_id), None)
