"""The share of true links that a run found, by its own count and on the safe side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scipy.special import gammaincinv

if TYPE_CHECKING:
    from collections.abc import Mapping

_UPPER = 0.975


def least_recall(run: Mapping[str, Any]) -> float | None:
    """Return the least share of the true links that a run can be taken to have found.

    Missing are the links that the run expects among the pairs it compared and did not make, and
    those it expects never to have met in a pass. Together they are a small expected number of
    rare events: its upper 95% limit (Garwood 1936) is taken, not the number itself, because a
    run that expects two missing links misses six now and then, and judges itself too kindly.

    Args:
        run: A manifest (``run.json``): ``links``, ``expected_links``, ``expected_precision`` and,
            where the run tells it, ``expected_unmet``.

    Returns:
        A share, above 0 and below 1; None where the manifest says nothing of the links.
    """
    links, wanted = run.get("links"), run.get("expected_links")
    precision = run.get("expected_precision")
    if not links or not wanted or not precision:
        return None
    found = precision * links
    missing = max(wanted - found, 0.0) + (run.get("expected_unmet") or 0.0)
    return float(found / (found + gammaincinv(missing + 1, _UPPER)))
