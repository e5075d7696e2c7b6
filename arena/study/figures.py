"""The analysis of a study: a pure function of its record. docs/study-methods.md says what each figure means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import median

from arena import study_models
from arena.analysis import changes
from arena.analysis.evalue import evalue
from arena.analysis.exact import binomial, fisher, mainland_gart, mcnemar
from arena.analysis.holm import holm
from arena.analysis.paired import newcombe, tango
from arena.analysis.power import critical, needed_for_width
from arena.study.people import GONE, Guess, Person, is_compared, people
from arena.study.preference import ends, preference
from arena.study.published import powers
from arena.study.results import (
    AnalysisSet,
    Blinding,
    Figures,
    Flow,
    Guesses,
    Order,
    Primary,
    Quote,
    Secondary,
    Sizes,
    Spread,
    Talk,
    WorstCase,
)
from arena.study_models import (
    ParticipantState,
    QuestionKind,
    Role,
    StudyRecord,
)

AB, BA = study_models.Sequence.AB, study_models.Sequence.BA
WIDTH = 0.2
"""Of an interval that would settle the size of a preference well enough: ten points either way."""
CORRELATION = 0.5
"""Assumed between two answers of one person; one answer each cannot tell it."""


def figures(record: StudyRecord) -> Figures:
    """All figures of a study, also of one in which nobody got far."""
    study, everybody = record.study, people(record)
    focus = _focus(everybody)
    here = [person for person in everybody if person.here]
    questions = tuple(q.id for q in study.protocol.with_role(Role.SECONDARY) if is_compared(q))
    full = [person for person in everybody if person.full]
    whole = analyse(full, focus, questions)
    return Figures(
        study=study.id,
        source=study.source.value,
        state=study.state.value,
        closed_early=study.closed_early,
        protocol_hash=study.protocol_hash,
        contestants=study.protocol.contestants,
        focus=study.protocol.contestants[focus],
        other=study.protocol.contestants[1 - focus],
        flow=_flow(everybody, study.protocol.participants),
        flow_ab=_flow([p for p in everybody if p.sequence is AB], study.protocol.participants // 2),
        flow_ba=_flow([p for p in everybody if p.sequence is BA], study.protocol.participants // 2),
        full=whole,
        per_protocol=analyse([p for p in everybody if p.per_protocol], focus, questions),
        worst=_worst(here, focus),
        order=_order(full, focus),
        blinding=_blinding(full, focus) if study.protocol.question(Role.BLINDING) else None,
        quotes=_quotes(record),
        by_period=tuple(_talk(here, period=period) for period in (1, 2)),
        by_contestant=tuple(_talk(here, contestant=name) for name in study.protocol.contestants),
        recorded=any(f.turns or f.active_s is not None for person in here for f in person.periods),
        languages=dict(sorted(Counter(p.language for p in full).items())),
        sizes=_sizes(whole.primary),
        people=everybody,
    )


def analyse(chosen: Sequence[Person], focus: int, questions: Sequence[str]) -> AnalysisSet:
    """Primary and secondaries over one set of people, Holm's adjustment over the secondaries."""
    found = [_secondary(question, chosen, focus) for question in questions]
    adjusted = holm([secondary.p for secondary in found])
    return AnalysisSet(
        people=tuple(person.label for person in chosen),
        primary=_primary(chosen, focus),
        secondaries=tuple(replace(secondary, p_holm=p) for secondary, p in zip(found, adjusted, strict=True)),
    )


def _focus(everybody: Iterable[Person]) -> int:
    votes = Counter(person.prefers for person in everybody if person.full)
    return 1 if votes[1] > votes[0] else 0


def _flow(everybody: Sequence[Person], places: int) -> Flow:
    def count(test: Callable[[Person], bool]) -> int:
        return sum(map(test, everybody))

    return Flow(
        places=places,
        invited=len(everybody),
        consented=count(lambda p: p.sequence is not None),
        began_first=count(lambda p: 1 in p.begun),
        began_second=count(lambda p: 2 in p.begun),
        answered_primary=count(lambda p: p.prefers is not None),
        completed=count(lambda p: p.state is ParticipantState.COMPLETED),
        full=count(lambda p: p.full),
        per_protocol=count(lambda p: p.per_protocol),
        withdrawn=count(lambda p: p.state is ParticipantState.WITHDRAWN),
        replaced=count(lambda p: p.state is ParticipantState.REPLACED),
    )


def _primary(chosen: Sequence[Person], focus: int) -> Primary:
    n, k = len(chosen), sum(person.prefers == focus for person in chosen)
    order = _order(chosen, focus)
    sizes = (sum(order.ab), sum(order.ba))
    unbalanced = max(sizes) > 2 * min(sizes)  # less balanced than 8 : 4
    changed = changes.of_sequences(order.ab_periods, order.ba_periods) if unbalanced else changes.of_preference(k, n)
    return Primary(
        n=n,
        k=k,
        result=preference(k, n) if n else None,
        evalue=evalue(k, n),
        p=order.p_by_sequence if unbalanced else binomial(k, n),
        by_sequence=order.p_by_sequence,
        unbalanced=unbalanced,
        changes=changed,
    )


def _secondary(question: str, chosen: Sequence[Person], focus: int) -> Secondary:
    said = [(person.said[question][focus], person.said[question][1 - focus]) for person in chosen]
    table = Counter(pair for pair in said if None not in pair)
    both, b, c = table[True, True], table[True, False], table[False, True]
    n = table.total()
    score, added = tango(b, c, n), newcombe(both, b, c, n)
    return Secondary(
        question=question,
        n=n,
        both=both,
        b=b,
        c=c,
        neither=table[False, False],
        missing=len(said) - n,
        p=mcnemar(b, c),
        p_holm=1.0,
        p_worst=_worst_pairs(said, b, c),
        difference=added.estimate,
        newcombe=ends(added),
        tango=ends(score),
        changes=changes.of_pairs(b, c, n),
    )


def _worst_pairs(said: Sequence[tuple[bool | None, bool | None]], b: int, c: int) -> float:
    """P with every missing answer against the difference that was found."""
    up = b >= c
    filled = Counter((not up if f is None else f, up if o is None else o) for f, o in said)
    return mcnemar(filled[True, False], filled[False, True])


def _worst(here: Sequence[Person], focus: int) -> WorstCase:
    begun = [person for person in here if person.begun]
    k = sum(person.prefers == focus for person in begun)
    missing = sum(person.prefers is None for person in begun)
    return WorstCase(n=len(begun), k=k, missing=missing, p=binomial(k, len(begun)))


def _order(chosen: Sequence[Person], focus: int) -> Order:
    who = Counter((person.sequence, person.prefers == focus) for person in chosen)
    when = Counter((person.sequence, person.prefers_period) for person in chosen)
    ab, ba = ((who[sequence, True], who[sequence, False]) for sequence in (AB, BA))
    ab_periods, ba_periods = ((when[sequence, 1], when[sequence, 2]) for sequence in (AB, BA))
    return Order(
        ab=ab,
        ba=ba,
        ab_periods=ab_periods,
        ba_periods=ba_periods,
        p_order=fisher(*ab, *ba),
        p_by_sequence=mainland_gart(ab_periods, ba_periods),
    )


def _blinding(full: Sequence[Person], focus: int) -> Blinding:
    wrong = [person for person in full if person.guess is Guess.WRONG]
    return Blinding(
        all=_guesses(full),
        ab=_guesses([p for p in full if p.sequence is AB]),
        ba=_guesses([p for p in full if p.sequence is BA]),
        wrong_prefer_focus=sum(person.prefers == focus for person in wrong),
        wrong_with_preference=len(wrong),
    )


def _guesses(chosen: Sequence[Person]) -> Guesses:
    found = Counter(person.guess for person in chosen)
    correct, wrong = found[Guess.CORRECT], found[Guess.WRONG]
    n = correct + wrong + found[Guess.DONT_KNOW]
    score = tango(correct, wrong, n)
    return Guesses(
        n=n,
        correct=correct,
        wrong=wrong,
        dont_know=found[Guess.DONT_KNOW],
        missing=found[None],
        index=score.estimate,
        tango=ends(score),
        p=binomial(correct, correct + wrong),
    )


def _quotes(record: StudyRecord) -> tuple[Quote, ...]:
    """Phrases, alike but for case and blanks counted together, by contestant, most often quoted first."""
    asked = [q.id for q in record.study.protocol.questions if q.kind is QuestionKind.YES_NO_PHRASE]
    seen: dict[tuple[str, str, str], tuple[str, set[str]]] = {}
    for sheet in record.sheets:
        for said in sheet.responses if sheet.state not in GONE else ():
            phrase = " ".join(said.phrase.split())
            if said.question in asked and phrase and sheet.sequence is not None:
                who = record.study.protocol.contestants[sheet.sequence.contestant(said.period)]
                seen.setdefault((said.question, who, phrase.casefold()), (phrase, set()))[1].add(sheet.participant)
    found = [
        Quote(question=question, contestant=who, phrase=phrase, people=len(by))
        for (question, who, _), (phrase, by) in seen.items()
    ]
    return tuple(sorted(found, key=lambda quote: (quote.question, quote.contestant, -quote.people)))


def _talk(here: Sequence[Person], *, period: int = 0, contestant: str = "") -> Talk:
    """Of one period (with whomever) or of one contestant (in whichever period)."""
    begun = [f for person in here for f in person.periods if f.period in person.begun]
    found = [f for f in begun if f.period == period or f.contestant == contestant]
    return Talk(
        period=period,
        contestant=contestant,
        turns=_spread(f.turns for f in found),
        prompt_chars=_spread(f.prompt_chars for f in found),
        answer_chars=_spread(f.answer_chars for f in found),
        active_s=_spread(f.active_s for f in found if f.active_s is not None),
        failures=sum(f.failures for f in found),
        leaks=sum(f.leaked for f in found),
    )


def _spread(values: Iterable[float]) -> Spread:
    found = sorted(values)
    if not found:
        return Spread(n=0, median=None, low=None, high=None)
    return Spread(n=len(found), median=float(median(found)), low=found[0], high=found[-1])


def _sizes(primary: Primary) -> Sizes:
    n, share = primary.n, primary.k / primary.n if primary.n else 0.5
    told, narrow, least = powers(n), needed_for_width(share, WIDTH), critical(n)
    each = {str(m): -int(-narrow * (1 + (m - 1) * CORRELATION) // m) for m in (1, 2, 4)}
    return Sizes(
        n=n,
        critical=least if least <= n else None,
        power=told.n12,
        needed=told.needed,
        narrow=narrow,
        correlation=CORRELATION,
        each=each,
    )
