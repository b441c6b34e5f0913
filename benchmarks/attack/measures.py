"""What needs no attack to measure: entropy, block sizes, and the ideal attacker's ceiling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from blocks import squares

if TYPE_CHECKING:
    from patterns import Side
    from scenes import Scene


def measures(name: str, side: Side) -> dict[str, object]:
    """Measure one pass over a whole list, as an attacker with overlap 1.0 would meet it."""
    rows = len(side.blocks)
    sizes = np.bincount(side.blocks)
    mine = sizes[side.blocks]
    colliding = (sizes * (sizes - 1)).sum() / (rows * (rows - 1))
    return {
        "pass": name,
        "H2_bits": round(float(-np.log2(colliding)), 1) if colliding else "> all",
        "in_2+": round(float((mine >= 2).mean()), 3),
        "in_3+": round(float((mine >= 3).mean()), 3),
        "in_10+": round(float((mine >= 10).mean()), 3),
        "largest": int(sizes.max()),
        "unique_pattern": round(unique_share(side), 3),
        "blocks_by_size": histogram(sizes),
    }


def unique_share(side: Side) -> float:
    """Return the share of rows whose pattern inside their block is nobody else's.

    Patterns without noise, similarities in tenths: more than signatures show, so a ceiling for
    attackers who use one pass and hold exactly this list.
    """
    held = squares(side)
    seen: dict[tuple[bytes, bytes], int] = {}
    for block in range(len(held.ids)):
        square = np.sort(held.square(block), axis=1)
        whole = np.sort(square.ravel()).tobytes()
        own = np.diagonal(held.square(block))
        for row, self_type in zip(square, own, strict=True):
            key = (whole, np.append(row, self_type).tobytes())
            seen[key] = seen.get(key, 0) + 1
    return sum(count == 1 for count in seen.values()) / len(side.blocks)


def histogram(sizes: np.ndarray) -> str:
    """Return how many blocks have 1, 2, 3-5, 6-9, 10-19, 20-49 and 50 or more rows."""
    edges = [1, 2, 3, 6, 10, 20, 50, max(int(sizes.max()) + 1, 51)]
    return "/".join(map(str, np.histogram(sizes, edges)[0]))


def of_scene(setting: Scene) -> list[dict[str, object]]:
    """Measure every pass of the attacker's whole list."""
    return [
        {"population": setting.style, "profile": setting.profile, "N": len(setting.drawn)}
        | measures(name, listed)
        for name, (_, listed) in setting.passes.items()
    ]
