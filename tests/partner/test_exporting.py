"""`uic encode`: one partner, one sealed file, in an order that tells nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey, new_key, save_key
from uic.crypto.pairs import PrivateKey, new_pair, save_pair
from uic.envelope.exports import Expected, read_matcher, read_resolver
from uic.errors import InputError, KeyMaterialError
from uic.exchange import DETAILS, EVENTS, RECORDS
from uic.matching.matcher import match
from uic.partner.exporting import shuffled
from uic.partner.handles import record_handles
from uic.partner.registers import Register
from uic.pipeline.exporting import encode
from uic.resolving.resolver import resolve
from uic.schema import default_schema, fingerprint

PARTIES = {name: new_pair(name) for name in ("matcher", "resolver", "dic", "clinic")}
OLD = EpochKey("project", "2026Q3", bytes(range(1, 33)))


def people(count: int, prefix: str = "c") -> list[dict[str, str | None]]:
    """Make people in the order of their names."""
    return [
        {
            "record_id": f"{prefix}{n:04d}",
            "family_name": f"{'abcdefghij'[n // 100]}{'abcdefghij'[n // 10 % 10]}n",
            "given_name": f"kha{'abcdefghij'[n % 10]}",
            "birth_date": f"{1970 + n % 30}-{n % 11 + 2:02d}-{n % 27 + 1:02d}",
            "sex": "M",
        }
        for n in range(count)
    ]


def with_events(register: Register) -> Register:
    """Give everybody two contacts, in the order of the records, and one to nobody."""
    rows: list[dict[str, Any]] = [
        {"contact": 2 + n, "record": n // 2, "service": f"s{n // 2}"}
        for n in range(2 * len(register.records))
    ]
    rows.append({"contact": 2 + len(rows), "record": None, "service": "group"})
    details = [{"population": row["service"]} for row in rows]
    return replace(
        register,
        events=pa.Table.from_pylist(rows, schema=EVENTS),
        details=pa.Table.from_pylist(details, schema=DETAILS),
    )


def table_of(rows: list[dict[str, str | None]]) -> pa.Table:
    return pa.Table.from_pylist(rows)


def written(tmp_path: Path, key: EpochKey, sender: str = "dic", **options: Any) -> Path:
    return encode(
        {sender: table_of(people(50))},
        key=key,
        matcher=PARTIES["matcher"].public,
        resolver=PARTIES["resolver"].public,
        signer=PARTIES[sender],
        out=tmp_path / f"{sender}.uicx",
        **options,
    ).path


def test_the_order_of_the_source_is_lost() -> None:
    """Rank correlation between the order of the source and of the export is that of chance."""
    register = with_events(register_of("dic", people(1000)))
    source = np.arange(1000)
    for _ in range(20):
        mixed = shuffled(register)
        ids = [int(text[1:]) for text in mixed.records["record_id"].to_pylist()]
        assert sorted(ids) == list(source)
        assert abs(np.corrcoef(source, ids)[0, 1]) < 0.15
        contacts = mixed.events["service"].to_pylist()
        places = [int(text[1:]) for text in contacts if text != "group"]
        assert abs(np.corrcoef(np.arange(len(places)), places)[0, 1]) < 0.15


def test_shuffling_keeps_who_had_which_contact() -> None:
    """Events follow their records, contacts get new numbers, group contacts stay nobody's."""
    made_up = np.arange(40) % 3 == 0
    register = replace(with_events(register_of("dic", people(40))), made_up=made_up)
    mixed = shuffled(register)
    ids = mixed.records["record_id"].to_pylist()
    assert mixed.made_up is not None
    assert mixed.made_up.tolist() == [int(text[1:]) % 3 == 0 for text in ids]
    for event in mixed.events.to_pylist():
        if event["record"] is None:
            assert event["service"] == "group"
        else:
            assert event["service"] == f"s{int(ids[event['record']][1:])}"
    assert sorted(mixed.events["contact"].to_pylist()) == list(range(81))
    assert mixed.events.schema == EVENTS
    assert mixed.details is not None
    assert mixed.details["population"].to_pylist() == mixed.events["service"].to_pylist()


def test_shuffling_nothing_gives_nothing() -> None:
    """An empty register stays one."""
    assert len(shuffled(register_of("dic", [])).records) == 0


def test_a_handle_names_a_record_under_one_key_for_one_partner(key: EpochKey) -> None:
    """The same record has the same handle in the next export, and another anywhere else."""
    register = register_of("dic", people(3))
    first = record_handles(register, key)
    assert first.schema == RECORDS
    assert first == record_handles(register, key)
    others = [
        record_handles(register, OLD),
        record_handles(register_of("clinic", people(3)), key),
        record_handles(register_of("dic", people(3, "d")), key),
    ]
    handles = {
        (row["handle_hi"], row["handle_lo"]) for t in (first, *others) for row in t.to_pylist()
    }
    assert len(handles) == 12
    assert first["previous_hi"].null_count == 3


def test_a_hand_over_joins_two_epochs_for_who_has_both_keys(key: EpochKey) -> None:
    """The new export's previous handles are the old export's handles."""
    register = register_of("dic", people(5))
    old = record_handles(register, OLD)
    new = record_handles(register, key, OLD)
    assert new["previous_hi"].to_pylist() == old["handle_hi"].to_pylist()
    assert new["previous_lo"].to_pylist() == old["handle_lo"].to_pylist()
    assert not set(new["handle_hi"].to_pylist()) & set(old["handle_hi"].to_pylist())


def test_a_hand_over_needs_ids_that_last(key: EpochKey) -> None:
    """Row numbers are refused; single made-up ids are left out. What a partner wrote is an id."""
    rows = [{"record_id": name} for name in ("2", "a#2", "row-7", "b#3")]
    mixed = replace(register_of("dic", rows), made_up=np.array([False, True, True, False]))
    handed = record_handles(mixed, key, OLD)
    assert handed["previous_hi"].is_valid().to_pylist() == [True, False, False, True]
    assert handed["own_id"].to_pylist() == [True, False, False, True]
    numbered = replace(mixed, made_up=np.ones(4, dtype=np.bool_))
    with pytest.raises(InputError, match="row numbers"):
        record_handles(numbered, key, OLD)
    assert record_handles(numbered, key)["previous_hi"].null_count == 4
    written_so = record_handles(register_of("dic", rows), key, OLD)
    assert written_so["previous_hi"].null_count == 0


def test_a_made_up_id_is_found_again_in_the_same_file_only(key: EpochKey) -> None:
    """Row 7 of one file and row 7 of another have two handles; a partner's own id has one."""
    rows = [{"record_id": name} for name in ("a", "row-7")]
    mask = np.array([False, True])
    one, same, other = (
        record_handles(replace(register_of("dic", rows), made_up=mask, digest=digest), key)
        for digest in ("ab" * 32, "ab" * 32, "cd" * 32)
    )
    assert one == same
    assert one["handle_hi"][0] == other["handle_hi"][0]
    assert one["handle_hi"][1] != other["handle_hi"][1]
    assert record_handles(register_of("dic", rows), key)["handle_hi"][1] != one["handle_hi"][1]


def test_a_hand_over_is_of_one_project_and_two_epochs(key: EpochKey) -> None:
    """Another project's key, or the same epoch's, is a mistake."""
    register = register_of("dic", people(2))
    for wrong in (new_key("another", "2026Q3"), key):
        with pytest.raises(KeyMaterialError, match="previous"):
            record_handles(register, key, wrong)


def test_what_is_encoded_is_linked_on_the_other_side(tmp_path: Path, key: EpochKey) -> None:
    """Two partners' files, opened by matcher and resolver, give the persons of a direct run."""
    paths = [written(tmp_path, key, sender) for sender in ("dic", "clinic")]
    expected = Expected("project", "2026Q4", fingerprint(default_schema()))
    signers = [PARTIES["dic"].public, PARTIES["clinic"].public]
    matchers = [
        read_matcher(path, key=PARTIES["matcher"], signer=signer, expected=expected)
        for path, signer in zip(paths, signers, strict=True)
    ]
    resolvers = [
        read_resolver(path, key=PARTIES["resolver"], signer=signer, expected=expected)
        for path, signer in zip(paths, signers, strict=True)
    ]
    schema = default_schema()
    persons = resolve(match(matchers, schema).pairs, resolvers, schema).persons
    assert len(persons) == 100
    assert len(set(persons["person_id"].to_pylist())) == 50


def test_one_export_has_one_sender(tmp_path: Path, key: EpochKey) -> None:
    """Two partners' tables are refused before anything is written."""
    tables = {name: table_of(people(2)) for name in ("dic", "clinic")}
    with pytest.raises(InputError, match="2 partners"):
        encode(
            tables,
            key=key,
            matcher=PARTIES["matcher"].public,
            resolver=PARTIES["resolver"].public,
            signer=PARTIES["dic"],
            out=tmp_path / "a.uicx",
        )
    assert not list(tmp_path.iterdir())


def test_a_key_of_another_project_is_refused(tmp_path: Path) -> None:
    """Nothing is encoded with the wrong key."""
    with pytest.raises(KeyMaterialError, match="another"):
        written(tmp_path, new_key("another", "2026Q4"))
    assert not list(tmp_path.iterdir())


def test_keys_may_be_paths(tmp_path: Path, key: EpochKey, monkeypatch: pytest.MonkeyPatch) -> None:
    """From files to the default name of the export, as the command line does it."""
    monkeypatch.chdir(tmp_path)
    for pair in PARTIES.values():
        save_pair(pair, tmp_path)
    save_key(key, "a.key")
    save_key(OLD, "old.key")
    done = encode(
        {"dic": table_of(people(4))},
        key="a.key",
        matcher="matcher.public",
        resolver="resolver.public",
        signer="dic.private",
        previous="old.key",
    )
    assert done.path == Path("dic-2026Q4.uicx")
    part = read_resolver(done.path, key=_resolver(), signer=PARTIES["dic"].public)
    assert part.records["previous_hi"].null_count == 0


def _resolver() -> PrivateKey:
    return PARTIES["resolver"]
