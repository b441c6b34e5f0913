"""Match: from pass rows of several exports to scored pairs of pass row ids."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.engines.duckdb import engine
from uic.errors import LinkError, SchemaMismatchError
from uic.levels import Comparison, comparisons
from uic.matching.patterns import PassPatterns, Weights
from uic.matching.plan import PATTERN_COUNTS, candidate_steps, capped_blocks
from uic.matching.scoring import fit
from uic.values import silent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.engines.duckdb import DuckDB
    from uic.exchange import MatcherPart
    from uic.schema import LinkageSchema
    from uic.values import Progress

_WORTH_KEEPING = -6.0  # log-odds; a pair below .0025 is no help to the resolver


@dataclass(frozen=True)
class PassReport:
    """What one pass did.

    Attributes:
        name: Name of the pass.
        candidates: Pairs compared.
        capped_blocks: Blocks left out because they were larger than the schema allows.
        capped_pairs: Pairs in them.
        expected_matches: Sum of the match probabilities of the candidates; NaN without scores.
    """

    name: str
    candidates: int
    capped_blocks: int
    capped_pairs: int
    expected_matches: float


@dataclass(frozen=True, repr=False)
class Match:
    """The matcher's answer: pairs under pass row ids, nothing else.

    Attributes:
        pairs: ``pass``, ``row_a``, ``row_b``, ``pattern`` (the levels, packed), ``log_odds``
            (null under the profile ``tokens``).
        passes: One report a pass.
        comparisons: What was compared, in the order of the pattern.
        weights: Fitted parameters, or None under the profile ``tokens``.
    """

    pairs: pa.Table
    passes: tuple[PassReport, ...]
    comparisons: tuple[Comparison, ...]
    weights: Weights | None = field(default=None)


def match(
    exports: Sequence[MatcherPart], schema: LinkageSchema, *, progress: Progress = silent
) -> Match:
    """Find and score candidate pairs within and across the exports.

    Raises:
        SchemaMismatchError: the exports were made under different schemas, keys or tables.
        LinkError: there is no export to match.
    """
    _check_alike(exports)
    attributes = frozenset[str]().union(*(export.header.attributes for export in exports))
    signed = schema.profile != "tokens"
    items = comparisons(schema, attributes) if signed else ()
    with engine() as database:
        reports = [
            _compare(database, exports, schema, items, name, progress, step)
            for step, name in enumerate(item.name for item in schema.active_passes)
        ]
        weights = _fit(database, exports, schema, items) if signed else None
        pairs = [_scored(database, report.name, weights) for report in reports]
    return Match(
        pairs=pa.concat_tables(pairs),
        passes=tuple(_with_expected(report, weights) for report in reports),
        comparisons=items,
        weights=weights,
    )


def _check_alike(exports: Sequence[MatcherPart]) -> None:
    if not exports:
        raise LinkError("there is no export to match")
    for name in ("fingerprint", "normaliser", "project", "epoch", "key_id"):
        if len({getattr(export.header, name) for export in exports}) > 1:
            raise SchemaMismatchError(
                f"the exports differ in {name}: they were not made to be compared\n"
                "  hint: encode all of them again under one schema and one epoch key"
            )


def _compare(
    database: DuckDB,
    exports: Sequence[MatcherPart],
    schema: LinkageSchema,
    items: tuple[Comparison, ...],
    name: str,
    progress: Progress,
    step: int,
) -> PassReport:
    """Compare the rows of one pass; leaves ``pairs:NAME`` and ``patterns:NAME`` behind."""
    progress("matching", step, len(schema.active_passes))
    cap = schema.linking.largest_block
    database.read("pass_rows", _all_rows(exports, items, name))
    for planned in (*candidate_steps(items, cap), PATTERN_COUNTS):
        database.run(planned.name, planned.select)
    capped = database.fetch(capped_blocks(cap).select).to_pylist()[0]
    database.run(f"pairs:{name}", "SELECT * FROM compared")
    database.run(f"patterns:{name}", "SELECT * FROM pattern_counts")
    candidates = database.fetch("SELECT COUNT(*) AS n FROM compared")["n"][0].as_py()
    return PassReport(name, candidates, capped["blocks"], int(capped["pairs"]), float("nan"))


def _all_rows(exports: Sequence[MatcherPart], items: tuple[Comparison, ...], name: str) -> pa.Table:
    """Stack the rows of one pass; an attribute that a partner does not carry is null."""
    signed = {
        c: pa.int64() if item.kind == "text" else pa.int32() for item in items for c in item.columns
    }
    wanted = dict.fromkeys(("row_id", "token_hi", "token_lo"), pa.int64()) | signed
    tables = []
    for number, export in enumerate(exports):
        rows = export.pass_rows[name]
        table = {
            "export": pa.repeat(number, len(rows)).cast(pa.int32()),
            "vouched": pa.repeat(int(export.header.vouched), len(rows)).cast(pa.int32()),
        }
        for column, kind in wanted.items():
            carried = column in rows.column_names
            table[column] = rows[column] if carried else pa.nulls(len(rows), kind)
        tables.append(pa.table(table))
    return pa.concat_tables(tables)


def _fit(
    database: DuckDB,
    exports: Sequence[MatcherPart],
    schema: LinkageSchema,
    items: tuple[Comparison, ...],
) -> Weights:
    keys = {
        item.name: {name for part in item.parts for name in part.attributes}
        for item in schema.active_passes
    }
    patterns = [
        PassPatterns(
            name,
            counts["pattern"].to_numpy(),
            counts["pairs"].to_numpy().astype(float),
            frozenset(n for n, item in enumerate(items) if item.attribute in keys[name]),
        )
        for name in keys
        for counts in [database.fetch(f'SELECT * FROM "patterns:{name}" ORDER BY pattern')]
    ]
    frequencies = pa.concat_tables(export.frequencies for export in exports)
    return fit(patterns, items, frequencies, _pairs_in_all(exports))


def _pairs_in_all(exports: Sequence[MatcherPart]) -> int:
    total = sum(export.header.records for export in exports)
    excluded = sum(_pairs(e.header.records) for e in exports if e.header.vouched)
    return max(_pairs(total) - excluded, 1)


def _pairs(records: int) -> int:
    return records * (records - 1) // 2


def _scored(database: DuckDB, name: str, weights: Weights | None) -> pa.Table:
    if weights is None:
        return database.fetch(
            f"SELECT '{name}' AS pass, row_a, row_b, pattern, CAST(NULL AS DOUBLE) AS log_odds"
            f' FROM "pairs:{name}"'
        )
    database.read("weights", weights.table(name))
    return database.fetch(
        f"SELECT '{name}' AS pass, p.row_a, p.row_b, p.pattern, w.log_odds"
        f' FROM "pairs:{name}" p JOIN weights w ON p.pattern = w.pattern'
        f" WHERE w.log_odds > {_WORTH_KEEPING}"
    )


def _with_expected(report: PassReport, weights: Weights | None) -> PassReport:
    if weights is None:
        return report
    return PassReport(
        report.name,
        report.candidates,
        report.capped_blocks,
        report.capped_pairs,
        weights.expected[report.name],
    )
