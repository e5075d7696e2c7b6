"""The published study's figures, computed again, as a page: each claim with what it can and cannot carry."""

from __future__ import annotations

from arena.analysis.plots import draw_forest
from arena.study import page
from arena.study.claims import claims, headings
from arena.study.pictures import Line, forest, methods_of, power_curve
from arena.study.published import PREFERENCES, Published, Recreated
from arena.study.report_text import TEXTS
from arena.study.wording import p_value, percent, point_bounds


def render(totals: Published, found: Recreated, language: str = "en") -> str:
    """The page, in `en` or `zh`."""
    words = TEXTS[language]
    low, high = map(percent, found.preference.clopper_pearson)
    finding = words["re_finding"].format(
        k=found.preference.k,
        n=found.preference.n,
        winner=totals.winner_display,
        p=p_value(found.preference.p_binomial),
        low=low,
        high=high,
        holm=p_value(found.holm.preference),
    )
    told = [(c.question, c.published, c.computed, c.carries) for c in claims(totals, found, language)]
    shares = draw_forest(forest(methods_of(found.preference), 50.0), words["primary"])
    body = [
        page.title(words["re_title"], []),
        page.paragraph(finding, "finding"),
        page.paragraph(totals.source[language], "muted"),
        page.heading(words["re_claims"]),
        page.table(headings(language), told, kind="prose"),
        page.figure(shares, words["re_share_caption"].format(winner=totals.winner_display)),
        *_splits(totals, found, language),
        *_power(found, language),
    ]
    return page.page(words["re_title"], body, language)


def _splits(totals: Published, found: Recreated, language: str) -> list[str]:
    words = TEXTS[language]
    named = [(words["re_both"].format(n=totals.understood.winner - s.b), s) for s in found.understood.splits]
    rows = [
        (name, str(s.b), str(s.c), p_value(s.p_mcnemar), point_bounds(s.newcombe), point_bounds(s.tango))
        for name, s in named
    ]
    difference = (totals.understood.winner - totals.understood.loser) / totals.participants
    lines: list[Line] = [
        (f"{s.b} : {s.c} ({method})", difference, bounds)
        for _, s in named
        for method, bounds in (("Newcombe", s.newcombe), ("Tango", s.tango))
    ]
    columns = words["re_splits_columns"].format(winner=totals.winner_display, loser=totals.loser_display)
    return [
        page.heading(words["re_splits"]),
        page.table(columns.split("|"), rows),
        page.figure(draw_forest(forest(lines, 0.0), words["re_splits"]), words["re_splits_caption"]),
    ]


def _power(found: Recreated, language: str) -> list[str]:
    words, n = TEXTS[language], found.preference.n
    rows = [
        (percent(float(p)), percent(found.power.n12[p]), *(str(found.power.needed[p][of]) for of in ("80", "90")))
        for p in PREFERENCES
    ]
    return [
        page.heading(words["re_power"]),
        page.table(words["power_columns"].format(n=n).split("|"), rows),
        page.figure(power_curve(n, words), words["power_caption"].format(n=n)),
    ]
