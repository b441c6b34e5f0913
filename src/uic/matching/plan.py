"""The linkage plan as data: named SELECT steps in a portable SQL subset.

The subset: INT, BIGINT and DOUBLE only, ``bit_count`` always cast to INT, no hash functions, no
lists, no engine-specific syntax. Any engine that runs these texts in this order gives the same
pairs, and says of each step which tables it reads, which it makes, and their columns.

Rows that share a token are compared with each other. A large block would cost the square of its
size, so there only rows are compared that agree exactly in one more attribute, outside the key of
the pass and not as common as sex (:func:`narrowing`); where more than ``largest_block`` rows share
even that, they are left out. What this leaves out is counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.levels import Comparison, pattern_sql

if TYPE_CHECKING:
    from collections.abc import Sequence

Columns = tuple[tuple[str, str], ...]
"""Names and types of the columns of a table, in order."""

_TOKEN: Columns = (("token_hi", "BIGINT"), ("token_lo", "BIGINT"))
_ONE_BLOCK = "a.token_hi = b.token_hi AND a.token_lo = b.token_lo"
# Each pair once; two rows of one vouched list are never a pair: that partner says they are two.
_A_PAIR = "a.row_id < b.row_id AND NOT (a.export = b.export AND a.vouched = 1)"


@dataclass(frozen=True)
class Table:
    """A table that steps read or make."""

    name: str
    columns: Columns


@dataclass(frozen=True)
class Step:
    """One SELECT.

    Attributes:
        makes: The table that holds its result.
        reads: The tables it selects from.
        select: The SELECT text.
    """

    makes: Table
    reads: tuple[Table, ...]
    select: str

    @property
    def name(self) -> str:
        """Name of the table it makes."""
        return self.makes.name


SIZES = Table("block_sizes", (*_TOKEN, ("size", "BIGINT")))
COMPARED = Table("compared", (("row_a", "BIGINT"), ("row_b", "BIGINT"), ("pattern", "BIGINT")))
WORTH = Table("worth", (("pattern", "BIGINT"),))
WEIGHTS = Table("weights", (("pattern", "BIGINT"), ("log_odds", "DOUBLE")))
PATTERN_COUNTS = Step(
    Table("pattern_counts", (("pattern", "BIGINT"), ("pairs", "BIGINT"))),
    (COMPARED,),
    "SELECT pattern, COUNT(*) AS pairs FROM compared GROUP BY pattern",
)


def kept(number: int) -> Step:
    """Return the step that picks the pairs of a pass, a piece at a time, worth being scored."""
    return Step(
        Table(f"kept_{number}", COMPARED.columns),
        (COMPARED, WORTH),
        "SELECT c.row_a, c.row_b, c.pattern FROM compared c JOIN worth w ON c.pattern = w.pattern",
    )


def scored(number: int) -> Step:
    """Return the step that gives the pairs of a pass their log-odds."""
    return Step(
        Table("scored", (*COMPARED.columns, ("log_odds", "DOUBLE"))),
        (kept(number).makes, WEIGHTS),
        "SELECT k.row_a, k.row_b, k.pattern, w.log_odds"
        f" FROM kept_{number} k JOIN weights w ON k.pattern = w.pattern",
    )


def pass_rows(items: Sequence[Comparison]) -> Table:
    """Return the input of a pass: one row a record, as partners encoded it."""
    kinds = {"text": "BIGINT", "code": "INT", "date": "INT"}
    signatures = tuple((column, kinds[item.kind]) for item in items for column in item.columns)
    first = (("export", "INT"), ("vouched", "INT"), ("row_id", "BIGINT"))
    return Table("pass_rows", (*first, *_TOKEN, *signatures))


def block_steps(items: Sequence[Comparison]) -> tuple[Step, ...]:
    """Return the steps that find the rows which share a token with another row."""
    rows = pass_rows(items)
    columns = ", ".join(f"r.{name}" for name, _ in rows.columns)
    return (
        Step(
            SIZES,
            (rows,),
            "SELECT token_hi, token_lo, COUNT(*) AS size FROM pass_rows"
            " GROUP BY token_hi, token_lo HAVING COUNT(*) > 1",
        ),
        Step(
            _block_rows(items),
            (rows, SIZES),
            f"SELECT {columns}, k.size FROM pass_rows r JOIN block_sizes k"
            " ON r.token_hi = k.token_hi AND r.token_lo = k.token_lo",
        ),
    )


BLOCKS_BY_SIZE = Step(
    Table("blocks_by_size", (("size", "BIGINT"), ("blocks", "BIGINT"))),
    (SIZES,),
    "SELECT size, COUNT(*) AS blocks FROM block_sizes GROUP BY size",
)


def large_volume(items: Sequence[Comparison], limit: int) -> Step:
    """Return the step that counts the large blocks, and the pairs in them, doubled."""
    return Step(
        Table("large_volume", (("blocks", "BIGINT"), ("doubled", "BIGINT"))),
        (_block_rows(items),),
        "SELECT COUNT(*) AS blocks, CAST(COALESCE(SUM(size * (size - 1) - never), 0) AS BIGINT)"
        " AS doubled FROM (SELECT token_hi, token_lo, SUM(n) AS size,"
        " SUM(CASE WHEN vouched = 1 THEN n * (n - 1) ELSE 0 END) AS never"
        " FROM (SELECT token_hi, token_lo, export, vouched, COUNT(*) AS n FROM block_rows"
        f" WHERE size > {limit} GROUP BY token_hi, token_lo, export, vouched) e"
        " GROUP BY token_hi, token_lo) t",
    )


def _block_rows(items: Sequence[Comparison]) -> Table:
    return Table("block_rows", (*pass_rows(items).columns, ("size", "BIGINT")))


def small_blocks(items: Sequence[Comparison], rows: Rows) -> Step:
    """Return the step that compares all rows of each small block."""
    small = rows.sql("<=")
    return Step(
        COMPARED,
        (_block_rows(items),),
        f"SELECT a.row_id AS row_a, b.row_id AS row_b, {pattern_sql(tuple(items))} AS pattern"
        f" FROM {small} a JOIN {small} b ON {_ONE_BLOCK} AND {_A_PAIR}",
    )


def large_blocks(items: Sequence[Comparison], rows: Rows, further: Sequence[str]) -> list[Step]:
    """Return the steps that compare rows of large blocks where they agree in one attribute more.

    Args:
        items: What is compared.
        rows: Which rows.
        further: Expressions over a row, as :func:`narrowing` returns them.
    """
    large = rows.sql(">")
    steps: list[Step] = []
    found: list[Table] = []
    for number, value in enumerate(further, start=1):
        steps += _agreeing(items, large, value, number, rows.largest_block)
        found.append(steps[-1].makes)
    every = " UNION ALL ".join(f"SELECT row_a, row_b FROM {table.name}" for table in found)
    met = Table("met", COMPARED.columns[:2])
    return [
        *steps,
        Step(met, tuple(found), f"SELECT DISTINCT t.row_a, t.row_b FROM ({every}) t"),
        Step(
            COMPARED,
            (met, _block_rows(items)),
            f"SELECT m.row_a, m.row_b, {pattern_sql(tuple(items))} AS pattern"
            f" FROM met m JOIN {large} a ON m.row_a = a.row_id"
            f" JOIN {large} b ON m.row_b = b.row_id",
        ),
    ]


def _agreeing(
    items: Sequence[Comparison], large: str, value: str, number: int, largest_block: int
) -> list[Step]:
    """Return the steps that find pairs of a block which agree in one value that is not too common.

    One value after the other: the rows of all of them at once would fill the memory.
    """
    rows = _block_rows(items)
    values = Table("shared_values", (*_TOKEN, ("value", "BIGINT")))
    sharing = Table("sharing", (*pass_rows(items).columns[:5], ("value", "BIGINT")))
    of_row = ", ".join(name for name, _ in sharing.columns[:-1])
    with_value = f"(SELECT {of_row}, {value} AS value FROM {large} t)"
    return [
        Step(
            values,
            (rows,),
            f"SELECT token_hi, token_lo, value FROM {with_value} r WHERE value IS NOT NULL"
            " GROUP BY token_hi, token_lo, value"
            f" HAVING COUNT(*) > 1 AND COUNT(*) <= {largest_block}",
        ),
        Step(
            sharing,
            (rows, values),
            f"SELECT r.* FROM {with_value} r JOIN shared_values v"
            " ON r.token_hi = v.token_hi AND r.token_lo = v.token_lo AND r.value = v.value",
        ),
        Step(
            Table(f"met_{number}", COMPARED.columns[:2]),
            (sharing,),
            "SELECT a.row_id AS row_a, b.row_id AS row_b FROM sharing a JOIN sharing b"
            f" ON {_ONE_BLOCK} AND a.value = b.value AND {_A_PAIR}",
        ),
    ]


@dataclass(frozen=True)
class Rows:
    """Rows of some blocks: one piece of a pass.

    Attributes:
        limit: Rows of a block that are all compared with each other.
        largest_block: Rows of a large block that may share one more value and be compared.
        piece: Which piece, from 0.
        pieces: In how many equal shares the tokens are cut: they are random, and 64 bits long.
    """

    limit: int
    largest_block: int
    piece: int = 0
    pieces: int = 1

    def sql(self, size: str) -> str:
        """Return the rows of this piece whose block is ``<=`` or ``>`` the limit."""
        first, last = (-(1 << 63) + (n << 64) // self.pieces for n in (self.piece, self.piece + 1))
        bounds = [f"size {size} {self.limit}"]
        if self.piece > 0:
            bounds.append(f"token_hi >= {first}")
        if self.piece + 1 < self.pieces:
            bounds.append(f"token_hi < {last}")
        return f"(SELECT * FROM block_rows WHERE {' AND '.join(bounds)})"


def narrowing(
    items: Sequence[Comparison], key: frozenset[str], common: frozenset[str]
) -> tuple[str, ...]:
    """Return BIGINT expressions over a row; two rows of a large block must agree in one of them.

    A whole signature of a text or code outside the key, or two of the three parts of a date.

    Args:
        items: What is compared.
        key: Signature columns that are all alike, or nearly, within a block.
        common: Attributes in which strangers agree too often to tell anything.
    """
    found = []
    for item in items:
        free = [column for column in item.columns if column not in key]
        if item.kind == "date":
            pairs = [(a, b) for n, a in enumerate(free) for b in free[n + 1 :]]
            found += [f"CAST({a} AS BIGINT) * {1 << 31} + {b}" for a, b in pairs]
        elif item.attribute not in common:
            found += [f"CAST({column} AS BIGINT)" for column in free]
    return tuple(found)
