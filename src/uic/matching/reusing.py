"""Score with the parameters of an earlier round instead of fitting new ones.

A round that is small, or made of what came late, fits badly; and only under the same parameters
do two rounds differ by nothing but their records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from uic.errors import LinkError
from uic.levels import unpack
from uic.matching.patterns import Weights
from uic.weighing import parse_weights

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from uic.levels import Comparison
    from uic.matching.patterns import PassPatterns


def reuse(
    saved: Mapping[str, Any], passes: Sequence[PassPatterns], items: Sequence[Comparison]
) -> Weights:
    """Return saved parameters as weights of these passes.

    Args:
        saved: ``weights`` of an earlier round's manifest or register.
        passes: Pattern counts per pass.
        items: The comparisons, in the order of the pattern.

    Raises:
        LinkError: they are of other passes, or of other attributes.
        FormatError: they are damaged.
    """
    known = {name: parse_weights(data) for name, data in saved["passes"].items()}
    attributes = {item.attribute for item in items}
    if known.keys() != {item.name for item in passes} or any(
        attributes != weights.weights.keys() for weights in known.values()
    ):
        raise LinkError(
            "the saved parameters are of other passes or other attributes than these exports\n"
            "  hint: link without --parameters, which fits new ones"
        )
    odds = {
        item.name: np.array(
            [known[item.name].log_odds(unpack(int(one), items)) for one in item.pattern]
        )
        for item in passes
    }
    return Weights(
        form=saved["form"],
        expected={
            item.name: float(item.pairs @ (1 / (1 + np.exp(-np.clip(odds[item.name], -500, 500)))))
            for item in passes
        },
        ratio=saved["ratio_of_forms"],
        m={name: tuple(shares) for name, shares in saved["m"].items()},
        u={name: tuple(shares) for name, shares in saved["u"].items()},
        log_odds={item.name: (item.pattern, odds[item.name]) for item in passes},
        passes=known,
    )
