"""Where all chance comes from: one stream of random numbers a purpose, all from one seed."""

from __future__ import annotations

import numpy as np


def stream(seed: int, purpose: str) -> np.random.Generator:
    """Return the random numbers of one purpose.

    Streams of two purposes have nothing in common, also under the same seed: a register drawn
    with the population's seed would else pick people by what made them women or men.

    Args:
        seed: 0 or more.
        purpose: What the numbers are for, such as ``"register"``.

    Raises:
        ValueError: the seed is negative.
    """
    if seed < 0:
        raise ValueError("a seed is a whole number, 0 or more")
    return np.random.default_rng([seed, *purpose.encode()])
