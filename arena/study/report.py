"""A study's report as one self-contained HTML page, in the form that CONSORT asks of crossover trials."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from arena.analysis.results import ELO
from arena.study import page
from arena.study.figures import figures
from arena.study.limitations import LEVEL, limitations
from arena.study.pictures import differences, flow, power_curve, rows, shares
from arena.study.published import PREFERENCES, Totals, published
from arena.study.report_text import TEXTS
from arena.study.results import Figures, Guesses, Spread, Talk
from arena.study.wording import (
    NONE,
    elo,
    elo_bounds,
    of,
    p_value,
    percent,
    percents,
    point_bounds,
    points,
    spread,
)
from arena.study_models import Protocol, QuestionKind, Role, StudyRecord, StudySource, StudyState


@dataclass(frozen=True, slots=True)
class Material:
    """What every section is written from. `badge` is what must be said at every heading."""

    record: StudyRecord
    found: Figures
    language: str
    badge: str

    @property
    def words(self) -> Mapping[str, str]:
        """The report's words."""
        return TEXTS[self.language]

    @property
    def protocol(self) -> Protocol:
        """What the study was laid down as."""
        return self.record.study.protocol

    def say(self, name: str, **said: object) -> str:
        """A text with the contestants' names and more put in."""
        return self.words[name].format(**{"focus": self.found.focus, "other": self.found.other, **said})

    def heading(self, name: str) -> str:
        """A section's heading."""
        return page.heading(self.words[name], self.badge)

    def asked(self, question: str) -> str:
        """The wording of a question."""
        text = next(q.text for q in self.protocol.questions if q.id == question)
        return in_language(text, self.language)


def render(record: StudyRecord, language: str = "en") -> str:
    """The page, in `en` or `zh`; all its figures are `figures(record)`."""
    found = figures(record)
    labels = _labels(found)
    words = TEXTS[language]
    material = Material(record, found, language, " · ".join(words[f"{name}_short"] for name in labels))
    title = in_language(record.study.protocol.title, language)
    marked = f"{title} ({material.badge})" if material.badge else title
    body = [
        page.title(title, [words[name] for name in labels]),
        page.paragraph(finding(found, language), "finding"),
        *(part for section in SECTIONS for part in section(material)),
    ]
    return page.page(marked, body, language)


def finding(found: Figures, language: str) -> str:
    """The result in a sentence or two, with its uncertainty."""
    words, primary = TEXTS[language], found.full.primary
    if primary.result is None:
        return words["nobody"]
    return words["clear" if primary.p <= LEVEL else "unclear"].format(
        k=primary.k,
        n=primary.n,
        share=percent(primary.result.share),
        interval=percents(primary.result.clopper_pearson),
        focus=found.focus,
        other=found.other,
        test=words["gart" if primary.unbalanced else "binomial"],
        p=p_value(primary.p),
    )


def in_language(text: Mapping[str, str], language: str) -> str:
    """A text of the protocol in this language, else in any that it has."""
    return text.get(language) or next(iter(text.values()), "")


def _labels(found: Figures) -> list[str]:
    """What must be said of the whole report."""
    labels = [] if found.source == StudySource.PARTICIPANTS else [found.source]
    return labels + ["early"] * found.closed_early + ["open"] * (found.state == StudyState.OPEN)


def _answers(m: Material) -> list[str]:
    """The published table's form, with our figures beside the published ones."""
    then, primary = published(), m.found.full.primary
    beside = {
        QuestionKind.YES_NO: _people(then.understood, then.participants),
        QuestionKind.YES_NO_PHRASE: _mentions(m, then.ai_tone),
    }
    kinds = {question.id: question.kind for question in m.protocol.questions}
    lines = [
        (
            m.asked(q.id),
            of(primary.k, primary.n),
            of(primary.n - primary.k, primary.n),
            *_people(then.preference, then.participants),
        )
        for q in m.protocol.with_role(Role.PRIMARY)[:1]
    ]
    lines += [
        (
            m.asked(s.question),
            of(s.both + s.b, s.n),
            of(s.both + s.c, s.n),
            *beside.get(kinds[s.question], (NONE, NONE)),
        )
        for s in m.found.full.secondaries
    ]
    columns = m.say("table_columns", winner=then.winner, loser=then.loser).split("|")
    return [m.heading("table"), page.table(columns, lines, m.words["table_caption"])]


def _people(said: Totals, n: int) -> tuple[str, str]:
    return of(said.winner, n), of(said.loser, n)


def _mentions(m: Material, said: Totals) -> tuple[str, str]:
    return m.say("mentions", n=said.winner), m.say("mentions", n=said.loser)


def _flow(m: Material) -> list[str]:
    return [m.heading("flow"), page.figure(flow(m.found, m.words), m.words["flow_caption"])]


def _preference(m: Material) -> list[str]:
    primary, result = m.found.full.primary, m.found.full.primary.result
    if result is None:
        return []
    main = "p_gart" if primary.unbalanced else "p_binomial"
    tests = {"p_binomial": result.p_binomial, "p_gart": primary.by_sequence}
    lines = [
        (m.say("share_cp"), percent(result.share), percents(result.clopper_pearson)),
        (m.say("share_wilson"), "", percents(result.wilson)),
        (m.say("share_jeffreys"), "", percents(result.jeffreys)),
        (m.words["elo_wald"], elo(result.elo), elo_bounds(result.elo_wald)),
        (m.words["elo_profile"], elo(result.elo), elo_bounds(result.elo_profile)),
        (m.words["elo_firth"], elo(ELO * result.log_odds_firth), elo_bounds(result.elo_firth_profile)),
        *(
            (m.say("is_primary", what=m.words[name]) if name == main else m.words[name], p_value(p), "")
            for name, p in tests.items()
        ),
        (m.words["posterior"], f"{result.p_gt_half:.3f}", ""),
        (m.words["evalue"], f"{primary.evalue:.2g}", ""),
    ]
    return [
        m.heading("primary"),
        page.table(m.words["primary_columns"].split("|"), lines),
        *([page.paragraph(m.words["unbalanced"])] if primary.unbalanced else []),
        page.paragraph(m.words["evalue_note"], "muted"),
        page.figure(shares(m.found, m.words), m.say("primary_caption")),
    ]


def _secondaries(m: Material) -> list[str]:
    found = m.found.full.secondaries
    if not found:
        return []
    kept = {s.question: s for s in m.found.per_protocol.secondaries}
    lines = [
        (
            f"{number}. {m.asked(s.question)}",
            *map(str, (s.both, s.b, s.c, s.neither, s.missing)),
            *map(p_value, (s.p, s.p_holm, kept[s.question].p, s.p_worst)),
        )
        for number, s in enumerate(found, start=1)
    ]
    return [
        m.heading("secondary"),
        page.table(m.say("secondary_columns").split("|"), lines, m.words["secondary_caption"], kind="asked"),
        page.figure(differences(m.found, _numbered(m), m.words), m.say("difference_caption")),
    ]


def _numbered(m: Material) -> list[str]:
    """The secondaries as plots name them, whose questions are too long for a label: by their numbers in the table."""
    return [m.say("question_n", n=number) for number, _ in enumerate(m.found.full.secondaries, start=1)]


def _sets(m: Material) -> list[str]:
    full, kept, worst = m.found.full.primary, m.found.per_protocol.primary, m.found.worst
    lines = [
        (m.words["set_full"], str(full.n), of(full.k, full.n), p_value(full.p)),
        (m.say("set_protocol", turns=m.protocol.minimum_turns), str(kept.n), of(kept.k, kept.n), p_value(kept.p)),
        (m.say("set_worst", missing=worst.missing), str(worst.n), of(worst.k, worst.n), p_value(worst.p)),
    ]
    return [m.heading("sets"), page.table(m.say("sets_columns").split("|"), lines)]


def _order(m: Material) -> list[str]:
    order = m.found.order
    lines = [
        (name, *map(str, (*who, *when)))
        for name, who, when in (("AB", order.ab, order.ab_periods), ("BA", order.ba, order.ba_periods))
    ]
    return [
        m.heading("order"),
        page.table(m.say("order_columns").split("|"), lines),
        page.paragraph(m.say("order_p", p=p_value(order.p_order), gart=p_value(order.p_by_sequence))),
        page.paragraph(m.words["carry"]),
    ]


def _blinding(m: Material) -> list[str]:
    found = m.found.blinding
    if found is None:
        return [m.heading("blinding"), page.paragraph(m.words["unasked"])]
    lines = [_guesses(m.words["everybody"], found.all), _guesses("AB", found.ab), _guesses("BA", found.ba)]
    said = m.say("blinding_note", n=found.wrong_with_preference, k=found.wrong_prefer_focus)
    return [m.heading("blinding"), page.table(m.words["blinding_columns"].split("|"), lines), page.paragraph(said)]


def _guesses(name: str, found: Guesses) -> tuple[str, ...]:
    counts = map(str, (found.correct, found.wrong, found.dont_know, found.missing))
    index = f"{points(found.index)} ({point_bounds(found.tango)})" if found.n else NONE
    return (name, *counts, index, p_value(found.p))


def _quotes(m: Material) -> list[str]:
    parts = [m.heading("quotes"), page.paragraph(m.words["quotes_note" if m.found.quotes else "no_quotes"], "muted")]
    for name in m.found.contestants:
        said = [quote for quote in m.found.quotes if quote.contestant == name]
        if said:
            parts.append(page.paragraph(name))
            parts += [page.quote(m.say("quote", phrase=quote.phrase, n=quote.people)) for quote in said]
    return parts


def _talk(m: Material) -> list[str]:
    if not m.found.recorded:
        return [m.heading("talk"), page.paragraph(m.words["unrecorded"])]
    lines = [_measures(m.say("period", n=talk.period), talk) for talk in m.found.by_period]
    lines += [_measures(talk.contestant, talk) for talk in m.found.by_contestant]
    return [m.heading("talk"), page.table(m.words["talk_columns"].split("|"), lines, m.words["talk_caption"])]


def _measures(name: str, talk: Talk) -> tuple[str, ...]:
    measured = map(spread, (talk.turns, talk.prompt_chars, talk.answer_chars, _minutes(talk.active_s)))
    return (name, *measured, str(talk.failures), str(talk.leaks))


def _minutes(seconds: Spread) -> Spread:
    median, low, high = (None if s is None else round(s / 60, 1) for s in (seconds.median, seconds.low, seconds.high))
    return Spread(n=seconds.n, median=median, low=low, high=high)


def _firmness(m: Material) -> list[str]:
    found, sizes = m.found.full, m.found.sizes
    verdicts = [(m.words["primary"], found.primary.changes)]
    verdicts += [(m.asked(s.question), s.changes) for s in found.secondaries]
    said = [m.say("no_changes" if n is None else "changes", what=what, n=n) for what, n in verdicts]
    lines = [
        (percent(float(p)), percent(sizes.power[p]), str(sizes.needed[p]["80"]), str(sizes.needed[p]["90"]))
        for p in PREFERENCES
    ]
    return [
        m.heading("fragility"),
        page.bullets(said),
        page.table(m.say("power_columns", n=sizes.n).split("|"), lines),
        page.figure(power_curve(sizes.n, m.words), m.say("power_caption", n=sizes.n)),
        page.paragraph(
            m.say(
                "narrow", narrow=sizes.narrow, two=sizes.each["2"], four=sizes.each["4"], correlation=sizes.correlation
            )
        ),
    ]


def _rows(m: Material) -> list[str]:
    a, b = m.found.contestants
    caption = m.say("rows_caption", a=f"A = {a}", b=f"B = {b}")
    return [m.heading("rows"), page.figure(rows(m.found, _numbered(m), m.words), caption)]


def _limits(m: Material) -> list[str]:
    return [m.heading("limits"), page.bullets(limitations(m.found, m.protocol.pacing, m.language))]


def _methods(m: Material) -> list[str]:
    protocol, study = m.protocol, m.record.study
    pacing = m.say(f"pacing_{protocol.pacing.value}", first=protocol.first_text_s, speed=protocol.chars_per_s)
    design = m.say(
        "design",
        minutes=round(protocol.period_s / 60, 1),
        turns=protocol.minimum_turns,
        pacing=pacing,
        study=study.id,
        created=f"{study.created_at:%Y-%m-%d}",
        closed=f"{study.closed_at:%Y-%m-%d}" if study.closed_at else m.words["not_closed"],
    )
    asked = [
        (
            in_language(q.text, m.language),
            *(m.words[name] for name in (f"kind_{q.kind}", f"moment_{q.moment}", f"role_{q.role}")),
        )
        for q in protocol.questions
    ]
    plan = in_language(protocol.analysis_plan, m.language)
    return [
        m.heading("methods"),
        page.paragraph(m.words["methods_text"]),
        page.paragraph(design),
        *([page.heading(m.words["plan"]), page.paragraph(plan)] if plan else []),
        page.paragraph(m.say("hash", hash=study.protocol_hash), "hash"),
        page.heading(m.words["questions"]),
        page.table(m.words["questions_columns"].split("|"), asked, kind="prose"),
    ]


SECTIONS: tuple[Callable[[Material], list[str]], ...] = (
    _answers,
    _flow,
    _preference,
    _secondaries,
    _sets,
    _order,
    _blinding,
    _quotes,
    _talk,
    _firmness,
    _rows,
    _limits,
    _methods,
)
