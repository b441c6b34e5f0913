"""Laws of all systems' readers: bytes end in a register or a report; no report tells a value."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import warnings
import zipfile
from pathlib import Path
from typing import Any, get_args

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_helpers import csv_file, schema
from test_reading_canary import BORN, MARKS, NAME, PHONE, _told
from test_reading_dhis2 import ENROLLMENTS, EVENTS_CSV, EXPORT, PERSONS_CSV
from test_reading_forms import FORMS, MAIN, VISITS

from uic.errors import InputError, Problem
from uic.partner.reading import read_registers, write_rejects
from uic.partner.registers import Register
from uic.schema import ExportFormat, LinkageSchema

SYSTEMS = [name for name in get_args(ExportFormat) if name != "plain"]
COLUMNS: dict[str, dict[str, str]] = {
    "dhis2-tracker": {
        "record_id": "trackedEntity",
        "date": "occurredAt",
        "family_name": "Last name",
    },
    "kobo": {"family_name": "family", "sex": "sex", "date": "day", "service": "services"},
    "odk-central": {"family_name": "family", "date": "day", "service": "services"},
    "commcare": {"record_id": "form.case.@case_id", "family_name": "family", "date": "day"},
}


def using(system: str, **more: Any) -> LinkageSchema:
    mapping: dict[str, Any] = {
        "files": ["x*"],
        "format": system,
        "columns": COLUMNS[system],
        "service_separator": " ",
        "time_zone": "+07:00",
    }
    return schema(**(mapping | more))


def reads_or_refuses(content: bytes, suffix: str, system: str, **more: Any) -> None:
    """Read one file; anything but an InputError or a register is a failure."""
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / f"x{suffix}"
        path.write_bytes(content)
        found, problems = _outcome(path, using(system, **more))
    assert bool(found) != bool(problems)
    assert all(problem.file for problem in problems)
    assert all(len(register.records) <= register.rows for register in found)


def _outcome(path: Path, by: LinkageSchema) -> tuple[tuple[Register, ...], tuple[Problem, ...]]:
    """What reading ends with: registers, or the problems of an InputError."""
    try:
        return read_registers([path], by), ()
    except InputError as error:
        return (), error.problems


@settings(derandomize=True, max_examples=250, deadline=None)
@given(
    st.binary(max_size=200),
    st.sampled_from(["", ".csv", ".json", ".xlsx", ".zip", ".csv.gz"]),
    st.sampled_from(SYSTEMS),
    st.booleans(),
)
def test_any_bytes_are_read_or_refused(
    content: bytes, suffix: str, system: str, inside: bool
) -> None:
    """Whatever stands in a file, or packed in one, reading ends with a register or a report."""
    if inside and suffix == ".csv.gz":
        content = gzip.compress(content)
    elif inside and suffix == ".zip":
        content = zipped({"a.csv": content})
    reads_or_refuses(content, suffix, system)


def zipped(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return held.getvalue()


def lines(rows: tuple[str, ...]) -> bytes:
    return "\n".join(rows).encode()


def workbook() -> bytes:
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        for title, rows in {
            "form": [["family", "sex", "_uuid", "_index"], ["Sok", "M", "u1", 1]],
            "visits": [["day", "_index", "_parent_table_name", "_parent_index"], [1, 1, "form", 1]],
        }.items():
            page = book.add_worksheet(title)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return held.getvalue()


TRACKER = {
    "te.csv": lines(PERSONS_CSV),
    "events.csv": lines(EVENTS_CSV),
    "en.json": json.dumps(ENROLLMENTS).encode(),
}
SEEDS: list[tuple[str, str, bytes, dict[str, Any]]] = [
    ("dhis2-tracker", ".json", json.dumps(EXPORT).encode(), {}),
    ("dhis2-tracker", ".csv", lines(PERSONS_CSV), {}),
    ("dhis2-tracker", ".zip", zipped(TRACKER), {}),
    ("dhis2-tracker", ".csv.gz", gzip.compress(lines(PERSONS_CSV)), {}),
    ("kobo", ".xlsx", workbook(), {"repeat": "visits"}),
    ("kobo", ".csv", b"day;family;services/ns;services/c\n2023-02-13;Sok;1;0\n", {}),
    (
        "odk-central",
        ".zip",
        zipped({"o.csv": lines(MAIN), "o-visits.csv": lines(VISITS)}),
        {"repeat": "visits"},
    ),
    ("commcare", ".csv", lines(FORMS), {}),
]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(
    st.sampled_from(SEEDS),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), max_size=6),
    st.floats(0, 1),
)
def test_damaged_exports_are_read_or_refused(
    seed: tuple[str, str, bytes, dict[str, Any]],
    edits: list[tuple[float, bytes, int]],
    kept: float,
) -> None:
    """A good export with bytes changed, removed, inserted or cut off does no more harm."""
    system, suffix, content, more = seed
    for place, new, removed in edits:
        at = int(place * len(content))
        content = content[:at] + new + content[at + removed :]
    reads_or_refuses(
        content if edits else content[: int(kept * len(content))], suffix, system, **more
    )


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.sampled_from(["te.csv", "events.csv", "en.json"]),
    st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 6)), min_size=1),
)
def test_damage_inside_an_archive(member: str, edits: list[tuple[float, bytes, int]]) -> None:
    """The same inside an archive, where the container is whole and a member is not."""
    data = TRACKER[member]
    for place, new, removed in edits:
        at = int(place * len(data))
        data = data[:at] + new + data[at + removed :]
    reads_or_refuses(zipped(TRACKER | {member: data}), ".zip", "dhis2-tracker")


KEYS = ["trackedEntities", "instances", "events", "enrollments", "event", "enrollment"]
KEYS += ["trackedEntity", "attributes", "attribute", "value", "dataValues", "dataElement"]
KEYS += ["displayName", "deleted", "status", "occurredAt"]
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=4), st.floats())
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=20,
)


@settings(derandomize=True, max_examples=250, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, min_size=1, max_size=4))
def test_json_of_any_shape(content: dict[str, Any]) -> None:
    """JSON with the words of DHIS2 in any arrangement is read or refused."""
    reads_or_refuses(json.dumps(content).encode(), ".json", "dhis2-tracker")


@settings(derandomize=True, max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c"]), st.sampled_from(["2023-02-13", ""]), st.booleans()
        ),
        min_size=1,
        max_size=12,
    )
)
def test_json_and_csv_of_the_same_events_agree(rows: list[tuple[str, str, bool]]) -> None:
    """The same events as JSON and as EAV CSV give the same contacts of the same persons."""
    events = [
        {
            "event": f"e{n}",
            "trackedEntity": person,
            "status": "COMPLETED" if happened else "SCHEDULE",
            "occurredAt": day,
            "dataValues": [{"dataElement": "ns", "value": str(n)}],
        }
        for n, (person, day, happened) in enumerate(rows)
    ]
    header = ["event", "trackedEntity", "status", "occurredAt", "dataElement", "value"]
    text = [",".join(header)]
    text += [
        ",".join([*(str(event[name]) for name in header[:4]), "ns", str(n)])
        for n, event in enumerate(events)
    ]
    columns = {"record_id": "trackedEntity", "date": "occurredAt", "quantity": "ns"}
    found: list[list[Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("x.json", json.dumps({"events": events})), ("x.csv", "\n".join(text))):
            (Path(folder) / name).write_text(data, encoding="utf-8")
            by = using("dhis2-tracker", columns=columns)
            registers, problems = _outcome(Path(folder) / name, by)
            found.append([problem.rule for problem in problems])
            for register in registers:
                found[-1] += register.records["record_id"].to_pylist()
                found[-1] += register.events.select(["record", "date", "quantity"]).to_pylist()
    assert found[0] == found[1]
    held = [n for n, (_, _, happened) in enumerate(rows) if happened]
    if held:
        rows_of = [row for row in found[0] if isinstance(row, dict)]
        assert [row["quantity"] for row in rows_of] == held


TOLD: dict[str, tuple[str, str, bytes, dict[str, Any]]] = {
    "half of JSON": ("dhis2-tracker", ".json", json.dumps({"events": [NAME]}).encode()[:-3], {}),
    "JSON without ids": (
        "dhis2-tracker",
        ".json",
        json.dumps({"events": [{"n": NAME}]}).encode(),
        {},
    ),
    "a list for a text": (
        "dhis2-tracker",
        ".json",
        json.dumps({"events": [{"event": [NAME]}]}).encode(),
        {},
    ),
    "a bare text": ("dhis2-tracker", ".json", json.dumps([NAME, PHONE]).encode(), {}),
    "events without a bridge": (
        "dhis2-tracker",
        ".csv",
        f"event,enrollment,occurredAt,dataElement,value\n{NAME},{NAME},{BORN},{NAME},{PHONE}\n".encode(),
        {"columns": {"record_id": "trackedEntity"}},
    ),
    "two keys": (
        "odk-central",
        ".zip",
        zipped({
            "o.csv": f"KEY,family\n{NAME},{NAME}\n{NAME},{NAME}\n".encode(),
            "o-v.csv": f"day,PARENT_KEY,KEY\n{BORN},{NAME},x\n".encode(),
        }),
        {"repeat": "v", "columns": {"family_name": "family", "date": "day"}},
    ),
    "not decrypted": (
        "odk-central",
        ".csv",
        f"KEY,family,Status\n{NAME},{NAME},not decrypted\n".encode(),
        {"columns": {"family_name": "family"}},
    ),
    "positions": (
        "kobo",
        ".csv",
        f"family,where\n{NAME},11.55641 104.92821\n".encode(),
        {"columns": {"family_name": "family", "site": "where"}},
    ),
    "no separator": (
        "kobo",
        ".csv",
        f"family,s,s/a,s/b\n{NAME},{NAME},1,0\n".encode(),
        {"columns": {"family_name": "family", "service": "s"}, "service_separator": None},
    ),
    "a nameless repeat": ("kobo", ".xlsx", workbook(), {"repeat": "x"}),
    "half a zip": ("odk-central", ".zip", zipped({"a.csv": (NAME * 400).encode()})[:-30], {}),
    "half a gz": ("dhis2-tracker", ".csv.gz", gzip.compress((NAME * 400).encode())[:-5], {}),
    "neither forms nor cases": ("commcare", ".csv", f"family\n{NAME}\n".encode(), {}),
}  # fmt: skip


@pytest.mark.parametrize("case", TOLD)
def test_refusals_tell_no_value(
    case: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each way to refuse an export names the place and the rule and nothing that stood there."""
    system, suffix, content, more = TOLD[case]
    path = tmp_path / f"x{suffix}"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_registers([path], using(system, **more))
    assert all(problem.rule and problem.hint for problem in caught.value.problems)
    told = _told(caught.value) + "".join(capfd.readouterr())
    assert not [mark for mark in MARKS if mark in told]


def test_row_problems_tell_no_value(tmp_path: Path) -> None:
    """Rows that fit nowhere, stand twice or hold bad values are listed by their place alone."""
    path = csv_file(
        tmp_path,
        "_uuid,family,sex,day,services",
        f"{NAME},{NAME},{NAME},{BORN},ns",
        f"{NAME},{NAME},{NAME},{BORN},ns",
        f"{PHONE},{NAME},M,{NAME},ns",
        name="x.csv",
    )
    (register,) = read_registers([path], using("kobo"))
    rules = {item.rule for item in register.problems}
    assert rules == {"repeated_row", "unknown_code", "impossible_date"}
    write_rejects(register.problems, tmp_path / "rejects.csv")
    told = repr(register.problems) + (tmp_path / "rejects.csv").read_text(encoding="utf-8")
    assert not [mark for mark in MARKS if mark in told]
