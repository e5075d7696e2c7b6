"""The leaderboard's sentences, in English and Chinese. `{name}` is filled in by `str.format`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.analysis.board import ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardTexts:
    """One language's sentences about the leaderboard."""

    intro: str
    choose: str
    style: str
    heads: tuple[str, ...]
    table: str
    fresh: str
    clustered: str
    model_based: str
    slice_note: str
    style_note: str
    groups: str
    separated: str
    sole: str
    soon: str
    too_few: str
    failures: str
    fails_head: tuple[str, str]
    column_notes: str
    sequence_title: str
    sequence: str
    sequence_decided: str
    sequence_open: str
    sequence_none: str
    pairs: str
    download: str
    downloads: tuple[str, str]
    changed: str
    minutes: str
    seconds: str
    hours: str
    slices: Mapping[str, str]
    other_slice: str


EN = BoardTexts(
    intro="What people preferred when they did not know who was who.",
    choose="Votes",
    style="Style control",
    heads=("Rank", "Model", "Rating", "95% interval", "Votes", "Win rate"),
    table="Table of ratings",
    fresh="Votes counted: {votes}, as of {time} UTC.",
    clustered="Intervals and possible ranks by {raters} raters, computed {age} ago; they allow for people with tastes "
    "of their own.",
    model_based="The intervals are preliminary: they take every vote for independent. Intervals by rater are being "
    "computed.",
    slice_note="This part of the votes was rated {age} ago, with intervals by rater.",
    style_note="Style control: ratings as if both answers were equally long and had as many headings, lists and bold "
    "words. From the newest {votes} votes.",
    groups="The models fall into {n} groups that never met: ratings and ranks hold within a group only.",
    separated="Some model won or lost everything so far: estimates are drawn a little towards the middle (Firth's "
    "penalty).",
    sole="Where an interval is missing, one person alone decides about that model, or its votes are too few.",
    soon="This is being computed. Please come back in a minute.",
    too_few="There are not enough votes here yet.",
    failures="Failed and no answer: the share of this model's attempts at an answer that failed, and in which it said "
    "nothing or only thought. Such battles cannot be voted on, so read ratings beside these shares.",
    fails_head=("Failed", "No answer"),
    column_notes="Rank: all places that the votes leave possible, for all models at once with 95% confidence. Rating: "
    "Elo scale, 1000 is the average. Win rate: a tie counts half.",
    sequence_title="Is it settled?",
    sequence="{first} against {second}: in the first visits of {raters} people, {first} was preferred {mean} of the "
    "time, a tie counting half. With 95% confidence the true share is between {low} and {high}, however often one "
    "looks.",
    sequence_decided="One half was left out for the first time after {n} people: {winner} is preferred.",
    sequence_open="One half is still possible: it is not settled.",
    sequence_none="Nobody's first visit has ended yet; it does an hour after their last vote.",
    pairs="Pair by pair",
    download="Download this table:",
    downloads=("CSV", "JSON"),
    changed="The page keeps itself up to date.",
    minutes="{n} min",
    seconds="{n} s",
    hours="{n} h",
    slices={
        ALL: "All",
        "language:en": "English",
        "language:zh": "Chinese",
        "language:und": "Language unclear",
        "code:yes": "Code",
        "code:no": "No code",
        "turns:1": "One turn",
        "turns:2": "Two turns",
        "turns:3+": "Three turns or more",
        "recent:30": "Last 30 days",
    },
    other_slice="Language: {value}",
)
ZH = BoardTexts(
    intro="人们在不知道谁是谁的时候更喜欢谁。",
    choose="哪些投票",
    style="控制文风",
    heads=("名次", "模型", "评分", "95% 区间", "票数", "胜率"),
    table="评分表",
    fresh="评分依据 {votes} 票，UTC 时间 {time}。",
    clustered="区间和可能的名次按 {raters} 位投票者计算，完成于{age}前；考虑了每个人各有偏好。",
    model_based="区间是初步的：把每一票都当作独立的。按投票者计算的区间正在算。",
    slice_note="这部分投票的评分算于{age}前，区间按投票者计算。",
    style_note="控制文风：假定两个回答一样长，标题、列表和粗体一样多时的评分。依据最新的 {votes} 票。",
    groups="这些模型分成 {n} 组，组间从未相遇：评分和名次只在组内成立。",
    separated="有模型到目前为止全胜或全败：估计值略向中间收缩（Firth 惩罚）。",
    sole="没有区间的模型，只由一个人的投票决定，或票数太少。",
    soon="正在计算，请一分钟后再来。",
    too_few="这里的投票还不够。",
    failures="失败与无回答：这个模型的回答尝试中失败的比例，以及其中什么都没说或只想不说的比例。"
    "这样的对局不能投票，看评分时请一起看。",
    fails_head=("失败", "无回答"),
    column_notes="名次：投票不能排除的所有名次，以 95% 的把握对所有模型同时成立。评分：Elo 尺度，1000 是平均。"
    "胜率：平局算半胜。",
    sequence_title="分出来了吗？",
    sequence="{first} 对 {second}：在 {raters} 个人的第一次来访中，{first} 被选中的比例是 {mean}（平局算一半）。"
    "以 95% 的把握，真实比例在 {low} 到 {high} 之间，看多少次都成立。",
    sequence_decided="第 {n} 个人之后首次排除了一半对一半：人们更喜欢 {winner}。",
    sequence_open="一半对一半仍有可能：还没有分出来。",
    sequence_none="还没有人的第一次来访结束；最后一票之后一小时才算结束。",
    pairs="逐对比较",
    download="下载本表：",
    downloads=("CSV", "JSON"),
    changed="页面会自动更新。",
    minutes="{n} 分钟",
    seconds="{n} 秒",
    hours="{n} 小时",
    slices={
        ALL: "全部",
        "language:en": "英文",
        "language:zh": "中文",
        "language:und": "语言不明",
        "code:yes": "代码",
        "code:no": "非代码",
        "turns:1": "一轮",
        "turns:2": "两轮",
        "turns:3+": "三轮及以上",
        "recent:30": "最近 30 天",
    },
    other_slice="语言：{value}",
)
TEXTS: Mapping[str, BoardTexts] = {"en": EN, "zh": ZH}


def slice_name(key: str, text: BoardTexts) -> str:
    """What people read for a slice's key."""
    return text.slices.get(key) or text.other_slice.format(value=key.partition(":")[2])
