"""Who meets which contestant first: exactly balanced, seeded, drawn up before the first person comes.

Permuted blocks: each block has as many AB as BA in random order, so the balance holds all along and is exact at the
full number; with an odd number the last place is drawn by a coin. Blocks are of two sizes, drawn at random, so that who
knows the sequences so far can foresee few of the next ones (ICH E9, 2.3.2).
"""

from __future__ import annotations

from random import Random

from arena.study_models import Sequence

BLOCKS = (4, 6)


def assign(places: int, seed: int) -> tuple[Sequence, ...]:
    """The sequences of a study's places, in order; the same for the same seed."""
    if places < 1:
        raise ValueError(f"a study needs at least one place, not {places}")
    rng = Random(seed)  # noqa: S311 - a seeded draw that can be repeated is wanted; the seed itself is random
    drawn: list[Sequence] = []
    while len(drawn) < places - places % 2:
        size = min(rng.choice(BLOCKS), places - places % 2 - len(drawn))
        block = [Sequence.AB, Sequence.BA] * (size // 2)
        rng.shuffle(block)
        drawn += block
    if places % 2:
        drawn.append(rng.choice(list(Sequence)))
    return tuple(drawn)
