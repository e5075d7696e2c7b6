"""Every sentence of the operator's pages, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from arena.study.refusals import SENTENCES, Why
from arena.study_models import ParticipantState, StudySource, StudyState
from arena.study_people import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorWords:
    """One language's sentences. `{name}` is filled in by `str.format`."""

    lang: str
    other_lang: str
    other_name: str
    studies: str
    none_yet: str
    token: str
    token_note: str
    wrong_token: str
    needs_token: str
    too_many: str
    enter: str
    back: str
    state: str
    source: str
    places: str
    places_said: str
    completed: str
    withdrawn: str
    replaced: str
    created: str
    order: str
    order_later: str
    early: str
    study_id: str
    protocol: str
    columns: tuple[str, ...]
    talk: str
    replaces: str
    acts: Mapping[str, str]
    sure: Mapping[str, str]
    yes: Mapping[str, str]
    no: str
    erase: str
    done: Mapping[str, str]
    outcomes_later: str
    report: str
    unknown_act: str
    states: Mapping[StudyState, str]
    sources: Mapping[StudySource, str]
    people: Mapping[ParticipantState, str]
    steps: Mapping[Step, str]
    refusals: Mapping[Why, str]


EN = OperatorWords(
    lang="en",
    other_lang="zh",
    other_name="中文",
    studies="Studies",
    none_yet="No studies yet. Make one with: python -m scripts.study create naturalness",
    token="Operator's token",  # noqa: S106 - a label
    token_note="It is the value of ARENA_ADMIN_TOKEN. This browser remembers it for twelve hours.",  # noqa: S106
    wrong_token="This is not the operator's token.",  # noqa: S106 - a sentence
    needs_token="This needs the operator's token.",  # noqa: S106 - a sentence
    too_many="Too many tries. Please come back in {seconds} seconds.",
    enter="Open",
    back="All studies",
    state="State",
    source="Source",
    places="Places",
    places_said="{given} of {places} given",
    completed="Completed",
    withdrawn="Withdrawn",
    replaced="Replaced",
    created="Made",
    order="Order of the models",
    order_later="shown after the close",
    early="closed early",
    study_id="Study",
    protocol="Protocol",
    columns=("Who", "State", "Step", "Talk 1", "Talk 2", "Failures", "Leaks", "Last seen (UTC)", "What to do"),
    talk="{turns} turns, {seconds} s",
    replaces="{label} for {other}",
    acts={"replace": "Replace", "withdraw": "Withdraw", "close": "Close the study", "publish": "Publish"},
    sure={
        "replace": "Give the place of {person} to somebody new? The old link stops working.",
        "withdraw": "Withdraw {person}? Their data are left out of report and export.",
        "close": "Close the study? It takes no more answers from then on.",
        "publish": "Say that the report is published? From then on everybody with its address can read it, and nothing "
        "can be withdrawn.",
    },
    yes={
        "replace": "Yes, replace {person}",
        "withdraw": "Yes, withdraw {person}",
        "close": "Yes, close it",
        "publish": "Yes, publish it",
    },
    no="No, go back",
    erase="Also erase all texts and answers, for good",
    done={
        "replace": "{new} has the place of {person}. This link is shown once:",
        "withdraw": "{person} is withdrawn.",
        "close": "The study is closed.",
        "publish": "The study is published.",
    },
    outcomes_later="Outcomes can be looked at once the study is closed.",
    report="Report",
    unknown_act="There is no such thing to do.",
    states={StudyState.OPEN: "open", StudyState.CLOSED: "closed", StudyState.PUBLISHED: "published"},
    sources={
        StudySource.PARTICIPANTS: "participants",
        StudySource.SIMULATED: "simulated",
        StudySource.RECONSTRUCTED: "reconstructed",
    },
    people={
        ParticipantState.INVITED: "invited",
        ParticipantState.IN_PROGRESS: "taking part",
        ParticipantState.COMPLETED: "completed",
        ParticipantState.WITHDRAWN: "withdrawn",
        ParticipantState.REPLACED: "replaced",
    },
    steps={
        Step.DEVICE: "device check",
        Step.CONSENT: "consent",
        Step.BEFORE: "questions before",
        Step.PERIOD_1: "talk 1",
        Step.AFTER_1: "questions after talk 1",
        Step.BREAK: "break",
        Step.PERIOD_2: "talk 2",
        Step.AFTER_2: "questions after talk 2",
        Step.END: "last questions",
        Step.GUESS: "guess",
        Step.DONE: "done",
    },
    refusals={why: sentence[0].upper() + sentence[1:] + "." for why, sentence in SENTENCES.items()},
)

ZH = OperatorWords(
    lang="zh",
    other_lang="en",
    other_name="English",
    studies="研究",
    none_yet="还没有研究。用这条命令建一个：python -m scripts.study create naturalness",
    token="操作员口令",  # noqa: S106 - a label
    token_note="就是 ARENA_ADMIN_TOKEN 的值。这个浏览器会记住十二小时。",  # noqa: S106
    wrong_token="这不是操作员口令。",  # noqa: S106 - a sentence
    needs_token="这里需要操作员口令。",  # noqa: S106 - a sentence
    too_many="尝试次数太多，请 {seconds} 秒后再来。",
    enter="打开",
    back="全部研究",
    state="状态",
    source="来源",
    places="名额",
    places_said="共 {places} 个，已给出 {given} 个",
    completed="已完成",
    withdrawn="已退出",
    replaced="已替换",
    created="建立于",
    order="模型的先后",
    order_later="结束之后才显示",
    early="提前结束",
    study_id="研究",
    protocol="方案",
    columns=("编号", "状态", "步骤", "对话 1", "对话 2", "失败", "暴露身份", "最近出现（UTC）", "操作"),
    talk="{turns} 轮，{seconds} 秒",
    replaces="{label}，接替 {other}",
    acts={"replace": "换人", "withdraw": "退出", "close": "结束研究", "publish": "发表"},
    sure={
        "replace": "把 {person} 的名额给别人吗？原来的链接随即失效。",
        "withdraw": "让 {person} 退出吗？其数据不再进入报告和导出。",
        "close": "结束这项研究吗？之后不再接受回答。",
        "publish": "宣布报告已经发表吗？之后知道地址的人都能看报告，数据也不能再撤回。",
    },
    yes={
        "replace": "是，换掉 {person}",
        "withdraw": "是，让 {person} 退出",
        "close": "是，结束",
        "publish": "是，发表",
    },
    no="不，返回",
    erase="同时永久删除全部文字和回答",
    done={
        "replace": "{new} 得到了 {person} 的名额。这个链接只显示这一次：",
        "withdraw": "{person} 已退出。",
        "close": "研究已结束。",
        "publish": "研究已发表。",
    },
    outcomes_later="研究结束之后才能看结果。",
    report="报告",
    unknown_act="没有这项操作。",
    states={StudyState.OPEN: "进行中", StudyState.CLOSED: "已结束", StudyState.PUBLISHED: "已发表"},
    sources={
        StudySource.PARTICIPANTS: "真实参加者",
        StudySource.SIMULATED: "模拟",
        StudySource.RECONSTRUCTED: "按总数重构",
    },
    people={
        ParticipantState.INVITED: "已邀请",
        ParticipantState.IN_PROGRESS: "进行中",
        ParticipantState.COMPLETED: "已完成",
        ParticipantState.WITHDRAWN: "已退出",
        ParticipantState.REPLACED: "已替换",
    },
    steps={
        Step.DEVICE: "检查设备",
        Step.CONSENT: "同意书",
        Step.BEFORE: "之前的问题",
        Step.PERIOD_1: "对话 1",
        Step.AFTER_1: "对话 1 之后的问题",
        Step.BREAK: "休息",
        Step.PERIOD_2: "对话 2",
        Step.AFTER_2: "对话 2 之后的问题",
        Step.END: "最后的问题",
        Step.GUESS: "猜模型",
        Step.DONE: "完成",
    },
    refusals={
        Why.NO_STUDY: "没有研究 {study}；数据库里有：{known}。",
        Why.NO_PARTICIPANT: "研究 {study} 里没有 {participant}；编号从 P01 到 {last}。",
        Why.OUTCOMES_CLOSED: "研究 {study} 还在进行，方案不允许在结束之前看结果。",
        Why.STILL_OPEN: "研究 {study} 还在进行，请先结束再发表。",
        Why.NOT_OPEN: "研究 {study} 已经结束，不能再换人。",
        Why.COMPLETED: "{participant} 已经完成，完整的答卷不会被替换。",
        Why.REPLACED: "{participant} 已经被替换过了。",
        Why.PUBLISHED: "研究已经发表，不能再撤回。",
    },
)

OPERATOR_WORDS: Mapping[str, OperatorWords] = {"en": EN, "zh": ZH}
