"""A long export in parts gives the same records, events and problems as the export at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from uic.crypto.keys import EpochKey
from uic.crypto.pairs import new_pair
from uic.envelope.exports import read_matcher, read_resolver
from uic.errors import InputError
from uic.exchange import OWN_PAIRS, MatcherPart
from uic.partner.exporting import encode
from uic.partner.handles import record_handles
from uic.partner.reading import parting, read_registers
from uic.partner.reading.dealing import parts_of_texts
from uic.partner.reading.parting import register_parts
from uic.partner.reading.partners import export_of
from uic.partner.registers import Register
from uic.partner.storing import Store
from uic.schema import LinkageSchema, default_schema, parse_schema

PARTIES = {name: new_pair(name) for name in ("matcher", "resolver", "ngo")}
ROWS = 3000


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make parts of a few hundred rows."""
    monkeypatch.setattr(parting, "PART_BYTES", 20_000)


def contacts(rows: int = ROWS) -> pa.Table:
    """Draw contacts with ids that repeat, lack, look made up, or need cleaning."""
    draw = np.random.default_rng(5)
    ids: list[str | None] = [f"C{n}" for n in draw.integers(0, rows // 3, rows)]
    for place in range(0, rows, 50):
        ids[place : place + 4] = [None, f"row-{place + 2}", f"  C{place} ", f"{place}.0"]
    return pa.table(
        {
            "record_id": ids,
            "family_name": [f"Sok{n}" for n in draw.integers(0, 40, rows)],
            "given_name": [f"Dara{n}" for n in draw.integers(0, 40, rows)],
            "birth_date": [
                f"19{60 + n % 40}-{n % 12 + 1:02d}-{n % 28 + 1:02d}" for n in range(rows)
            ],
            "sex": ["MFX"[n] for n in draw.integers(0, 3, rows)],
            "date": [f"2026-0{n}-11" for n in draw.integers(1, 9, rows)],
            "service": [f"s{n}" for n in draw.integers(0, 5, rows)],
        }
    )


def people(rows: int = ROWS) -> pa.Table:
    """Return the same rows as a list of people, where an id that repeats is numbered."""
    return contacts(rows).drop_columns(["date", "service"])


def in_parts(path: Path, schema: LinkageSchema, folder: Path) -> list[Register]:
    with Store(folder, 0) as store:
        return list(register_parts(export_of("ngo", path, schema), schema, store))


def described(registers: list[Register]) -> tuple[Any, ...]:
    """Return what a reader would compare, whatever the order of the records."""
    records: dict[str, Any] = {}
    events = []
    for register in registers:
        rows = register.records.to_pylist()
        records |= {row["record_id"]: row for row in rows}
        for event in register.events.to_pylist():
            record = event.pop("record")
            events.append((event["contact"], rows[record]["record_id"], event["service"]))
    problems = sorted(problem for register in registers for problem in register.problems)
    return records, sorted(events), problems, sum(register.rows for register in registers)


@pytest.mark.parametrize("table", [contacts(), people()], ids=["contacts", "people"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_parts_hold_what_the_whole_holds(tmp_path: Path, table: pa.Table, kind: str) -> None:
    """Record ids, attributes, events, problems: none is lost, doubled or renamed."""
    path = tmp_path / f"ngo.{kind}"
    (pacsv.write_csv if kind == "csv" else pq.write_table)(table, path)
    schema = default_schema()
    parts = in_parts(path, schema, tmp_path)
    whole = read_registers([path], schema)
    assert len(parts) > 2
    assert sum(len(part.records) for part in parts) == len(whole[0].records)
    assert described(parts) == described(list(whole))


def test_the_part_of_a_record_is_random(tmp_path: Path) -> None:
    """Two runs deal records out differently, and the order of the file does not tell the part."""
    path = tmp_path / "ngo.csv"
    pacsv.write_csv(people(), path)
    runs = [in_parts(path, default_schema(), tmp_path) for _ in range(2)]
    found = [
        {i: n for n, part in enumerate(run) for i in part.records["record_id"].to_pylist()}
        for run in runs
    ]
    assert found[0] != found[1]
    ids = [f"row-{n}" for n in range(4000)]
    dealt = parts_of_texts(pa.array(ids), 8, bytes(32))
    assert abs(np.bincount(dealt, minlength=8) - 500).max() < 120
    assert abs(np.corrcoef(dealt, np.arange(4000))[0, 1]) < 0.08


def test_equal_texts_share_a_part() -> None:
    """Texts of every length are dealt by all of their letters."""
    texts = ["", "a", "abcdefgh", "abcdefghi", "ខ្មែរ", "x" * 1000, "x" * 999 + "y"]
    column = pa.array([*texts, *texts]).slice(1)
    dealt = parts_of_texts(column, 1 << 30, bytes(32)).tolist()
    assert dealt[:6] == dealt[7:]
    assert len(set(dealt)) == len(texts)


def test_a_file_without_rows_or_with_a_damage_says_so(tmp_path: Path) -> None:
    """What stops a file read at once stops it in parts."""
    path = tmp_path / "ngo.csv"
    path.write_text("record_id,family_name\n" + ",\n" * 20_000)
    with pytest.raises(InputError, match="no rows"):
        in_parts(path, default_schema(), tmp_path)
    pacsv.write_csv(people().set_column(1, "family_name", pa.array(["????"] * ROWS)), path)
    with pytest.raises(InputError, match="question marks"):
        in_parts(path, default_schema(), tmp_path)


def encoded(path: Path, key: EpochKey, **options: Any) -> Path:
    schema = parse_schema({"partners": {"ngo": {"files": ["ngo*"], "vouched": True}}})
    return encode(
        path,
        key=key,
        matcher=PARTIES["matcher"].public,
        resolver=PARTIES["resolver"].public,
        signer=PARTIES["ngo"],
        schema=schema,
        compare=lambda _part, _schema: OWN_PAIRS.empty_table(),
        **options,
    ).path


def shown(part: MatcherPart) -> dict[str, list[tuple[int, ...]]]:
    """Return the tokens and signatures of each pass, in an order of their own."""
    return {
        name: sorted(tuple(row.values()) for row in table.drop_columns(["row_id"]).to_pylist())
        for name, table in part.pass_rows.items()
    }


def without_missing(rows: pa.Table) -> pa.Table:
    """Keep people whose every pass is usable: what stands for a missing value is random."""
    dates = rows["birth_date"].to_pylist()
    return rows.filter(pa.array([not date.endswith("-01-01") for date in dates]))


def test_an_export_in_parts_is_the_export_at_once(
    tmp_path: Path, key: EpochKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tokens, signatures, events and handles are the same; positions and row ids are random."""
    path = tmp_path / "ngo.csv"
    table = without_missing(contacts().set_column(4, "sex", pa.array(["M"] * ROWS)))
    pacsv.write_csv(table, path)
    monkeypatch.setattr("uic.partner.storing.HELD", 0)
    files = [encoded(path, key, out=tmp_path / "parts.uicx")]
    monkeypatch.setattr(parting, "PART_BYTES", 1 << 30)
    files.append(encoded(path, key, out=tmp_path / "whole.uicx"))
    matchers = [
        read_matcher(f, key=PARTIES["matcher"], signer=PARTIES["ngo"].public) for f in files
    ]
    assert shown(matchers[0]) == shown(matchers[1])
    for part in matchers:
        for rows in part.pass_rows.values():
            ids = rows["row_id"].to_pylist()
            assert ids == sorted(set(ids))
    resolvers = [
        read_resolver(f, key=PARTIES["resolver"], signer=PARTIES["ngo"].public) for f in files
    ]
    handles = [set(r.records["handle_hi"].to_pylist()) for r in resolvers]
    whole = read_registers({"ngo": path}, default_schema())[0]
    assert handles[0] == handles[1] == set(record_handles(whole, key)["handle_hi"].to_pylist())
    for one in resolvers:
        assert sorted(one.records["record"].to_pylist()) == list(range(len(whole.records)))
        assert sorted(one.events["contact"].to_pylist()) == list(range(len(table)))
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith(".")) == []


def test_a_failed_run_leaves_nothing(tmp_path: Path, key: EpochKey) -> None:
    """Neither half an export nor anything that waited for it."""
    path, out = tmp_path / "ngo.csv", tmp_path / "out"
    out.mkdir()
    pacsv.write_csv(people(), path)

    def fails(step: str, done: int, _total: int) -> None:
        if step == "signing" and done == 3:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        encoded(path, key, out=out / "a.uicx", progress=fails)
    assert list(out.iterdir()) == []
