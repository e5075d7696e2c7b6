"""An e-value for a preference: evidence that may be looked at as often as one likes, and added to.

Grünwald, de Heide and Koolen (2024), doi:10.1093/jrsssb/qkae011; the uniform mixture is Ville's, and Laplace's.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb


def evalue(k: int, n: int) -> float:
    """How much better a uniform mixture of all preferences explains k of n than a fair coin: 2^n B(k+1, n-k+1).

    If there is no preference, the chance that this ever reaches 1/alpha, however long one goes on, is at most alpha.
    """
    if not 0 <= k <= n:
        raise ValueError(f"{k} of {n} is no proportion.")
    return float(Fraction(2**n, (n + 1) * comb(n, k)))
