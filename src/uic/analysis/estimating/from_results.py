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
    among all candidate pairs, and how many true pairs may have met in no pass
    (``expected_unmet``, after Chao 1987; older manifests have none). See :func:`linkage_of`. A
    history without a row has nobody: ``uic dedupe`` writes those somebody has.

    Raises:
        InputError: a file is missing or damaged.
    """
    source = Path(folder)
    (histories,) = read_strata(source / "histories.csv", absent="zero").values()
    return histories, linkage_of(_manifest(source / "run.json"))


def linkage_of(run: dict[str, Any]) -> LinkageQuality | None:
    """Return the linkage quality a manifest implies; None where it says nothing.

    The sensitivity is precision x links / (expected + unmet). Nobody sees what met in no pass:
    with none it is too high, and with all that Chao's estimator gives it is too low where passes
    help each other out (twice to three times too many on the example). So any number between the
    two is taken for equally likely: their middle, and their width in the standard error beside
    the binomial one (decision 0196).
    """
    links, wanted = run.get("links"), run.get("expected_links")
    precision = run.get("expected_precision")
    if not links or not wanted or not precision or math.isnan(precision):
        return None
    most = min(precision * links / wanted, 1.0)
    least = min(precision * links / (wanted + (run.get("expected_unmet") or 0.0)), 1.0)
    sensitivity = (most + least) / 2
    chance = sensitivity * (1 - sensitivity) / wanted
    return LinkageQuality(
        sensitivity=sensitivity,
        ppv=min(precision, 1.0),
        sensitivity_se=math.sqrt(chance + (most - least) ** 2 / 12),
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
