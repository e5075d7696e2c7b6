"""The report's words, in English and Chinese. Placeholders are those of `str.format`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Language(StrEnum):
    """Languages of a report."""

    EN = "en"
    ZH = "zh"


EN: Mapping[str, str] = {
    "title": "Ratings of {n} contestants from {votes} votes",
    "clear": "{first} is first: {gap} Elo points ahead of {second} (95% interval {low} to {high}).",
    "unclear": "{first} is ahead of {second} by {gap} Elo points, but the 95% interval, {low} to {high}, includes 0: "
    "these votes do not settle who is better.",
    "level": "{first} and {second} are level, with a 95% interval from {low} to {high} Elo points: "
    "these votes do not settle who is better.",
    "unknown": "{first} has the highest estimate, {gap} Elo points ahead of {second}; no interval was computed.",
    "level_unknown": "{first} and {second} are level; no interval was computed.",
    "alone": "No two contestants can be compared.",
    "based": "Based on {votes} votes{raters}.",
    "raters": " by {n} raters",
    "excluded": "{n} votes did not count.",
    "table": "The table",
    "columns": "Rank|Contestant|Rating|95% interval|Possible ranks|Wins|Losses|Ties|Battles",
    "quasi": "± alone",
    "quasi_caption": "± alone (from quasi-variances) serves to compare any two contestants: they differ clearly where "
    "their ratings are further apart than the root of the sum of the squares of the two numbers.",
    "firm": "How firm is it?",
    "of_votes": "{n} of the {all} votes",
    "of_raters": "all votes of {n} of the {all} raters",
    "of_votes_said": "Single votes: {turned} {changed}",
    "of_raters_said": "Whole people: {turned} {changed}",
    "turned": "without {removed}, chosen for that, {second} would be level with {first} or ahead.",
    "blurred": "Without {removed} the lead would not be clear any more.",
    "cleared": "Without {removed} the lead would be clear.",
    "never_turned": "none can be left out so that {second} comes level with {first}.",
    "never_blurred": "None can be left out so that the lead is not clear any more.",
    "never_cleared": "None can be left out so that the lead is clear.",
    "agreement": "Raters who judged the same pair on the same prompt agree with alpha = {alpha} (Krippendorff's, "
    "nominal; 1 is full agreement, 0 what chance gives; {items} such cases with {votes} votes).",
    "forest": "Ratings",
    "forest_caption": "Points are ratings on the Elo scale, bars their 95% intervals. Overlapping bars do not by "
    "themselves mean that two contestants are equal: the possible ranks in the table take all pairs into account.",
    "wins": "Win rates",
    "wins_caption": "Percent of votes that the row won over the column, a tie counting half. Green: the row wins. "
    "Columns have the numbers of the rows.",
    "battles": "Battles",
    "battles_caption": "How often each pair met. Empty cells never met: their comparison rests on others.",
    "bias": "Does the side matter?",
    "bias_caption": "Percent of decided votes won from the left, with exact 95% intervals that take votes for "
    "independent. "
    "A bar that leaves out 50 means that raters favour one side.",
    "left": "left side wins",
    "time": "Votes over time",
    "time_caption": "Votes per day (UTC).",
    "rates": "Ties and bad pairs",
    "rate_columns": "Contestant|Ties|Both bad",
    "answer_columns": "Named itself|Failed",
    "style": "Style",
    "style_columns": "Term|Log-odds|95% interval",
    "methods": "Methods and limits",
    "method_bt": "Bradley-Terry by maximum likelihood on counts; a tie or two bad answers count as half a win each.",
    "method_bt_drop": "Bradley-Terry by maximum likelihood on counts; ties are left out.",
    "method_davidson": "Davidson's model of wins and ties by maximum likelihood on counts.",
    "method_contextual": "Bradley-Terry with style terms: ratings as if both answers had the same style.",
    "method_elo": "Online Elo in the order of the votes. Another order gives other figures.",
    "ci_none": "No intervals were computed.",
    "ci_model": "Intervals take the model for true and votes for independent.",
    "ci_sandwich": "Intervals take votes for independent. Where one person gave many votes they are too narrow.",
    "ci_cluster": "Intervals allow for raters with tastes of their own (cluster-robust CR2, Bell-McCaffrey degrees of "
    "freedom).",
    "ci_bootstrap": "Intervals are percentiles of a bootstrap over votes, which takes votes for independent.",
    "ci_rater-bootstrap": "Intervals are percentiles of a bootstrap over raters; with few raters they are "
    "somewhat too narrow.",
    "ranks": "Possible ranks hold for all contestants at once, with 95% confidence.",
    "limits": "Ratings say who won more comparisons among these raters, prompts and settings. They do not measure "
    "correctness, "
    "and a difference between groups of raters or kinds of prompts can hide in the average.",
    "made": "Scale: 1000 + 400 / ln 10 x log-odds; gauge: {gauge}; log-likelihood {ll}; converged: {converged}; "
    "seed {seed}.",
    "yes": "yes",
    "no": "no",
    "none": "not known",
}
ZH: Mapping[str, str] = {
    "title": "{n} 个参赛模型的评分（{votes} 票）",
    "clear": "{first} 排第一：比 {second} 高 {gap} 个 Elo 分（95% 区间 {low} 到 {high}）。",
    "unclear": "{first} 比 {second} 高 {gap} 个 Elo 分，但 95% 区间 {low} 到 {high} 包含 0：这些投票还分不出谁更好。",
    "level": "{first} 和 {second} 不相上下，95% 区间 {low} 到 {high} 个 Elo 分：这些投票还分不出谁更好。",
    "level_unknown": "{first} 和 {second} 不相上下；没有计算区间。",
    "unknown": "{first} 的估计值最高，比 {second} 高 {gap} 个 Elo 分；没有计算区间。",
    "alone": "没有任何两个参赛模型可以比较。",
    "based": "依据 {votes} 票{raters}。",
    "raters": "，来自 {n} 位评审",
    "excluded": "另有 {n} 票不计入。",
    "table": "总表",
    "columns": "名次|参赛模型|评分|95% 区间|可能的名次|胜|负|平|对战",
    "quasi": "单独 ±",
    "quasi_caption": "“单独 ±”（由拟方差得出）用来比较任意两个模型：评分之差大于两个数平方和的平方根时，差别是明确的。",
    "firm": "结果有多稳？",
    "of_votes": "{all} 票中的 {n} 票",
    "of_raters": "{all} 位评审中 {n} 位的全部投票",
    "of_votes_said": "按票：{turned}{changed}",
    "of_raters_said": "按人：{turned}{changed}",
    "turned": "专挑去掉{removed}，{second} 就会追平或超过 {first}。",
    "blurred": "去掉{removed}，领先就不再明确。",
    "cleared": "去掉{removed}，领先就会明确。",
    "never_turned": "怎么去掉都不能让 {second} 追平 {first}。",
    "never_blurred": "怎么去掉，领先都仍然明确。",
    "never_cleared": "怎么去掉，领先都不会变得明确。",
    "agreement": "对同一提示、同一对模型作出判断的评审之间的一致性：alpha = {alpha}（Krippendorff，名义尺度；"
    "1 为完全一致，0 为随机水平；共 {items} 例、{votes} 票）。",
    "forest": "评分",
    "forest_caption": "点是 Elo 尺度上的评分，线是 95% 区间。两条线重叠并不说明两者相同；"
    "表中“可能的名次”考虑了所有比较。",
    "wins": "胜率",
    "wins_caption": "行胜列的百分比，平局算半胜。绿色：行胜。列的编号与行相同。",
    "battles": "对战次数",
    "battles_caption": "每一对相遇的次数。空格表示从未相遇，它们的比较要靠其他对战。",
    "bias": "左右位置有影响吗？",
    "bias_caption": "分出胜负的投票中左边获胜的百分比及 95% 精确区间（假定各票独立）。线不含 50 说明评审偏向一边。",
    "left": "左边获胜",
    "time": "投票随时间的变化",
    "time_caption": "每天的票数（UTC）。",
    "rates": "平局与都不好",
    "rate_columns": "参赛模型|平局|都不好",
    "answer_columns": "自报身份|失败",
    "style": "风格",
    "style_columns": "项|对数几率|95% 区间",
    "methods": "方法与局限",
    "method_bt": "Bradley-Terry 模型，在计数上做极大似然估计；平局或都不好各算半胜。",
    "method_bt_drop": "Bradley-Terry 模型，在计数上做极大似然估计；不计平局。",
    "method_davidson": "Davidson 的胜平模型，在计数上做极大似然估计。",
    "method_contextual": "带风格项的 Bradley-Terry 模型：假定两个回答风格相同时的评分。",
    "method_elo": "按投票顺序的在线 Elo。换一个顺序，数字就不同。",
    "ci_none": "没有计算区间。",
    "ci_model": "区间假定模型正确、各票独立。",
    "ci_sandwich": "区间假定各票独立。如果一个人投了很多票，区间会偏窄。",
    "ci_cluster": "区间考虑了评审各有偏好（按评审聚类的稳健 CR2，Bell-McCaffrey 自由度）。",
    "ci_bootstrap": "区间是对投票做自助法的分位数，假定各票独立。",
    "ci_rater-bootstrap": "区间是对评审做自助法的分位数；评审少时略偏窄。",
    "ranks": "“可能的名次”以 95% 的把握对所有参赛模型同时成立。",
    "limits": "评分说明在这些评审、提示和设置下谁赢得更多，不衡量正确与否；"
    "不同人群或不同题目之间的差别可能藏在平均数里。",
    "made": "尺度：1000 + 400 / ln 10 × 对数几率；基准：{gauge}；对数似然 {ll}；收敛：{converged}；随机种子 {seed}。",
    "yes": "是",
    "no": "否",
    "none": "未知",
}
TEXTS: Mapping[Language, Mapping[str, str]] = {Language.EN: EN, Language.ZH: ZH}
