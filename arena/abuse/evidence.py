"""Wald's sequential probability ratio test: how much says that somebody always does the same.

A. Wald, Sequential tests of statistical hypotheses, doi:10.1214/aoms/1177731118. The ratio of likelihoods is multiplied
by `always / honest` for each time the person did it, and by `(1 - always) / (1 - honest)` for each time not. For an
honest person, who does it at most a share `honest` of the time, its mean never grows, so by Ville's inequality it ever
reaches `odds` with probability at most `1 / odds`, however often one looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A test: an honest person's share, a cheat's share, and the odds at which a person is held for a cheat."""

    honest: float
    always: float
    odds: float

    def convinces(self, observed: Iterable[bool]) -> bool:
        """Whether the ratio ever reached the odds."""
        gain, loss = math.log(self.always / self.honest), math.log((1 - self.always) / (1 - self.honest))
        enough, ratio = math.log(self.odds), 0.0
        for did in observed:
            ratio += gain if did else loss
            if ratio >= enough:
                return True
        return False
