"""Histories and linkage quality from the folder that ``uic dedupe`` wrote."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.analysis.estimating.linkage_error import LinkageQuality
from uic.analysis.estimating.reading import read_strata
from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from uic.analysis.estimating.histories import Histories


def read_results(folder: str | Path) -> tuple[Histories, LinkageQuality | None]:
    """Read ``histories.csv`` and, from ``run.json``, what the linkage expects of itself.

    The manifest holds the number of links, their expected precision, the number of links expected
    among all candidate pairs, and the number of true pairs that are expected to have met in no pass
    (``expected_unmet``, a lower bound after Chao 1987; older manifests have none); the sensitivity
    is precision x links / (expected + unmet). It is at most this: passes that share an attribute
    miss the same pairs. Its standard error is the binomial one. A history without a row has
    nobody: ``uic dedupe`` writes those somebody has.

    Raises:
        InputError: a file is missing or damaged.
    """
    source = Path(folder)
    (histories,) = read_strata(source / "histories.csv", absent="zero").values()
    return histories, linkage_of(_manifest(source / "run.json"))


def linkage_of(run: dict[str, Any]) -> LinkageQuality | None:
    """Return the linkage quality a manifest implies; None where it says nothing."""
    links, wanted = run.get("links"), run.get("expected_links")
    precision = run.get("expected_precision")
    if not links or not wanted or not precision or math.isnan(precision):
        return None
    wanted += run.get("expected_unmet") or 0.0
    sensitivity = min(precision * links / wanted, 1.0)
    return LinkageQuality(
        sensitivity=sensitivity,
        ppv=min(precision, 1.0),
        sensitivity_se=math.sqrt(sensitivity * (1 - sensitivity) / wanted),
        ppv_se=math.sqrt(precision * (1 - precision) / links) if precision < 1 else 0.0,
    )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        hint = "give the folder that uic dedupe wrote"
        raise InputError(Problem(path.name, "", "the file does not exist", hint)) from None
    except (OSError, ValueError):
        raise InputError(Problem(path.name, "", "the manifest cannot be read")) from None
    return run if isinstance(run, dict) else {}
