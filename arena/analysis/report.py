"""A leaderboard as one self-contained HTML page that reads well on screen and on A4 paper, in Chinese or English."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import pandas as pd

from arena.analysis import plots
from arena.analysis.agreement import Agreement
from arena.analysis.counts import Counts
from arena.analysis.fragility import Fragility
from arena.analysis.matrices import matrices
from arena.analysis.proportions import Proportion
from arena.analysis.rates import contestant_rates, position_bias
from arena.analysis.report_text import TEXTS, Language
from arena.analysis.results import ELO, Method, Ratings, Ties

STYLE = """
:root{--paper:#FBFAF7;--ink:#14181F;--muted:#5B6470;--line:#8A919C;color-scheme:light}
@media (prefers-color-scheme:dark){
:root{--paper:#12151B;--ink:#E8EAED;--muted:#9AA3AF;--line:#5D6674;color-scheme:dark}}
@media print{:root{--paper:#FFFFFF;--ink:#14181F;--muted:#5B6470;--line:#8A919C;color-scheme:light}
figure,tr{break-inside:avoid}body{margin:0;font-size:11pt}}
@page{size:A4;margin:18mm}
body{background:var(--paper);color:var(--ink);max-width:760px;margin:48px auto;padding:0 16px;line-height:1.65;
font:17px system-ui,"PingFang SC","Microsoft YaHei","Noto Sans SC",sans-serif}
h1{font-size:28px;line-height:1.25}h2{font-size:20px;margin-top:40px}
.finding{font-size:20px}figure{margin:24px 0}figcaption,.muted{color:var(--muted);font-size:15px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:15px;font-variant-numeric:tabular-nums}
th,td{text-align:right;white-space:nowrap;padding:4px 8px;border-bottom:1px solid var(--line)}
.named th:nth-child(1),.named td:nth-child(1),.ranked th:nth-child(2),.ranked td:nth-child(2){text-align:left}
svg.plot{max-width:100%;min-width:520px;height:auto}
.plot text{font-size:13px;fill:var(--ink)}.plot .muted{fill:var(--muted)}
.plot .grid{stroke:var(--line);stroke-width:.4}.plot .mark{stroke:var(--muted);stroke-dasharray:4 3}
.plot .bar{stroke:var(--ink);stroke-width:2}.plot .dot{fill:var(--ink)}.plot .fill{fill:var(--muted)}
"""
_AFTER_INTERVAL = 4  # columns up to the interval


@dataclass(frozen=True, slots=True)
class Material:
    """What a report is made of; None: not known.

    `days` are the votes' dates, one per vote. `leaks` and `errors` are (events, answers) by contestant.
    """

    ratings: Ratings
    counts: Counts
    ties: Ties = Ties.HALF
    days: pd.Series | None = None
    fragility: Fragility | None = None
    agreement: Agreement | None = None
    leaks: Mapping[str, tuple[int, int]] | None = None
    errors: Mapping[str, tuple[int, int]] | None = None


def render(material: Material, language: Language = Language.EN) -> str:
    """The page."""
    words = TEXTS[language]
    ratings = material.ratings
    title = words["title"].format(n=len(ratings.contestants), votes=_count(ratings.n_votes))
    body = [
        f"<h1>{html.escape(title)}</h1>",
        f'<p class="finding">{html.escape(finding(ratings, language))}</p>',
        f'<p class="muted">{html.escape(_basis(ratings, language))}</p>',
        *(f'<p class="muted">{html.escape(text)}</p>' for text in ratings.warnings),
        f"<h2>{words['table']}</h2>",
        *_leaderboard(ratings, language),
        *_firmness(material, language),
        *_figures(material, language),
        *_style_table(ratings, language),
        *_methods(material, language),
    ]
    head = (
        f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
    )
    start = f'<!doctype html><html lang="{language.value}"><head>{head}<style>{STYLE}</style></head>'
    return f"{start}<body>{''.join(body)}</body></html>"


def finding(ratings: Ratings, language: Language) -> str:
    """The result in one sentence, with its uncertainty."""
    words, lead = TEXTS[language], ratings.lead
    if lead is None:
        return words["alone"]
    said = {"first": lead.first, "second": lead.second, "gap": f"{ELO * lead.gap:.0f}"}
    level = not round(ELO * lead.gap)
    if lead.lower is None or lead.upper is None:
        return words["level_unknown" if level else "unknown"].format(**said)
    kind = "clear" if lead.lower > 0 else "level" if level else "unclear"
    return words[kind].format(**said, low=f"{ELO * lead.lower:.0f}", high=f"{ELO * lead.upper:.0f}")


def _basis(ratings: Ratings, language: Language) -> str:
    words = TEXTS[language]
    raters = words["raters"].format(n=ratings.n_raters) if ratings.n_raters else ""
    said = words["based"].format(votes=_count(ratings.n_votes), raters=raters)
    return f"{said} {words['excluded'].format(n=ratings.excluded)}" if ratings.excluded else said


def _leaderboard(ratings: Ratings, language: Language) -> list[str]:
    words, rows = TEXTS[language], []
    with_quasi = any(row.quasi_se is not None for row in ratings.contestants)
    quantile = NormalDist().inv_cdf((1 + ratings.level) / 2)
    for row in ratings.contestants:
        interval = "" if row.lower is None or row.upper is None else f"{row.lower:.0f} – {row.upper:.0f}"
        ranks = "" if row.rank_lower is None else f"{row.rank_lower} – {row.rank_upper}"
        rating = "" if row.rating is None else f"{row.rating:.0f}"
        totals = (row.wins, row.losses, row.ties, row.battles)
        quasi = "" if row.quasi_se is None else f"{quantile * ELO * row.quasi_se:.0f}"
        alone = (quasi,) if with_quasi else ()
        rows.append((str(row.rank or ""), row.name, rating, interval, *alone, ranks, *map(_count, totals)))
    columns = words["columns"].split("|")
    if not with_quasi:
        return [_table(columns, rows, "ranked")]
    columns.insert(_AFTER_INTERVAL, words["quasi"])
    return [_table(columns, rows, "ranked"), f'<p class="muted">{html.escape(words["quasi_caption"])}</p>']


def _firmness(material: Material, language: Language) -> list[str]:
    """How little would change the result, and whether raters agree."""
    words = TEXTS[language]
    said = [*_fragile(material, words)] if material.fragility else []
    agreement = material.agreement
    if agreement is not None and agreement.alpha is not None:
        said.append(
            words["agreement"].format(alpha=f"{agreement.alpha:.2f}", items=agreement.items, votes=agreement.votes)
        )
    if not said:
        return []
    return [f"<h2>{html.escape(words['firm'])}</h2>", *(f"<p>{html.escape(text)}</p>" for text in said)]


def _fragile(material: Material, words: Mapping[str, str]) -> Iterator[str]:
    found, counts = material.fragility, material.counts
    if found is None:
        return
    names = {"first": found.first, "second": found.second}
    clarity = "blurred" if found.clear else "cleared"
    sums = [(found.votes_first, found.votes_clarity, _count(counts.n_votes), "of_votes")]
    if counts.n_raters:
        sums.append((found.raters_first, found.raters_clarity, str(counts.n_raters), "of_raters"))
    for to_turn, to_change, everybody, unit in sums:
        removed = [words[unit].format(n=n, all=everybody) if n is not None else None for n in (to_turn, to_change)]
        turned, changed = (
            words[kind].format(removed=without, **names) if without else words[f"never_{kind}"].format(**names)
            for kind, without in zip(("turned", clarity), removed, strict=True)
        )
        yield words[f"{unit}_said"].format(turned=turned, changed=changed)


def _figures(material: Material, language: Language) -> list[str]:
    words, ratings, counts = TEXTS[language], material.ratings, material.counts
    order = tuple(row.name for row in ratings.contestants)
    grid = matrices(counts, order)
    drawn = [
        ("forest", plots.draw_forest(plots.forest_of(ratings), words["forest"])),
        ("wins", plots.draw_heat(plots.win_heat_of(grid), words["wins"])),
        ("battles", plots.draw_heat(plots.battle_heat_of(grid), words["battles"])),
        ("bias", plots.draw_forest(plots.bias_of([(words["left"], position_bias(counts))]), words["bias"])),
    ]
    if material.days is not None and len(material.days):
        drawn.append(("time", plots.draw_bars(votes_per_day(material.days), words["time"])))
    figures = [_figure(words[name], svg, words[f"{name}_caption"]) for name, svg in drawn]
    return [*figures, _rates_table(material, language)]


def _figure(title: str, svg: str, caption: str) -> str:
    said = f"<figcaption>{html.escape(caption)}</figcaption>"
    return f'<figure><h2>{html.escape(title)}</h2><div class="wide">{svg}</div>{said}</figure>'


def votes_per_day(days: pd.Series) -> plots.Bars:
    """Votes of each day from the first to the last, days without votes among them."""
    per_day = pd.to_datetime(days).dt.normalize().value_counts().sort_index().asfreq("D", fill_value=0)
    return plots.Bars(tuple(str(day.date()) for day in per_day.index), tuple(map(float, per_day)))


def _rates_table(material: Material, language: Language) -> str:
    words = TEXTS[language]
    rates = contestant_rates(material.counts, material.leaks, material.errors)
    columns = words["rate_columns"].split("|")
    rows = [[rate.name, _share(rate.ties), _share(rate.both_bad)] for rate in rates]
    if material.leaks is not None and material.errors is not None:
        columns += words["answer_columns"].split("|")
        for row, rate in zip(rows, rates, strict=True):
            row += [_share(found) if found else "" for found in (rate.leaks, rate.errors)]
    return f"<h2>{words['rates']}</h2>{_table(columns, rows, 'named')}"


def _style_table(ratings: Ratings, language: Language) -> list[str]:
    terms = [term for term in (ratings.position, ratings.tie, *ratings.features) if term is not None]
    if not terms:
        return []
    words = TEXTS[language]
    rows = [
        (term.name, f"{term.estimate:.3f}", "" if term.lower is None else f"{term.lower:.3f} – {term.upper:.3f}")
        for term in terms
    ]
    return [f"<h2>{words['style']}</h2>", _table(words["style_columns"].split("|"), rows, "named")]


def _methods(material: Material, language: Language) -> list[str]:
    words, ratings = TEXTS[language], material.ratings
    dropped = ratings.method is Method.BT and material.ties is Ties.DROP
    likelihood = words["none"] if ratings.log_likelihood is None else f"{ratings.log_likelihood:.3f}"
    made = words["made"].format(
        gauge=ratings.gauge, ll=likelihood, converged=words["yes" if ratings.converged else "no"], seed=ratings.seed
    )
    said = [
        words["method_bt_drop" if dropped else f"method_{ratings.method.value}"],
        words[f"ci_{ratings.ci.value}"],
        words["ranks"],
        words["limits"],
        made,
    ]
    return [f"<h2>{words['methods']}</h2>", *(f"<p>{html.escape(text)}</p>" for text in said)]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]], kind: str) -> str:
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _share(found: Proportion) -> str:
    if found.estimate is None:
        return ""
    return f"{100 * found.estimate:.1f}% ({100 * found.lower:.1f} – {100 * found.upper:.1f})"


def _count(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
