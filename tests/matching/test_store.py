"""The matcher's store: one epoch, the newest export of each partner, nothing that was replaced."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest

from uic.crypto.pairs import new_pair, public_text
from uic.envelope.safe import KeySafe
from uic.errors import FormatError, InputError, KeyMaterialError, SchemaMismatchError
from uic.exchange import FREQUENCIES, Header, MatcherPart
from uic.matching.store import (
    add_export,
    current_exports,
    forget_partner,
    keep_parameters,
    kept_parameters,
    open_store,
    owner_of,
    stored_exports,
)
from uic.matching.thinning import keep_only, pass_over, pass_over_later

MATCHER = new_pair("matcher")
SAFE = KeySafe.of(MATCHER)


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
    with open_store(tmp_path / "s.duckdb", SAFE) as store:
        assert add_export(store, part, "d1").news == "new"
    with open_store(tmp_path / "s.duckdb", SAFE) as store:
        (found,) = stored_exports(store, ["d1"])
        assert found.header == part.header
        assert list(found.pass_rows) == ["birth-date"]
        assert found.pass_rows["birth-date"].equals(part.pass_rows["birth-date"])
        assert found.frequencies.equals(part.frequencies)
    assert (tmp_path / "s.duckdb").stat().st_mode & 0o077 == 0


def test_the_newest_export_of_a_partner_counts() -> None:
    """A newer list replaces the older one for good; a file sent again is recognised."""
    with open_store(None, SAFE) as store:
        news = [
            add_export(store, export(partner, rows), digest).news
            for partner, rows, digest in (
                ("a", [1], "d1"),
                ("b", [2], "d2"),
                ("a", [3], "d3"),
                ("a", [3], "d3"),
                ("a", [1], "d1"),
            )
        ]
        assert news == ["new", "new", "newer", "resent", "outdated"]
        assert current_exports(store) == {"a": "d3", "b": "d2"}
        with pytest.raises(InputError, match="not in the matcher's store"):
            stored_exports(store, ["d1"])
        tables = store.database.execute("SELECT COUNT(*) FROM passes").fetchall()
        assert tables == [(4,)]  # one pass and the frequencies of two exports


def test_rows_of_two_epochs_never_meet() -> None:
    """A store takes the exports of one epoch."""
    with open_store(None, SAFE) as store:
        add_export(store, export("a", [1]), "d1")
        with pytest.raises(SchemaMismatchError, match="another epoch"):
            add_export(store, export("b", [2], epoch="2026Q4"), "d2")
        assert current_exports(store) == {"a": "d1"}


def test_withdrawn_rows_are_passed_over() -> None:
    """Single rows go, and so does a whole partner whose files are not taken again."""
    with open_store(None, SAFE) as store:
        add_export(store, export("a", [1, 2, 3]), "d1")
        add_export(store, export("b", [4]), "d2")
        gone = pa.table({"pass": ["birth-date", "name-sounds", "birth-date"], "row_id": [2, 1, 4]})
        assert pass_over(store, gone) == 2
        first, second = stored_exports(store, ["d1", "d2"])
        assert first.pass_rows["birth-date"]["row_id"].to_pylist() == [1, 3]
        assert len(second.pass_rows["birth-date"]) == 0
        assert forget_partner(store, "a") == 1
        assert add_export(store, export("a", [1, 2, 3]), "d1").news == "withdrawn"
        assert current_exports(store) == {"b": "d2"}


def test_only_rows_that_the_register_has_are_kept() -> None:
    """What the resolver passed over is not matched again."""
    with open_store(None, SAFE) as store:
        add_export(store, export("a", [1, 2, 3]), "d1")
        known = pa.table({"pass": ["birth-date", "birth-date", "else"], "row_id": [1, 3, 2]})
        assert keep_only(store, known) == 1
        (found,) = stored_exports(store, ["d1"])
        assert found.pass_rows["birth-date"]["row_id"].to_pylist() == [1, 3]


def test_parameters_are_kept_by_the_name_of_the_round() -> None:
    """The last ones of a name count, and a wrong name is answered with those there are."""
    with open_store(None, SAFE) as store:
        keep_parameters(store, "r1", {"weights": 1})
        keep_parameters(store, "r1", {"weights": 2})
        assert kept_parameters(store, "r1") == {"weights": 2}
        with pytest.raises(InputError, match="it has: r1"):
            kept_parameters(store, "r2")


def test_only_the_matchers_key_opens_a_store(tmp_path: Path) -> None:
    """Another pair is refused at once; without the private half the rows stay closed."""
    path = tmp_path / "s.duckdb"
    with open_store(path, SAFE) as store:
        add_export(store, export("a", [1, 2]), "d1")
    with (
        pytest.raises(KeyMaterialError, match="another key pair"),
        open_store(path, KeySafe.of(new_pair("other"))),
    ):
        pass
    assert owner_of(path) == public_text(MATCHER.public)
    with open_store(path, KeySafe(MATCHER.public)) as store:
        assert current_exports(store) == {"a": "d1"}
        with pytest.raises(KeyMaterialError, match="private key"):
            stored_exports(store, ["d1"])


def test_rows_moved_to_another_export_or_pass_do_not_open(tmp_path: Path) -> None:
    """What is sealed is bound to its export and its pass."""
    with open_store(tmp_path / "s.duckdb", SAFE) as store:
        add_export(store, export("a", [1, 2]), "d1")
        add_export(store, export("b", [3]), "d2")
        tables = dict(
            store.database.execute(
                "SELECT export, rows FROM passes WHERE pass = 'birth-date'"
            ).fetchall()
        )
        for number, name in tables.items():
            store.database.execute(
                "UPDATE passes SET rows = $1 WHERE pass = 'birth-date' AND export = $2",
                [name, 3 - number],
            )
        (moved,) = stored_exports(store, ["d1"])
        with pytest.raises(FormatError) as told:
            moved.pass_rows["birth-date"]
        assert told.value.layer == "seal"


def test_a_note_of_withdrawn_rows_is_kept_without_the_key_and_done_with_it(tmp_path: Path) -> None:
    """The rows are gone, and the note too, once the store was opened with the private key."""
    path = tmp_path / "s.duckdb"
    with open_store(path, SAFE) as store:
        add_export(store, export("a", [1, 2, 3]), "d1")
    with open_store(path, KeySafe(MATCHER.public)) as store:
        pass_over_later(store, pa.table({"pass": ["birth-date"], "row_id": [2]}))
        pass_over_later(store, pa.table({"pass": ["birth-date"], "row_id": [3]}))
    with open_store(path, SAFE) as store:
        (found,) = stored_exports(store, ["d1"])
        assert found.pass_rows["birth-date"]["row_id"].to_pylist() == [1]
        assert store.database.execute("SELECT * FROM withdrawals").fetchall() == []
        keep_parameters(store, "r1", {"weights": 1})
        assert kept_parameters(store, "r1") == {"weights": 1}


def test_long_lists_are_sealed_in_many_pieces(tmp_path: Path) -> None:
    """Order and rows survive, and a piece that is lost or changed is missed."""
    rows = list(range(300_000))
    with open_store(tmp_path / "s.duckdb", SAFE) as store:
        part = export("a", rows)
        add_export(store, part, "d1")
        (found,) = stored_exports(store, ["d1"])
        assert found.pass_rows["birth-date"].equals(part.pass_rows["birth-date"])
        query = "SELECT rows FROM passes WHERE pass = 'birth-date'"
        ((name,),) = store.database.execute(query).fetchall()
        pieces = store.database.execute(f'SELECT COUNT(*) FROM "{name}"').fetchall()[0][0]
        assert pieces > 35
        store.database.execute(f'DELETE FROM "{name}" WHERE number = 7')
        with pytest.raises(FormatError, match="chunk"):
            found.pass_rows["birth-date"]
