"""How good a linkage was, where the truth is known."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from uic.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

_RECORD = ["partner", "record_id"]


@dataclass(frozen=True)
class Evaluation:
    """Pairwise quality of the persons found against the true entities.

    Attributes:
        precision: Share of the pairs put together that belong together; 1 when there is none.
        recall: Share of the pairs that belong together that were put together.
        f1: Harmonic mean of the two.
        records: Records that stand in both files.
        persons: Persons found among them.
        entities: True entities among them.
        true_pairs: Pairs that belong together.
        found_pairs: Pairs put together.
        correct_pairs: Pairs in both.
        without_truth: Records with a person id and no truth.
        without_person: Records with a truth and no person id.
    """

    precision: float
    recall: float
    f1: float
    records: int
    persons: int
    entities: int
    true_pairs: int
    found_pairs: int
    correct_pairs: int
    without_truth: int
    without_person: int

    def to_dict(self) -> dict[str, float | int]:
        """Return the fields as a dictionary."""
        return asdict(self)


def evaluate(persons: Any, truth: Any) -> Evaluation:  # noqa: ANN401 - path or any table
    """Compare persons with the truth, pair by pair.

    Args:
        persons: Table or file with ``partner``, ``record_id``, ``person_id``.
        truth: Table or file with ``partner``, ``record_id``, ``entity``.

    Raises:
        InputError: a file is missing, unreadable, lacks a column, or names a record twice.
    """
    found = _read(persons, [*_RECORD, "person_id"], "persons")
    true = _read(truth, [*_RECORD, "entity"], "truth")
    both = found.join(true, _RECORD, join_type="inner")
    if not len(both):
        raise InputError("persons and truth share no record: compare partner and record_id")
    put, belong = _pairs(both, ["person_id"]), _pairs(both, ["entity"])
    right = _pairs(both, ["person_id", "entity"])
    precision = right / put if put else 1.0
    recall = right / belong if belong else 1.0
    return Evaluation(
        precision=precision,
        recall=recall,
        f1=2 * precision * recall / (precision + recall) if right else 0.0,
        records=len(both),
        persons=len(both["person_id"].unique()),
        entities=len(both["entity"].unique()),
        true_pairs=belong,
        found_pairs=put,
        correct_pairs=right,
        without_truth=len(found) - len(both),
        without_person=len(true) - len(both),
    )


def _pairs(table: pa.Table, columns: list[str]) -> int:
    sizes = table.group_by(columns).aggregate([([], "count_all")])["count_all"]
    return int(pc.sum(pc.divide(pc.multiply(sizes, pc.subtract(sizes, 1)), 2)).as_py() or 0)


def _read(source: Any, columns: Iterable[str], what: str) -> pa.Table:  # noqa: ANN401
    wanted = list(columns)
    table = _open(Path(source)) if isinstance(source, (str, Path)) else pa.table(source)
    name = Path(source).name if isinstance(source, (str, Path)) else what
    missing = [column for column in wanted if column not in table.column_names]
    if missing:
        raise InputError(
            Problem(name, f"column {column}", "the column is missing", f"{what} needs {wanted}")
            for column in missing
        )
    table = table.select(wanted).cast(pa.schema([(column, pa.string()) for column in wanted]))
    if len(table.group_by(_RECORD).aggregate([])) < len(table):
        raise InputError(Problem(name, "", "a record stands in the file twice"))
    return table


def _open(path: Path) -> pa.Table:
    try:
        if path.suffix == ".parquet":
            return pq.read_table(path)
        with path.open(encoding="utf-8-sig") as file:
            names = file.readline().strip().split(",")
        options = pacsv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()))
        return pacsv.read_csv(path, convert_options=options)
    except FileNotFoundError:
        raise InputError(Problem(path.name, "", "the file does not exist")) from None
    except (OSError, UnicodeDecodeError, pa.ArrowInvalid):
        raise InputError(Problem(path.name, "", "the file is neither Parquet nor CSV")) from None
