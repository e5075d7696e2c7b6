"""From a count table to a leaderboard: the one call that the page, the reports and the scripts share."""

from __future__ import annotations

from dataclasses import replace

from arena.analysis import bootstrap, clusters, covariance
from arena.analysis.bootstrap import Progress
from arena.analysis.counts import Counts
from arena.analysis.covariance import LargeSample
from arena.analysis.design import Design, build
from arena.analysis.estimation import Estimation, estimate
from arena.analysis.family import Family
from arena.analysis.intervals import Uncertainty
from arena.analysis.leaderboard import tabulate
from arena.analysis.results import Ci, Correction, Method, Options, Ratings, Ties
from arena.errors import DataError


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
    return tabulate(counts, design, found, uncertainty, options)


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
