"""From rows to records and contacts: events, persons, services, constants, group contacts."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from reading_helpers import (
    column,
    csv_file,
    events,
    places,
    read,
    read_lines,
    rules,
    workbook,
)

from uic.partner.reading import read_registers
from uic.partner.registers import EVENTS
from uic.schema import default_schema

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register


def test_contacts_of_one_person_are_one_record(tmp_path: Path) -> None:
    """Each attribute takes its most frequent value; rows that disagree are listed."""
    register = read_lines(
        tmp_path,
        "record_id,family_name,birth_date,date",
        "A,Sok,1990,2014-01-02",
        "A,Sokh,1990-05,2014-01-03",
        "A,,1990-05,2014-01-04",
        "B,Chan,,2014-01-05",
        "A, Sok ,,2014-01-06",
    )
    assert column(register, "record_id") == ["A", "B"]
    assert column(register, "family_name") == ["Sok", "Chan"]
    assert column(register, "birth_date_month") == [5, None]
    assert events(register, "contact", "record") == [(2, 0), (3, 0), (4, 0), (5, 1), (6, 0)]
    assert places(register) == [
        (2, "birth_date", "attribute_conflict"),
        (3, "family_name", "attribute_conflict"),
    ]


def test_among_equals_the_first_wins(tmp_path: Path) -> None:
    """A tie goes to the value that stands first in the file."""
    lines = ["record_id,sex,date", "A,F,2014-01-01", "A,M,2014-01-01", "A,M,", "A,F,"]
    register = read_lines(tmp_path, *lines)
    assert column(register, "sex") == ["F"]
    assert [row for row, *_ in places(register)] == [3, 4]


def test_rows_without_record_id_in_a_file_of_events(tmp_path: Path) -> None:
    """With an attribute the row is somebody of its own, without one it is a group contact."""
    register = read_lines(
        tmp_path,
        "record_id,sex,date,quantity",
        ",M,2014-01-02,1",
        ",,2014-01-02,25",
        "A,,2014-01-02,1",
        ",-,2014-01-03,12",
        "row-2,F,2014-01-03,1",
    )
    assert column(register, "record_id") == ["row-2", "A", "row-2#2"]
    assert register.made_up.tolist() == [True, False, True]
    assert events(register, "record", "quantity") == [
        (0, 1),
        (None, 25),
        (1, 1),
        (None, 12),
        (2, 1),
    ]


def test_events_without_a_record_id_column(tmp_path: Path) -> None:
    """Every row with an attribute is a record named after its row number."""
    register = read_lines(tmp_path, "family_name,date", "Sok,2014-01-02", ",2014-01-02", "Sok,")
    assert column(register, "record_id") == ["row-2", "row-4"]
    assert events(register, "record") == [(0,), (None,), (1,)]


def test_persons_have_no_contacts(tmp_path: Path) -> None:
    """A file without dates has one record a row and no contact."""
    register = read_lines(tmp_path, "family_name,sex", "Sok,M", "Sok,M", "?,x")
    assert column(register, "record_id") == ["row-2", "row-3", "row-4"]
    assert register.made_up.all()
    assert register.events.equals(EVENTS.empty_table())
    assert column(register, "family_name") == ["Sok", "Sok", None]


def test_repeated_record_ids_lose_nobody(tmp_path: Path) -> None:
    """The same person twice is one record; another person under the same id gets a number."""
    register = read_lines(
        tmp_path,
        "record_id,family_name,sex",
        "7,Sok,M",
        "7, Sok,male",
        "7,Chan,F",
        "8,Kim,F",
        "7,Nou,F",
        "7,Chan,F",
        "7#2,Ly,M",
    )
    assert column(register, "record_id") == ["7", "7#2", "8", "7#3", "7#2#2"]
    assert column(register, "family_name") == ["Sok", "Chan", "Kim", "Nou", "Ly"]
    assert [(row, rule) for row, _, rule in places(register)] == [
        (4, "duplicate_record_id"),
        (6, "duplicate_record_id"),
        (7, "duplicate_record_id"),
    ]


def test_one_service_column(tmp_path: Path) -> None:
    """Without a separator a cell is one service, spaces and all."""
    lines = ["record_id,date,service", "A,2014-01-02,HIV test", "A,2014-01-03,", "A,2014-01-04,-"]
    register = read_lines(tmp_path, *lines)
    assert events(register, "contact", "service") == [(2, "HIV test"), (3, None), (4, None)]


def test_several_services_in_one_cell(tmp_path: Path) -> None:
    """Each service of a cell is a row of the same contact; the quantity is counted once."""
    lines = [
        "record_id,date,service,quantity",
        "A,2014-01-02,ns  condom ns,5",
        "A,2014-01-03,iec,2",
    ]
    register = read_lines(tmp_path, *lines, service_separator=" ")
    assert events(register, "contact", "record", "service", "quantity") == [
        (2, 0, "ns", 5),
        (2, 0, "condom", None),
        (3, 0, "iec", 2),
    ]


def test_service_columns(tmp_path: Path) -> None:
    """Columns of 1 and 0, yes and no, true and false, or counts; anything else is listed."""
    register = read_lines(
        tmp_path,
        "record_id,date,Needles,Condoms",
        "A,2014-01-02,1,0",
        "A,2014-01-03,yes,TRUE",
        "A,2014-01-04,12,",
        "A,2014-01-05,maybe,No",
        "A,2014-01-06,៣,x",
        service_columns={"ns": "Needles", "condom": "Condoms"},
    )
    assert events(register, "contact", "service") == [
        (2, "ns"),
        (3, "ns"),
        (3, "condom"),
        (4, "ns"),
        (5, None),
        (6, "ns"),
        (6, "condom"),
    ]
    assert places(register) == [(5, "Needles", "unknown_code")]


def test_columns_and_cells_of_services_together(tmp_path: Path) -> None:
    """A service that a row names twice is one."""
    lines = ["record_id,date,service,n", "A,2014-01-02,ns|iec,1", "B,2014-01-02,,1", "B,,,0"]
    register = read_lines(
        tmp_path, *lines, service_columns={"ns": "n"}, service_separator="|", separator=","
    )
    assert events(register, "contact", "service") == [(2, "ns"), (2, "iec"), (3, "ns"), (4, None)]


def test_channel_is_the_partner_unless_said(tmp_path: Path) -> None:
    """A channel column, else the constant, else the partner's name."""
    lines = ["record_id,date,channel", "A,2014-01-02,mobile", "A,2014-01-03,"]
    assert events(read_lines(tmp_path, *lines), "channel") == [("mobile",), ("ngo",)]
    register = read_lines(tmp_path, *lines, constants={"channel": "outreach"})
    assert events(register, "channel") == [("mobile",), ("outreach",)]


def test_constants_fill_what_the_file_leaves_empty(tmp_path: Path) -> None:
    """Constants of persons and contacts; a constant date makes a file of contacts."""
    lines = ["record_id,sex", "A,", "B,M", ","]
    constants = {"sex": "female", "site": "Depot", "date": "2014-01-02", "birth_date": "1990"}
    register = read_lines(tmp_path, *lines, constants=constants)
    assert column(register, "sex") == ["F", "M"]
    assert column(register, "birth_date_year") == [1990, 1990]
    assert events(register, "date", "site") == [(dt.date(2014, 1, 2), "Depot")] * 2


def test_constants_make_nobody_of_a_group_contact(tmp_path: Path) -> None:
    """A constant attribute is no sign that a row is a person."""
    lines = ["record_id,date", ",2014-01-02", "A,2014-01-02"]
    register = read_lines(tmp_path, *lines, constants={"sex": "M"})
    assert events(register, "record") == [(None,), (0,)]


def test_columns_of_the_mapping_come_first(tmp_path: Path) -> None:
    """Mapped columns are found without regard to case; others by their own name; '' leaves out."""
    lines = ["Client No,SEX,Place,record_id,phone", "7,M,x,9,1"]
    register = read_lines(tmp_path, *lines, columns={"record_id": "client no", "place": ""})
    assert register.records.to_pylist() == [{"record_id": "7", "sex": "M", "phone": "1"}]


def test_partner_by_pattern_and_order_of_the_inputs(tmp_path: Path) -> None:
    """Patterns ignore case; registers come in the order of the files."""
    from uic.schema import parse_schema

    using = parse_schema({"partners": {"dic": {"files": ["dic*"]}, "out": {"files": ["OUT*.CSV"]}}})
    one = csv_file(tmp_path, "record_id,date", "A,2014-01-02", name="outreach 2014.csv")
    two = workbook(tmp_path, ["record_id"], [1], name="DIC.xlsx")
    seen: list[tuple[str, int, int]] = []
    found = read_registers([one, two], using, progress=lambda *step: seen.append(step))
    assert [register.partner for register in found] == ["out", "dic"]
    assert seen == [("reading", 0, 2), ("reading", 1, 2), ("reading", 2, 2)]
    assert repr(found[0]) == "<Register out: 1 records, 1 events>"


def test_header_spelling_without_a_mapping(tmp_path: Path) -> None:
    """Attribute names are found whatever their case, spaces, hyphens and underscores."""
    lines = ["Record ID;Family-Name;GIVENNAME;birth date;Sex ", "7;Sok;Dara;1990-05-12;M"]
    register = read_lines(tmp_path, *lines)
    assert register.records.column_names[:4] == [
        "record_id",
        "family_name",
        "given_name",
        "birth_date_year",
    ]


def test_rows_and_digest(tmp_path: Path) -> None:
    """The register says how many rows it came from, and from which bytes."""
    import hashlib

    path = csv_file(tmp_path, "record_id,sex", "7,M", "7,M", "")
    register = read(path)
    assert (register.rows, len(register.records)) == (2, 1)
    assert register.digest == hashlib.sha256(path.read_bytes()).hexdigest()
    assert register.source == "ngo.csv"
    (table,) = read_registers({"ngo": [{"sex": "M"}]}, default_schema())
    assert (table.source, table.rows) == ("ngo", 1)


_CELL = st.sampled_from(["", "a", "b", "c"])


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["", "1", "2", "3"]), _CELL, _CELL), min_size=1))
def test_law_of_contacts(rows: list[tuple[str, str, str]]) -> None:
    """Rows are contacts one to one, and a record's value is a mode of its rows."""
    kept = [row for row in rows if any(row)]
    table = [
        {"record_id": i, "family_name": f, "place": p, "date": "2014-01-02"} for i, f, p in rows
    ]
    (register,) = read_registers({"x": table}, default_schema())
    assert register.rows == len(rows)
    assert register.events["contact"].to_pylist() == list(range(2, len(rows) + 2))
    people = {i for i, *_ in kept if i}
    alone = sum(not i for i, *_ in kept)
    assert len(register.records) == len(people) + alone
    for record in register.records.to_pylist():
        names = [f for i, f, _ in kept if i == record["record_id"] and f]
        if names:
            assert names.count(record["family_name"]) == max(map(names.count, names))
    lost = rules(register).get(("family_name", "attribute_conflict"), 0)
    held = [[f for i, f, _ in kept if i == person and f] for person in people]
    assert lost == sum(len(names) - max(map(names.count, names), default=0) for names in held)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["1", "2"]), _CELL), min_size=1))
def test_law_of_persons(rows: list[tuple[str, str]]) -> None:
    """Each different row is one record under its own id; every record id is unique."""
    table = [{"record_id": i, "family_name": f} for i, f in rows]
    (register,) = read_registers({"x": table}, default_schema())
    records = [(r["record_id"].partition("#")[0], r["family_name"]) for r in _people(register)]
    assert len(records) == len(set(records))
    assert set(records) == {(i, f or None) for i, f in rows}
    assert len({r["record_id"] for r in _people(register)}) == len(records)


def _people(register: Register) -> list[dict[str, Any]]:
    return list(register.records.to_pylist())
