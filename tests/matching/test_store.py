"""The matcher's store: one epoch, the newest export of each partner, nothing that was replaced."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from uic.errors import InputError, SchemaMismatchError
from uic.exchange import FREQUENCIES, Header, MatcherPart
from uic.matching.store import (
    add_export,
    current_exports,
    forget_partner,
    keep_only,
    keep_parameters,
    kept_parameters,
    open_store,
    pass_over,
    stored_exports,
)


def export(partner: str, rows: list[int], *, epoch: str = "2026Q3") -> MatcherPart:
    """Return a matcher's part with one pass and one date column."""
    header = Header(
        partner, "ab" * 32, "1", "project", epoch, "cd" * 8, len(rows), frozenset({"sex"}), True
    )
    table = pa.table(
        {
            "row_id": pa.array(rows, pa.int64()),
            "token_hi": pa.array(rows, pa.int64()),
            "token_lo": pa.array(rows, pa.int64()),
            "sex": pa.array([None] * len(rows), pa.int32()),
            "birth_date_day": pa.array([1] * len(rows), pa.int16()),
        }
    )
    counts = pa.table({"attribute": ["sex"], "level": [1], "pairs": [5]}).cast(FREQUENCIES)
    return MatcherPart(header, {"birth-date": table}, counts)


def test_an_export_comes_back_as_it_was(tmp_path: Path) -> None:
    """Header, pass rows with their types, and frequencies survive the file."""
    part = export("a", [3, 1, 2])
    with open_store(tmp_path / "s.duckdb") as database:
        assert add_export(database, part, "d1").news == "new"
    with open_store(tmp_path / "s.duckdb") as database:
        (found,) = stored_exports(database, ["d1"])
        assert found.header == part.header
        assert list(found.pass_rows) == ["birth-date"]
        assert found.pass_rows["birth-date"].equals(part.pass_rows["birth-date"])
        assert found.frequencies.equals(part.frequencies)
    assert (tmp_path / "s.duckdb").stat().st_mode & 0o077 == 0


def test_the_newest_export_of_a_partner_counts() -> None:
    """A newer list replaces the older one for good; a file sent again is recognised."""
    with open_store(None) as database:
        news = [
            add_export(database, export(partner, rows), digest).news
            for partner, rows, digest in (
                ("a", [1], "d1"),
                ("b", [2], "d2"),
                ("a", [3], "d3"),
                ("a", [3], "d3"),
                ("a", [1], "d1"),
            )
        ]
        assert news == ["new", "new", "newer", "resent", "outdated"]
        assert current_exports(database) == {"a": "d3", "b": "d2"}
        with pytest.raises(InputError, match="not in the matcher's store"):
            stored_exports(database, ["d1"])
        tables = database.execute("SELECT COUNT(*) FROM passes").fetchall()
        assert tables == [(2,)]


def test_rows_of_two_epochs_never_meet() -> None:
    """A store takes the exports of one epoch."""
    with open_store(None) as database:
        add_export(database, export("a", [1]), "d1")
        with pytest.raises(SchemaMismatchError, match="another epoch"):
            add_export(database, export("b", [2], epoch="2026Q4"), "d2")
        assert current_exports(database) == {"a": "d1"}


def test_withdrawn_rows_are_passed_over() -> None:
    """Single rows go, and so does a whole partner whose files are not taken again."""
    with open_store(None) as database:
        add_export(database, export("a", [1, 2, 3]), "d1")
        add_export(database, export("b", [4]), "d2")
        gone = pa.table({"pass": ["birth-date", "name-sounds", "birth-date"], "row_id": [2, 1, 4]})
        assert pass_over(database, gone) == 2
        first, second = stored_exports(database, ["d1", "d2"])
        assert first.pass_rows["birth-date"]["row_id"].to_pylist() == [1, 3]
        assert len(second.pass_rows["birth-date"]) == 0
        assert forget_partner(database, "a") == 1
        assert add_export(database, export("a", [1, 2, 3]), "d1").news == "withdrawn"
        assert current_exports(database) == {"b": "d2"}


def test_only_rows_that_the_register_has_are_kept() -> None:
    """What the resolver passed over is not matched again."""
    with open_store(None) as database:
        add_export(database, export("a", [1, 2, 3]), "d1")
        known = pa.table({"pass": ["birth-date", "birth-date", "else"], "row_id": [1, 3, 2]})
        assert keep_only(database, known) == 1
        (found,) = stored_exports(database, ["d1"])
        assert found.pass_rows["birth-date"]["row_id"].to_pylist() == [1, 3]


def test_parameters_are_kept_by_the_name_of_the_round() -> None:
    """The last ones of a name count, and a wrong name is answered with those there are."""
    with open_store(None) as database:
        keep_parameters(database, "r1", {"weights": 1})
        keep_parameters(database, "r1", {"weights": 2})
        assert kept_parameters(database, "r1") == {"weights": 2}
        with pytest.raises(InputError, match="it has: r1"):
            kept_parameters(database, "r2")
