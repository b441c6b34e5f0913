"""The linkage plan as data: named SELECT steps in a portable SQL subset.

The subset: BIGINT and INT only, ``bit_count`` always cast to INT, no hash functions, no lists,
no engine-specific syntax. Any engine that runs these texts gives the same pairs.
"""

from __future__ import annotations

from dataclasses import dataclass

from uic.levels import Comparison, pattern_sql


@dataclass(frozen=True)
class Step:
    """One SELECT: its name is the table it makes.

    Attributes:
        name: Table that holds the result.
        select: The SELECT text.
        columns: Columns of the result, in order.
    """

    name: str
    select: str
    columns: tuple[str, ...]


def candidate_steps(items: tuple[Comparison, ...], largest_block: int) -> tuple[Step, ...]:
    """Return the steps that turn the table ``pass_rows`` of one pass into compared pairs.

    ``pass_rows`` has export, vouched (0/1), row_id, token_hi, token_lo and signature columns.
    Two rows of one vouched list are never a pair: that partner says they are two people.
    """
    return (
        Step(
            "blocks",
            "SELECT token_hi, token_lo, COUNT(*) AS n FROM pass_rows"
            " GROUP BY token_hi, token_lo HAVING COUNT(*) > 1",
            ("token_hi", "token_lo", "n"),
        ),
        Step(
            "blocked_rows",
            "SELECT r.* FROM pass_rows r JOIN blocks k"
            " ON r.token_hi = k.token_hi AND r.token_lo = k.token_lo"
            f" WHERE k.n <= {largest_block}",
            ("export", "vouched", "row_id", "token_hi", "token_lo"),
        ),
        Step(
            "compared",
            f"SELECT a.row_id AS row_a, b.row_id AS row_b, {pattern_sql(items)} AS pattern"
            " FROM blocked_rows a JOIN blocked_rows b"
            " ON a.token_hi = b.token_hi AND a.token_lo = b.token_lo AND a.row_id < b.row_id"
            " WHERE NOT (a.export = b.export AND a.vouched = 1)",
            ("row_a", "row_b", "pattern"),
        ),
    )


PATTERN_COUNTS = Step(
    "pattern_counts",
    "SELECT pattern, COUNT(*) AS pairs FROM compared GROUP BY pattern ORDER BY pattern",
    ("pattern", "pairs"),
)


def capped_blocks(largest_block: int) -> Step:
    """Return the step that counts what the cap on block sizes cost."""
    return Step(
        "capped",
        "SELECT COUNT(*) AS blocks, COALESCE(SUM(n * (n - 1) / 2), 0) AS pairs"
        f" FROM blocks WHERE n > {largest_block}",
        ("blocks", "pairs"),
    )
