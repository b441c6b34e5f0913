"""The main job on the shipped example, compared with the truth its generator kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from uic.evaluating import Evaluation, evaluate
from uic.files import example_path
from uic.pipeline import Deduplication, dedupe, write_results
from uic.values import silent

if TYPE_CHECKING:
    from uic.values import Progress


def demo(
    out: str | Path = "results", *, progress: Progress = silent
) -> tuple[Deduplication, Evaluation]:
    """Deduplicate ``examples/phnom-penh`` into ``out`` and evaluate the result.

    The key is made beside the results on first use; the example is synthetic, so it guards
    nobody.
    """
    example = example_path("phnom-penh")
    files = [example / name for name in ("outreach.csv", "dic.xlsx", "referrals.csv")]
    folder = Path(out)
    result = dedupe(
        files, schema=example / "schema.toml", key=folder / "demo.key", progress=progress
    )
    write_results(result, folder)
    return result, evaluate(result.persons, example / "truth" / "truth.csv")
