"""From an estimate and its uncertainty to the rows, terms and warnings of a leaderboard."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from arena.analysis.arrays import Floats, Ints
from arena.analysis.counts import BOTH_BAD, Counts, scores
from arena.analysis.covariance import Variance
from arena.analysis.design import POSITION, Design
from arena.analysis.estimation import Estimation
from arena.analysis.family import Family
from arena.analysis.intervals import Uncertainty
from arena.analysis.quasi import quasi_variances
from arena.analysis.ranks import rank_sets
from arena.analysis.results import Ci, Lead, Method, Options, Rated, Ratings, Term, Ties, elo, number
from arena.errors import DataError


def tabulate(
    counts: Counts, design: Design, found: Estimation, uncertainty: Uncertainty | None, options: Options
) -> Ratings:
    """Say an estimate as ratings."""
    fit = found.fit
    terms = {name: design.size + k for k, name in enumerate(design.term_names)}
    if design.family is Family.DAVIDSON:
        terms["log_nu"] = design.parameters - 1
    said = {name: _term(name, place, fit.beta, uncertainty, options.level) for name, place in terms.items()}
    return Ratings(
        contestants=_contestants(counts, design, found, uncertainty, options),
        position=said.get(POSITION),
        tie=said.get("log_nu"),
        features=tuple(said[name] for name in design.term_names if name != POSITION),
        method=options.method,
        ci=options.ci or Ci.NONE,
        gauge=f"anchor: {options.anchor}" if options.anchor else "sum-zero",
        n_votes=float(design.votes.sum()),
        n_raters=counts.n_raters,
        both_bad=float(counts.n[counts.outcome == BOTH_BAD].sum()),
        excluded=counts.excluded,
        log_likelihood=fit.log_likelihood,
        converged=fit.converged,
        separated=bool(found.separated),
        iterations=fit.iterations,
        seed=options.seed,
        level=options.level,
        lead=_lead(counts, found, uncertainty, options.level),
        components=len(np.unique(found.labels)),
        infinite_replicates=uncertainty.replicates.infinite if uncertainty and uncertainty.replicates else 0,
        warnings=_warnings(counts, design, found, uncertainty, options),
    )


def _lead(counts: Counts, found: Estimation, uncertainty: Uncertainty | None, level: float) -> Lead | None:
    """The difference between the first two of the largest component."""
    main = found.labels == np.bincount(found.labels).argmax()
    order = np.argsort(-np.where(main, found.fit.beta[: main.size], -np.inf), kind="stable")
    if main.sum() < 2:
        return None
    contrast = np.zeros((1, found.fit.beta.size))
    contrast[0, order[0]], contrast[0, order[1]] = 1, -1
    gap = contrast @ found.fit.beta
    said = Lead(first=counts.names[order[0]], second=counts.names[order[1]], gap=float(gap[0]))
    if uncertainty is None:
        return said
    bounds = uncertainty.bounds(contrast, gap, level)
    return replace(said, se=number(bounds.se[0]), lower=number(bounds.lower[0]), upper=number(bounds.upper[0]))


def _term(name: str, place: int, beta: Floats, uncertainty: Uncertainty | None, level: float) -> Term:
    said = Term(name=name, estimate=float(beta[place]))
    if uncertainty is None:
        return said
    bounds = uncertainty.bounds(np.eye(beta.size)[[place]], beta[[place]], level)
    return replace(said, se=number(bounds.se[0]), lower=number(bounds.lower[0]), upper=number(bounds.upper[0]))


def _contestants(
    counts: Counts, design: Design, found: Estimation, uncertainty: Uncertainty | None, options: Options
) -> tuple[Rated, ...]:
    contrasts, comparable = _contrasts(counts.names, found.labels, design.parameters, options.anchor)
    estimates = contrasts @ found.fit.beta
    known = uncertainty.bounds(contrasts, estimates, options.level) if uncertainty else None
    rank = _ranks(found.fit.beta[: design.size], found.labels).tolist()
    best, worst = (bound.tolist() for bound in _rank_bounds(design, found, uncertainty, options))
    quasi = _quasi_errors(found.labels, uncertainty) if options.quasi and uncertainty else {}
    wins, losses, ties = (total.tolist() for total in scores(counts))
    values, labels, rows = estimates.tolist(), found.labels.tolist(), []
    for k, name in enumerate(counts.names):
        said = known if comparable[k] else None
        rows.append(
            Rated(
                name=name,
                theta=values[k] if comparable[k] else None,
                se=number(said.se[k]) if said else None,
                df=number(said.df[k]) if said else None,
                rating=elo(values[k]) if comparable[k] else None,
                lower=number(elo(said.lower[k])) if said else None,
                upper=number(elo(said.upper[k])) if said else None,
                rank=rank[k] if comparable[k] else None,
                rank_lower=best[k] if said else None,
                rank_upper=worst[k] if said else None,
                wins=wins[k],
                losses=losses[k],
                ties=ties[k],
                battles=wins[k] + losses[k] + ties[k],
                component=labels[k],
                quasi_se=quasi.get(k),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.theta is None, row.component, -(row.theta or 0.0), row.name)))


def _quasi_errors(labels: Ints, uncertainty: Uncertainty) -> dict[int, float]:
    """Roots of the quasi-variances by contestant, within each component of three or more."""
    matrix = uncertainty.variance.matrix
    said: dict[int, float] = {}
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        block = matrix[np.ix_(members, members)]
        found = quasi_variances(block) if np.isfinite(block).all() else None
        if found is not None:
            # A negative one can come of a covariance far from any sum of two, and has no root.
            said.update((int(k), float(np.sqrt(q))) for k, q in zip(members, found, strict=True) if q >= 0)
    return said


def _ranks(theta: Floats, labels: Ints) -> Ints:
    """Rank of each contestant within its component, equal estimates (but for rounding) sharing the better one."""
    rank = np.empty(theta.size, np.intp)
    theta = np.round(theta, 9)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = 1 + np.searchsorted(np.sort(-theta[members]), -theta[members], side="left")
    return rank


def _contrasts(names: tuple[str, ...], labels: Ints, parameters: int, anchor: str | None) -> tuple[Floats, list[bool]]:
    """Each contestant's log-odds as a contrast, and whether it can be compared with anybody (or with the anchor)."""
    contrasts = np.eye(len(names), parameters)
    company = np.bincount(labels)[labels] > 1
    if anchor is None:
        return contrasts, company.tolist()
    if anchor not in names:
        raise DataError(f"The anchor '{anchor}' has no votes. Expected one of: {', '.join(names)}.")
    base = names.index(anchor)
    contrasts[:, base] -= 1
    return contrasts, (company & (labels == labels[base])).tolist()


def _rank_bounds(
    design: Design, found: Estimation, uncertainty: Uncertainty | None, options: Options
) -> tuple[Ints, Ints]:
    """Rank sets within each component; everything is possible where there is no covariance."""
    best = np.ones(design.size, np.intp)
    worst = np.bincount(found.labels)[found.labels]
    if uncertainty is None or not options.ranks or not np.isfinite(uncertainty.variance.matrix).all():
        return best, worst
    for label in np.unique(found.labels):
        members = np.flatnonzero(found.labels == label)
        if members.size > 1:
            sets = rank_sets(found.fit.beta, uncertainty.variance, members, options.level, options.seed)
            best[members], worst[members] = sets.best, sets.worst
    return best, worst


def _warnings(
    counts: Counts, design: Design, found: Estimation, uncertainty: Uncertainty | None, options: Options
) -> tuple[str, ...]:
    said = []
    parts = len(np.unique(found.labels))
    if parts > 1:
        said.append(
            f"The contestants fall into {parts} groups that never met: ratings and ranks hold within a group only."
        )
    if found.separated:
        said.append("Some contestants won or lost all their comparisons with the others: no finite maximum of the "
                    "likelihood exists, so Firth's penalty was used.")  # fmt: skip
    if not found.fit.converged:
        said.append("The fit did not converge; do not use these figures.")
    dropped = counts.n_votes - float(design.votes.sum())
    if dropped:
        said.append(f"{dropped:g} ties were left out.")
    said.extend(_interval_warnings(counts, design, uncertainty))
    if options.method is Method.BT and options.ties is Ties.HALF and options.ci is Ci.MODEL:
        said.append("Model-based intervals take ties for half a win and votes of one rater for independent.")
    return tuple(said)


def _interval_warnings(counts: Counts, design: Design, uncertainty: Uncertainty | None) -> list[str]:
    if uncertainty is None:
        return []
    said = []
    freedom = uncertainty.variance.degrees_of_freedom(np.eye(design.size, design.parameters))
    sole = _sole(counts, design, uncertainty.variance) if np.isnan(freedom).any() else []
    if sole:
        said.append(
            f"One rater alone decides about {', '.join(sole)}: no interval can be given, nor of averages with them; "
            "an anchor among the others gives theirs."
        )
    few = freedom[np.isfinite(freedom)]
    if few.size and few.min() < 4:
        said.append("Very few raters, or very unequal ones, carry these figures: fewer than 4 degrees of freedom.")
    if uncertainty.replicates is not None and uncertainty.replicates.infinite:
        infinite, total = uncertainty.replicates.infinite, len(uncertainty.replicates.betas)
        said.append(f"{infinite} of {total} bootstrap replicates have no finite estimate; they count as infinite.")
    return said


def _sole(counts: Counts, design: Design, variance: Variance) -> list[str]:
    """Contestants whose difference to the one with most votes has no variance estimate."""
    base = int(np.argmax(np.sum(scores(counts), axis=0)))
    contrasts = np.eye(design.size, design.parameters)
    contrasts[:, base] -= 1
    freedom = variance.degrees_of_freedom(np.delete(contrasts, base, axis=0))
    others = [name for name in counts.names if name != counts.names[base]]
    sole = [name for name, df in zip(others, freedom, strict=True) if np.isnan(df)]
    return sole if len(sole) < len(others) else list(counts.names)
