"""The result of a deduplication, and the files it is written to."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from uic.analysis.counting import write_counts
from uic.analysis.histories import write_histories
from uic.analysis.reporting import render_report
from uic.analysis.tables import write_csv
from uic.files import write_text

if TYPE_CHECKING:
    from uic.analysis.estimating import EstimateReport
    from uic.analysis.reporting import ReportData
    from uic.values import RowProblem

CANDIDATES = "candidates.parquet"
REJECTS = pa.schema(
    [("partner", pa.string()), ("row", pa.int64()), ("column", pa.string()), ("rule", pa.string())]
)


@dataclass(frozen=True, repr=False)
class Deduplication:
    """What ``uic.dedupe`` returns: the same as the files that ``uic dedupe`` writes.

    Attributes:
        persons: ``partner``, ``record_id``, ``person_id``.
        pairs: Accepted pairs: ``partner_a``, ``record_id_a``, ``partner_b``, ``record_id_b``,
            ``probability``.
        counts: Contacts and people by period, channel and partner.
        histories: One 0/1 column a list, and ``count``.
        estimate: Population size from the histories, or None where it cannot be estimated.
        estimate_note: Why there is no estimate; empty when there is one.
        rejects: Row problems: values that count as missing.
        run: The manifest: versions, fingerprint, digests, counts of every step, seconds.
        report: What the report page shows; ``uic.analysis.reporting.render_report`` makes it.
        candidates: Pairs that may be explained or reviewed, linked or not, with their levels
            (``uic.pipeline.reviewing``); None where the records are not here.
    """

    persons: pa.Table
    pairs: pa.Table
    counts: pa.Table
    histories: pa.Table
    estimate: EstimateReport | None
    estimate_note: str
    rejects: tuple[RowProblem, ...]
    run: dict[str, Any]
    report: ReportData
    candidates: pa.Table | None = None

    def __repr__(self) -> str:
        people = len(self.persons["person_id"].unique())
        return f"<Deduplication {len(self.persons)} records, {people} persons>"


def write_results(
    result: Deduplication, out: str | Path, *, changes: pa.Table | None = None
) -> tuple[Path, ...]:
    """Write every table, the report and the manifest into the folder ``out``.

    All files are first written into a temporary folder beside ``out``; only when the last of
    them is complete do they get their final names.

    Args:
        result: What to write.
        out: The folder.
        changes: What became of the person ids of the round before, written as ``changes.csv``.

    Raises:
        OSError: the disk is full or the folder cannot be written; nothing has its final name.
    """
    target = Path(out)
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target, prefix=".writing-") as folder:
        fresh = Path(folder)
        _write_all(result, fresh)
        if changes is not None:
            write_csv(changes, fresh / "changes.csv")
        names = sorted(path.name for path in fresh.iterdir())
        for name in names:
            (fresh / name).replace(target / name)
    return tuple(target / name for name in names)


def _write_all(result: Deduplication, folder: Path) -> None:
    pq.write_table(result.persons, folder / "persons.parquet")
    pq.write_table(result.pairs, folder / "pairs.parquet")
    if result.candidates is not None:
        pq.write_table(result.candidates, folder / CANDIDATES)
    write_counts(result.counts, folder / "counts.csv")
    write_histories(result.histories, folder / "histories.csv")
    write_csv(_rejects(result.rejects), folder / "rejects.csv")
    write_text(folder / "run.json", json.dumps(result.run, indent=2, ensure_ascii=False) + "\n")
    write_text(folder / "report.html", render_report(result.report))


def _rejects(problems: tuple[RowProblem, ...]) -> pa.Table:
    rows = [vars(problem) for problem in problems]
    return pa.Table.from_pylist(rows, schema=REJECTS)
