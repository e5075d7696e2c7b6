"""From a count table to a leaderboard: the one call that the page, the reports and the scripts share."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import norm, t

from arena.analysis import bootstrap, clusters, covariance
from arena.analysis.arrays import Floats, Ints
from arena.analysis.bootstrap import Progress, Replicates
from arena.analysis.counts import BOTH_BAD, Counts, scores
from arena.analysis.covariance import LargeSample, Variance
from arena.analysis.design import POSITION, Design, build
from arena.analysis.estimation import Estimation, estimate
from arena.analysis.family import Family
from arena.analysis.ranks import rank_sets
from arena.analysis.results import Ci, Correction, Lead, Method, Options, Rated, Ratings, Term, Ties, elo, number
from arena.errors import DataError


@dataclass(frozen=True, slots=True)
class Bounds:
    """Standard errors, degrees of freedom and intervals of some contrasts; NaN where one cannot be estimated."""

    se: Floats
    df: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """A covariance, and the replicates behind it where it came from a bootstrap."""

    variance: Variance
    replicates: Replicates | None = None

    def bounds(self, contrasts: Floats, values: Floats, level: float) -> Bounds:
        """Intervals of contrasts (a row each) around their estimates."""
        nothing = ~contrasts.any(axis=1)  # the anchor against itself
        square = ((contrasts @ self.variance.matrix) * contrasts).sum(axis=1)
        df = np.where(nothing, np.inf, self.variance.degrees_of_freedom(contrasts))
        se = np.where(np.isnan(df), np.nan, np.sqrt(np.maximum(square, 0.0)))
        if self.replicates is not None:
            found = np.array([self.replicates.interval(row, level) for row in contrasts])
            return Bounds(se, df, found[:, 0], found[:, 1])
        reach = se * two_sided(df, level)
        return Bounds(se, df, values - reach, values + reach)


def two_sided(df: Floats, level: float) -> Floats:
    """Quantiles of t for a two-sided interval; of the normal for infinite degrees of freedom, NaN for NaN."""
    tail = (1 - level) / 2
    quantiles = np.full(df.size, norm.isf(tail))
    quantiles[np.isfinite(df)] = t.isf(tail, df[np.isfinite(df)])
    quantiles[np.isnan(df)] = np.nan
    return quantiles


def rate(counts: Counts, options: Options = Options(), progress: Progress | None = None) -> Ratings:  # noqa: B008 - frozen
    """Rate the contestants of a count table by Bradley-Terry or Davidson.

    Clustered intervals need counts with raters. Raises `DataError` where the options do not fit the votes.
    """
    if options.method not in (Method.BT, Method.DAVIDSON):
        raise DataError(f"Method {options.method.value} needs the votes in order or with their texts, not counts.")
    ci = chosen_ci(counts, options)
    design = design_of(counts.without_raters() if counts.rater is not None else counts, options)
    by_rater = design_of(counts, options) if ci in (Ci.CLUSTER, Ci.RATER_BOOTSTRAP) else design
    return conclude(counts, design, by_rater, replace(options, ci=ci), progress)


def conclude(
    counts: Counts, design: Design, by_rater: Design, options: Options, progress: Progress | None = None
) -> Ratings:
    """Estimate a design and say it as ratings; `by_rater` has the same votes with their raters."""
    found = estimate(design, firth=options.firth)
    uncertainty = measure(design, by_rater, found, options, progress)
    return _tabulate(counts, design, found, uncertainty, options)


def chosen_ci(counts: Counts, options: Options) -> Ci:
    """The kind of interval: as asked, else cluster where raters are known and sandwich where not."""
    if options.ci is None:
        return Ci.CLUSTER if counts.n_raters else Ci.SANDWICH
    if options.ci in (Ci.CLUSTER, Ci.RATER_BOOTSTRAP) and not counts.n_raters:
        raise DataError(f"Intervals by {options.ci.value} need raters: a column 'rater' or 'judge'.")
    return options.ci


def design_of(counts: Counts, options: Options) -> Design:
    """The rows that a method looks at."""
    family = Family.DAVIDSON if options.method is Method.DAVIDSON else Family.HALF_TIES
    if options.ties is Ties.DROP and family is Family.DAVIDSON:
        raise DataError("Davidson's model is about ties: it cannot drop them.")
    design = build(counts, family, keep_ties=options.ties is Ties.HALF, position=options.position)
    if not design.left.size:
        raise DataError("There are no decided votes: every vote is a tie.")
    return design


def measure(
    design: Design, by_rater: Design, found: Estimation, options: Options, progress: Progress | None = None
) -> Uncertainty | None:
    """The uncertainty that was asked for."""
    fit = found.fit
    match options.ci:
        case Ci.NONE | None:
            return None
        case Ci.MODEL:
            return Uncertainty(covariance.model_based(design, fit))
        case Ci.SANDWICH:
            return Uncertainty(covariance.sandwich(design, fit))
        case Ci.CLUSTER if options.correction is Correction.CR1:
            return Uncertainty(LargeSample(clusters.cr1(by_rater, fit)))
        case Ci.CLUSTER:
            return Uncertainty(clusters.cr2(by_rater, fit))
    votes = options.ci is Ci.BOOTSTRAP
    sample = bootstrap.votes_sampler(design) if votes else bootstrap.raters_sampler(design, by_rater)
    replicates = bootstrap.replicate(design, found, sample, options.bootstraps, options.seed, progress)
    return Uncertainty(LargeSample(replicates.covariance()), replicates)


def _tabulate(
    counts: Counts, design: Design, found: Estimation, uncertainty: Uncertainty | None, options: Options
) -> Ratings:
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
    values = contrasts @ found.fit.beta
    known = uncertainty.bounds(contrasts, values, options.level) if uncertainty else None
    rank = _ranks(found.fit.beta[: design.size], found.labels)
    best, worst = _rank_bounds(design, found, uncertainty, options)
    wins, losses, ties = (total.tolist() for total in scores(counts))
    rows = []
    for k, name in enumerate(counts.names):
        said = known if comparable[k] else None
        rows.append(
            Rated(
                name=name,
                theta=float(values[k]) if comparable[k] else None,
                se=number(said.se[k]) if said else None,
                df=number(said.df[k]) if said else None,
                rating=elo(values[k]) if comparable[k] else None,
                lower=number(elo(said.lower[k])) if said else None,
                upper=number(elo(said.upper[k])) if said else None,
                rank=int(rank[k]) if comparable[k] else None,
                rank_lower=int(best[k]) if said else None,
                rank_upper=int(worst[k]) if said else None,
                wins=wins[k],
                losses=losses[k],
                ties=ties[k],
                battles=wins[k] + losses[k] + ties[k],
                component=int(found.labels[k]),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.theta is None, row.component, -(row.theta or 0.0), row.name)))


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
