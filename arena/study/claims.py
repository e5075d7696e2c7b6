"""What the published study claims, what we compute for each claim, and what its figures can and cannot carry."""

from __future__ import annotations

from dataclasses import dataclass

from arena.analysis.evalue import evalue
from arena.analysis.naive import naive_independent, naive_paired
from arena.study.preference import Bounds
from arena.study.published import Published, Recreated


@dataclass(frozen=True, slots=True)
class Claim:
    """One row: the question, what was published, what we compute, what that carries."""

    question: str
    published: str
    computed: str
    carries: str


def claims(totals: Published, found: Recreated, language: str) -> tuple[Claim, ...]:
    """Every claim in `en` or `zh`."""
    words = _WORDS[language]
    said = _figures(totals, found)
    return tuple(
        Claim(*(words[f"{name}_{part}"].format(**said) for part in ("question", "published", "computed", "carries")))
        for name in ("preference", "understood", "ai_tone", "together", "power")
    )


def headings(language: str) -> tuple[str, str, str, str]:
    """Of the four columns."""
    first, second, third, fourth = _WORDS[language]["headings"].split("|")
    return first, second, third, fourth


def _figures(totals: Published, found: Recreated) -> dict[str, object]:
    pref, power = found.preference, found.power
    last = found.understood.splits[-1]
    t = totals
    return {
        "winner": t.winner_display,
        "loser": t.loser_display,
        "n": t.participants,
        "k": pref.k,
        "others": pref.n - pref.k,
        "percent": _percent(pref.share),
        "p": f"{pref.p_binomial:.4f}",
        "cp": _percents(pref.clopper_pearson),
        "wilson": _percents(pref.wilson),
        "jeffreys": _percents(pref.jeffreys),
        "posterior": f"{pref.p_gt_half:.3f}",
        "elo": f"{pref.elo:.0f}",
        "wald": _rounded(pref.elo_wald),
        "profile": _rounded(pref.elo_profile),
        "firth": _rounded(pref.elo_firth_profile),
        "evalue": f"{evalue(pref.k, pref.n):.1f}",
        "u1": t.understood.winner,
        "u2": t.understood.loser,
        "u1p": _percent(t.understood.winner / t.participants),
        "u2p": _percent(t.understood.loser / t.participants),
        "u_min": f"{found.understood.p_min:.4f}",
        "u_max": f"{found.understood.p_max:.4f}",
        "trap": f"{naive_independent(t.understood.winner, t.understood.loser, t.participants):.4f}",
        "trap2": f"{naive_paired(last.b, last.c):.4f}",
        "a1": t.ai_tone.loser,
        "a2": t.ai_tone.winner,
        "a": f"{found.ai_tone.p_conditional:.4f}",
        "a_min": f"{found.ai_tone.p_once_min:.4f}",
        "a_max": f"{found.ai_tone.p_once_max:.4f}",
        "h_p": f"{found.holm.preference:.4f}",
        "h_u": f"{found.holm.understood_min:.4f} – {found.holm.understood_max:.4f}",
        "h_a": f"{found.holm.ai_tone_min:.4f} – {found.holm.ai_tone_max:.4f}",
        "powers": ", ".join(f"{p}: {100 * value:.0f}%" for p, value in power.n12.items()),
        "needed": ", ".join(f"{p}: {by['80']} / {by['90']}" for p, by in power.needed.items()),
    }


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _percents(bounds: Bounds) -> str:
    return f"{100 * bounds[0]:.1f} – {100 * bounds[1]:.1f}%"


def _rounded(bounds: Bounds) -> str:
    return f"{bounds[0]:.0f} – {bounds[1]:.0f}"


_WORDS = {
    "en": {
        "headings": "Claim|Published|Computed|Carries",
        "preference_question": "Would rather go on chatting with",
        "preference_published": "{winner} {k}, {loser} {others} of {n} ({percent})",
        "preference_computed": "{percent} of {n}; exact two-sided p {p}. 95% intervals: Clopper-Pearson {cp}, "
        "Wilson {wilson}, Jeffreys {jeffreys}. P(share > 1/2) {posterior} with a uniform prior. Elo gap {elo}: Wald "
        "{wald}, profile {profile}, Firth {firth}. e-value {evalue}.",
        "preference_carries": "A preference among people like these is likely, but its size is open: the true share "
        "may be just over half or nearly all. The order in which the models were met is not published, so its effect "
        "cannot be looked at. One person's other answer changes the verdict.",
        "understood_question": "“It really understood me”",
        "understood_published": "{winner} {u1} ({u1p}), {loser} {u2} ({u2p}) of {n}; asked of each model",
        "understood_computed": "Exact McNemar over every pairing that fits the totals: p {u_min} – {u_max}.",
        "understood_carries": "No pairing makes the difference significant. Two traps: the chi-square without "
        "correction that takes the answers for those of {n} and {n} different people (p {trap}), and McNemar's "
        "chi-square without correction for the most favourable pairing (p {trap2}, exact {u_min}).",
        "ai_tone_question": "“Sounded like an AI”",
        "ai_tone_published": "{loser} mentioned {a1} times, {winner} {a2} times",
        "ai_tone_computed": "Conditional binomial p {a}. If each mention is another person's: p {a_min} – {a_max}.",
        "ai_tone_carries": "Mentions are not people: one talkative person may have given several. Not significant in "
        "any reading.",
        "together_question": "All three questions",
        "together_published": "Read as three findings",
        "together_computed": "Holm: preference {h_p}, understood {h_u}, AI tone {h_a}.",
        "together_carries": "Three questions are three chances of a false alarm. Taken together, none is significant "
        "at 5%.",
        "power_question": "How much {n} people can show",
        "power_published": "–",
        "power_computed": "Power by true preference: {powers}. People needed for 80 / 90%: {needed}.",
        "power_carries": "{n} people find only a very large preference; finding none would have meant little.",
    },
    "zh": {
        "headings": "说法|原文数字|我们的计算|能说明什么",
        "preference_question": "更愿意继续聊天的模型",
        "preference_published": "{n} 人中 {winner} {k} 人、{loser} {others} 人（{percent}）",
        "preference_computed": "{n} 人中的 {percent}；精确双侧 p {p}。95% 区间：Clopper-Pearson {cp}，Wilson {wilson}，"
        "Jeffreys {jeffreys}。均匀先验下 P(比例 > 1/2) 为 {posterior}。Elo 差 {elo}：Wald {wald}，轮廓似然 {profile}，"
        "Firth {firth}。e 值 {evalue}。",
        "preference_carries": "这类人群很可能确有偏好，但大小不清楚：真实比例可能刚过一半，也可能接近全部。"
        "原文没有公布先后顺序，无法考察顺序的影响。只要一个人改变回答，结论就会改变。",
        "understood_question": "“它真的理解我”",
        "understood_published": "{n} 人中 {winner} {u1} 人（{u1p}），{loser} {u2} 人（{u2p}）；两个模型分别询问",
        "understood_computed": "对所有符合总数的配对做精确 McNemar 检验：p {u_min} – {u_max}。",
        "understood_carries": "任何配对都不显著。两个陷阱：把回答当作两组各 {n} 个不同的人、不加校正的卡方检验"
        "（p {trap}）；对最有利的配对用不加校正的 McNemar 卡方（p {trap2}，精确值 {u_min}）。",
        "ai_tone_question": "“听起来像 AI”",
        "ai_tone_published": "{loser} 被提到 {a1} 次，{winner} {a2} 次",
        "ai_tone_computed": "条件二项检验 p {a}。如果每次提及来自不同的人：p {a_min} – {a_max}。",
        "ai_tone_carries": "提及次数不等于人数：一个健谈的人可能提到多次。怎样理解都不显著。",
        "together_question": "三个问题合起来",
        "together_published": "当作三个发现",
        "together_computed": "Holm 校正：偏好 {h_p}，理解 {h_u}，AI 腔 {h_a}。",
        "together_carries": "三个问题就有三次误报的机会。合起来看，没有一个在 5% 水平显著。",
        "power_question": "{n} 个人能看出多大差别",
        "power_published": "–",
        "power_computed": "各真实偏好下的检验功效：{powers}。达到 80% / 90% 所需人数：{needed}。",
        "power_carries": "{n} 个人只能看出很大的偏好；没看出差别也说明不了什么。",
    },
}
