"""What a study cannot carry, in plain words, each sentence there because the data ask for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from arena.study.report_text import TEXTS
from arena.study.results import Figures
from arena.study.wording import p_value, percent
from arena.study_models import StudyPacing, StudySource, StudyState

LEVEL = 0.05


def limitations(found: Figures, pacing: StudyPacing, language: str) -> tuple[str, ...]:
    """The sentences, most important first."""
    words = TEXTS[language]
    return tuple(
        words[name].format(**said)
        for part in (_where_from(found), _size(found), _people(found), _blindness(found), _conduct(found, pacing))
        for name, said in part
    )


Said = Iterator[tuple[str, Mapping[str, object]]]


def _where_from(found: Figures) -> Said:
    if found.source == StudySource.SIMULATED:
        yield "lim_simulated", {}
    if found.source == StudySource.RECONSTRUCTED:
        yield "lim_reconstructed", {}
    if found.closed_early:
        yield "lim_early", {}
    if found.state == StudyState.OPEN:
        yield "lim_open", {}


def _size(found: Figures) -> Said:
    primary, sizes = found.full.primary, found.sizes
    if sizes.critical is None:
        yield "lim_size_none", {"n": sizes.n}
    else:
        yield "lim_size", {"n": sizes.n, "critical": sizes.critical, "power": percent(sizes.power["0.70"])}
    if primary.n and primary.p > LEVEL:
        yield "lim_null", {}
    if primary.changes is not None and primary.changes <= 2:
        yield "lim_fragile", {"n": primary.changes}


def _people(found: Figures) -> Said:
    worst, flow, whole, kept = found.worst, found.flow, found.full.primary, found.per_protocol.primary
    if worst.missing:
        yield "lim_missing", {"n": worst.missing, "p": p_value(worst.p)}
    if gone := flow.withdrawn + flow.replaced:
        yield "lim_gone", {"n": gone}
    if kept.n < whole.n:
        yield "lim_small_protocol", {"n": whole.n - kept.n}
    if kept.n and (kept.p <= LEVEL) != (whole.p <= LEVEL):
        yield "lim_protocol", {"k": kept.k, "n": kept.n, "p": p_value(kept.p)}
    ab, ba = sum(found.order.ab), sum(found.order.ba)
    if abs(ab - ba) > 1:
        yield "lim_unbalanced", {"ab": ab, "ba": ba}
    if found.order.p_order <= LEVEL:
        yield "lim_order", {"p": p_value(found.order.p_order)}


def _blindness(found: Figures) -> Said:
    guesses = found.blinding.all if found.blinding else None
    if guesses is None or guesses.correct + guesses.wrong == 0:
        yield "lim_blind_unknown", {}
    elif guesses.tango[0] > 0 or (guesses.p <= LEVEL and guesses.correct > guesses.wrong):
        yield "lim_seen", {"correct": guesses.correct, "wrong": guesses.wrong}


def _conduct(found: Figures, pacing: StudyPacing) -> Said:
    if failures := sum(talk.failures for talk in found.by_period):
        yield "lim_failures", {"n": failures}
    if leaks := sum(talk.leaks for talk in found.by_period):
        yield "lim_leaks", {"n": leaks}
    if found.source != StudySource.RECONSTRUCTED:
        yield ("lim_natural" if pacing is StudyPacing.NATURAL else "lim_fixed"), {}
    yield "lim_carry", {}
    spoken = ", ".join(f"{language or '?'} {n}" for language, n in found.languages.items())
    yield "lim_scope", {"languages": spoken or "–"}
