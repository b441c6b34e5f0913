"""DHIS2 tracker: JSON, EAV CSV and line listings end in the same persons and contacts."""

from __future__ import annotations

import gzip
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from reading_helpers import column, csv_file, events, places, refusal, schema

from uic.partner.reading import read_registers

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register

COLUMNS = {
    "record_id": "trackedEntity",
    "family_name": "Last name",
    "birth_date": "dOb00000001",
    "sex": "SEX_CODE",
    "date": "occurredAt",
    "site": "orgUnit",
    "quantity": "nEedles0001",
}
MAPPING: dict[str, Any] = {"files": ["ngo*", "te*", "ev*", "en*"], "format": "dhis2-tracker"}
PHNOM_PENH = MAPPING | {"columns": COLUMNS, "time_zone": "Asia/Phnom_Penh"}


def attributes(name: str, born: str, sex: str) -> list[dict[str, Any]]:
    return [
        {
            "attribute": "lAst0000001",
            "displayName": "Last name",
            "valueType": "TEXT",
            "value": name,
        },
        {"attribute": "dOb00000001", "displayName": "Born", "valueType": "DATE", "value": born},
        {"attribute": "sEx00000001", "code": "SEX_CODE", "displayName": "Sex", "value": sex},
    ]


def event(name: str, day: str, needles: Any, **more: Any) -> dict[str, Any]:
    return {
        "event": name,
        "status": "COMPLETED",
        "program": "pRogram0001",
        "programStage": "sTage000001",
        "orgUnit": "oRgunit0001",
        "occurredAt": f"{day}T00:00:00.000",
        "dataValues": [{"dataElement": "nEedles0001", "value": needles}],
    } | more


def person(name: str, family: str, *visits: dict[str, Any], **more: Any) -> dict[str, Any]:
    enrollment = {
        "enrollment": f"en-{name}",
        "trackedEntity": name,
        "status": "ACTIVE",
        "enrolledAt": "2023-01-05T00:00:00.000",
        "events": list(visits),
    }
    return {
        "trackedEntity": name,
        "orgUnit": "oRgunit0001",
        "deleted": False,
        "geometry": {"type": "Point", "coordinates": [104.9, 11.5]},
        "attributes": attributes(family, "1990-05-12", "M"),
        "enrollments": [enrollment],
    } | more


EXPORT = {
    "pager": {"page": 1, "pageSize": 50},
    "trackedEntities": [
        person(
            "tE1",
            "Sok",
            event("eV1", "2023-02-13", "12"),
            event("eV2", "2023-03-01", 5),
            event("eV3", "2023-03-02", "7", deleted=True),
            event("eV4", "2023-03-03", "7", status="SCHEDULE"),
            event("eV5", "2023-03-04", "7", status="OVERDUE"),
            event("eV6", "2023-03-05", "7", status="SKIPPED"),
        ),
        person("tE2", "Chan"),
        person("tE3", "Gone", event("eV7", "2023-03-01", "9"), deleted=True),
    ],
}
PERSON_HEADER = (
    "trackedEntity,trackedEntityType,createdAt,createdAtClient,updatedAt,updatedAtClient,orgUnit,"
    "inactive,deleted,potentialDuplicate,geometry,latitude,longitude,createdBy,updatedBy,"
    "attrCreatedAt,attrUpdatedAt,attribute,displayName,value,valueType"
)
_PLACE = '"POINT (1 2)",2,1'
PERSONS_CSV = (
    PERSON_HEADER,
    f"tE1,pE,,,,,oRgunit0001,false,false,false,{_PLACE},,,,,lAst0000001,Last name,Sok,TEXT",
    "tE1,pE,,,,,oRgunit0001,false,false,false,,,,,,,,dOb00000001,Born,1990-05-12,DATE",
    "tE1,pE,,,,,oRgunit0001,false,false,false,,,,,,,,SEX_CODE,Sex,M,TEXT",
    "tE2,pE,,,,,oRgunit0001,false,false,false,,,,,,,,lAst0000001,Last name,Chan,TEXT",
    "tE2,pE,,,,,oRgunit0001,false,false,false,,,,,,,,dOb00000001,Born,1990-05-12,DATE",
    "tE2,pE,,,,,oRgunit0001,false,false,false,,,,,,,,SEX_CODE,Sex,M,TEXT",
    "tE3,pE,,,,,oRgunit0001,false,true,false,,,,,,,,lAst0000001,Last name,Gone,TEXT",
)
EVENT_HEADER = (
    "event,status,program,programStage,enrollment,orgUnit,occurredAt,scheduledAt,geometry,"
    "latitude,longitude,followUp,deleted,createdAt,createdAtClient,updatedAt,updatedAtClient,"
    "completedBy,completedAt,updatedBy,attributeOptionCombo,attributeCategoryOptions,"
    "assignedUser,dataElement,value,providedElsewhere,storedByDataValue,updatedAtDataValue,"
    "createdAtDataValue"
)


def event_row(name: str, enrollment: str, moment: str, key: str, value: str, **more: str) -> str:
    held = {
        "event": name,
        "status": "COMPLETED",
        "enrollment": enrollment,
        "orgUnit": "oRgunit0001",
        "occurredAt": moment,
        "deleted": "false",
        "dataElement": key,
        "value": value,
    } | more
    return ",".join(held.get(header, "") for header in EVENT_HEADER.split(","))


EVENTS_CSV = (
    EVENT_HEADER,
    event_row("eV1", "en-tE1", "2023-02-12T17:00:00Z", "nEedles0001", "12"),
    event_row("eV1", "en-tE1", "2023-02-12T17:00:00Z", "oTher000001", "true"),
    event_row("eV2", "en-tE1", "2023-02-28T17:00:00.000Z", "nEedles0001", "5"),
    event_row("eV3", "en-tE1", "2023-03-01T17:00:00Z", "nEedles0001", "7", deleted="true"),
    event_row("eV4", "en-tE1", "2023-03-02T17:00:00Z", "nEedles0001", "7", status="SCHEDULE"),
    event_row("eV7", "en-tE3", "2023-03-02T17:00:00Z", "nEedles0001", "7"),
)
ENROLLMENTS = {
    "enrollments": [
        {"enrollment": f"en-{name}", "trackedEntity": name, "status": "ACTIVE"}
        for name in ("tE1", "tE2", "tE3")
    ]
}
CONTACTS = [
    (0, "2023-02-13", "oRgunit0001", 12),
    (0, "2023-03-01", "oRgunit0001", 5),
]


def json_file(folder: Path, content: Any, name: str = "ngo.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def tracker(*paths: Path, **mapping: Any) -> Register:
    (register,) = read_registers(list(paths), schema(**(PHNOM_PENH | mapping)))
    return register


def contacts(register: Register) -> list[tuple[Any, ...]]:
    found = events(register, "record", "date", "site", "quantity")
    return [(record, str(day), *rest) for record, day, *rest in found]


def check(register: Register) -> None:
    """Two persons, one of them with two contacts that happened."""
    assert column(register, "record_id") == ["tE1", "tE2"]
    assert column(register, "family_name") == ["Sok", "Chan"]
    assert column(register, "birth_date_year") == [1990, 1990]
    assert column(register, "sex") == ["M", "M"]
    assert contacts(register) == CONTACTS
    assert register.problems == ()


def test_nested_json(tmp_path: Path) -> None:
    """Persons, enrollments and events in one file; deleted and planned ones are left out."""
    check(tracker(json_file(tmp_path, EXPORT)))


def test_csv_of_events_and_persons_through_enrollments(tmp_path: Path) -> None:
    """EAV rows become columns, UTC becomes the local day, enrollments say whose an event is."""
    files = [
        csv_file(tmp_path, *PERSONS_CSV, name="te.csv"),
        csv_file(tmp_path, *EVENTS_CSV, name="events.csv"),
        json_file(tmp_path, ENROLLMENTS, "enrollments.json"),
    ]
    check(tracker(*files))
    check(tracker(*reversed(files)))
    assert tracker(*files).digest == tracker(*reversed(files)).digest


def test_folder_and_archives(tmp_path: Path) -> None:
    """The files may be packed one by one, lie in a folder, or in one .zip."""
    folder = tmp_path / "ngo-export"
    folder.mkdir()
    csv_file(folder, *PERSONS_CSV, name="te.csv")
    (folder / "events.csv.gz").write_bytes(gzip.compress("\n".join(EVENTS_CSV).encode()))
    with zipfile.ZipFile(folder / "enrollments.json.zip", "w") as archive:
        archive.writestr("enrollments.json", json.dumps(ENROLLMENTS))
    check(tracker(folder))
    with zipfile.ZipFile(tmp_path / "ngo.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("te.csv", "\n".join(PERSONS_CSV))
        archive.writestr("events.csv", "\n".join(EVENTS_CSV))
        archive.writestr("x/enrollments.json", json.dumps(ENROLLMENTS))
    check(tracker(tmp_path / "ngo.zip"))


def test_older_keys(tmp_path: Path) -> None:
    """Exports up to 2.36 call the same things otherwise."""
    old = json.loads(
        json.dumps(EXPORT)
        .replace('"trackedEntities"', '"trackedEntityInstances"')
        .replace('"trackedEntity"', '"trackedEntityInstance"')
        .replace('"occurredAt"', '"eventDate"')
        .replace('"enrolledAt"', '"enrollmentDate"')
    )
    check(tracker(json_file(tmp_path, old)))


def test_instances_and_single_objects(tmp_path: Path) -> None:
    """The list may be called instances, stand alone, or be one object."""
    check(tracker(json_file(tmp_path, {"instances": EXPORT["trackedEntities"]})))
    check(tracker(json_file(tmp_path, EXPORT["trackedEntities"])))
    (tmp_path / "one").mkdir()
    register = tracker(json_file(tmp_path / "one", EXPORT["trackedEntities"][0]))
    assert contacts(register) == CONTACTS


def test_pages_that_overlap(tmp_path: Path) -> None:
    """A person or event on two pages is one person, one event."""
    first = {"trackedEntities": EXPORT["trackedEntities"][:2]}
    second = {"trackedEntities": EXPORT["trackedEntities"][:1]}
    check(tracker(json_file(tmp_path, first, "te1.json"), json_file(tmp_path, second, "te2.json")))


def test_ids_codes_and_names(tmp_path: Path) -> None:
    """A column is mapped by its id, its code or its display name; a metadata file adds names."""
    metadata = {"dataElements": [{"id": "nEedles0001", "code": "NS", "name": "Needles given"}]}
    folder = tmp_path / "ngo-x"
    folder.mkdir()
    json_file(folder, EXPORT, "te.json")
    json_file(folder, metadata, "metadata.json")
    for quantity in ("nEedles0001", "NS", "Needles given", "needles-given"):
        for name in ("Last name", "lAst0000001"):
            columns = COLUMNS | {"quantity": quantity, "family_name": name}
            check(tracker(folder, columns=columns))


def test_events_without_a_bridge(tmp_path: Path) -> None:
    """Events that know only their enrollment need the enrollments: never everybody their own."""
    path = csv_file(tmp_path, *EVENTS_CSV, name="events.csv")
    columns = {"record_id": "trackedEntity", "date": "occurredAt"}
    using = schema(**(PHNOM_PENH | {"columns": columns}))
    (problem,) = refusal([path], using).problems
    assert problem.where == "column 'enrollment'"
    assert "enrollments" in problem.hint
    register = tracker(path, columns={"record_id": "enrollment", "date": "occurredAt"})
    assert column(register, "record_id") == ["en-tE1", "en-tE3"]


def test_event_whose_enrollment_is_missing(tmp_path: Path) -> None:
    """An event that no enrollment explains stays, and is listed with its file and row."""
    lonely = event_row("eV8", "en-tE9", "2023-04-01T17:00:00Z", "nEedles0001", "1")
    csv_file(tmp_path, *EVENTS_CSV, lonely, name="events.csv")
    json_file(tmp_path, ENROLLMENTS, "enrollments.json")
    register = tracker(tmp_path / "events.csv", tmp_path / "enrollments.json",
                       columns={"record_id": "trackedEntity", "date": "occurredAt"})  # fmt: skip
    assert places(register) == [(8, "events.csv", "unmatched_row")]
    assert [record for (record,) in events(register, "record")] == [0, 0, 1, None]


def test_utc_needs_a_time_zone(tmp_path: Path) -> None:
    """Moments in UTC without a time zone would move days and months: the file is refused."""
    csv_file(tmp_path, *EVENTS_CSV, name="events.csv")
    json_file(tmp_path, ENROLLMENTS, "enrollments.json")
    columns = {"record_id": "trackedEntity", "date": "occurredAt"}
    using = schema(**(MAPPING | {"columns": columns}))
    (problem,) = refusal([tmp_path / "events.csv", tmp_path / "enrollments.json"], using).problems
    assert (problem.where, problem.rule) == ("column 'occurredAt'", "the dates are moments in UTC")
    assert "time_zone" in problem.hint


@pytest.mark.parametrize("zone", ["Asia/Phnom_Penh", "+07:00"])
def test_midnight_in_utc_is_the_local_day(tmp_path: Path, zone: str) -> None:
    """The same event has one day in CSV and in JSON; without moving it the month would differ."""
    listed = [
        event_row("eV1", "", "2023-02-28T17:00:00Z", "nEedles0001", "1"),
        event_row("eV2", "", "2023-02-28T16:59:59Z", "nEedles0001", "1"),
        event_row("eV3", "", "2023-02-28T23:30:00+07:00", "nEedles0001", "1"),
    ]
    path = csv_file(tmp_path, EVENT_HEADER, *listed)
    columns = {"record_id": "event", "date": "occurredAt"}
    days = [str(day) for (day,) in events(tracker(path, columns=columns, time_zone=zone), "date")]
    assert days == ["2023-03-01", "2023-02-28", "2023-02-28"]


def test_unknown_time_zone(tmp_path: Path) -> None:
    """A time zone that nobody knows is said to be unknown, with what to write instead."""
    path = csv_file(tmp_path, *EVENTS_CSV)
    columns = {"record_id": "event", "date": "occurredAt"}
    using = schema(**(PHNOM_PENH | {"columns": columns, "time_zone": "Asia/Atlantis"}))
    (problem,) = refusal([path], using).problems
    assert "+07:00" in problem.hint


def test_line_listing(tmp_path: Path) -> None:
    """A wide file of events is read by its display names; planned visits are left out."""
    path = csv_file(
        tmp_path,
        "Event,Program stage,Event date,Organisation unit name,Event status,Client,Needles",
        "eV1,Visit,2023-02-13 00:00:00.0,DIC,COMPLETED,tE1,12",
        "eV2,Visit,2023-02-14 00:00:00.0,DIC,Scheduled,tE1,12",
        "eV3,Visit,2023-02-15 00:00:00.0,DIC,ACTIVE,tE2,",
    )
    columns = {"record_id": "Client", "date": "Event date", "quantity": "Needles"}
    register = tracker(path, columns=columns)
    assert column(register, "record_id") == ["tE1", "tE2"]
    assert events(register, "contact", "quantity") == [(2, 12), (4, None)]
    other = json_file(tmp_path, ENROLLMENTS, "enrollments.json")
    using = schema(**(PHNOM_PENH | {"columns": columns}))
    assert "stands beside" in refusal([path, other], using).problems[0].rule


def test_persons_without_a_date(tmp_path: Path) -> None:
    """A mapping without a date reads a list of persons, each once."""
    columns = {name: COLUMNS[name] for name in ("record_id", "family_name", "sex")}
    register = tracker(json_file(tmp_path, EXPORT), columns=columns)
    assert column(register, "record_id") == ["tE1", "tE2"]
    assert len(register.events) == 0


def test_enrollments_as_registrations(tmp_path: Path) -> None:
    """Without events the date of enrollment makes a list of registrations."""
    export = {"trackedEntities": [person("tE1", "Sok"), person("tE2", "Chan", enrollments=[])]}
    columns = COLUMNS | {"date": "enrolledAt", "site": "program", "quantity": ""}
    register = tracker(json_file(tmp_path, export), columns=columns)
    assert column(register, "record_id") == ["tE1", "tE2"]
    assert [str(day) for (day,) in events(register, "date")] == ["2023-01-05"]


def test_positions_are_never_read(tmp_path: Path) -> None:
    """A column of coordinates cannot be mapped, by its name or by its cells."""
    path = csv_file(tmp_path, "Client,latitude,Where", "a,11.5,11.5564 104.9282 0 0")
    for header in ("latitude", "Where"):
        using = schema(**(MAPPING | {"columns": {"record_id": "Client", "site": header}}))
        assert "GPS" in refusal([path], using).problems[0].rule


@pytest.mark.parametrize(
    ("content", "where", "rule"),
    [
        ('{"trackedEntities": [', "line 1", "this is not whole JSON in UTF-8"),
        ('{"trackedEntities": {}}', "trackedEntities", "a list of objects is expected here"),
        ('{"trackedEntities": [{"x": 1}]}', "trackedEntities, entry 1", "the entry has no id"),
        (
            '{"events": [{"event": "a"}, {"event": {"b": 1}}]}',
            "events, entry 2, event",
            "a text is expected here",
        ),
        (
            '{"events": [{"event": "a", "dataValues": [{"dataElement": "x", "value": [1]}]}]}',
            "events, entry 1, value",
            "a text is expected here",
        ),
        ('{"organisationUnits": []}', "", "this is not an export of DHIS2 tracker"),
        ('{"events": []}', "", "no file holds persons, enrollments or events"),
        ("[" * 100_000, "", "this is not whole JSON in UTF-8"),
    ],
)
def test_broken_json(tmp_path: Path, content: str, where: str, rule: str) -> None:
    """A JSON file that is laid out otherwise names the entry and what was expected."""
    path = tmp_path / "ngo.json"
    path.write_text(content, encoding="utf-8")
    (problem,) = refusal([path], schema(**PHNOM_PENH)).problems
    assert (problem.where, problem.rule) == (where, rule)
    assert problem.hint


def test_bad_values_name_file_row_and_column(tmp_path: Path) -> None:
    """A value that cannot be used is listed once, in the file it stands in."""
    persons = [*PERSONS_CSV[:2], *PERSONS_CSV[3:]]
    persons.insert(3, PERSONS_CSV[2].replace("1990-05-12", "1990-13-45"))
    files = [
        csv_file(tmp_path, *persons, name="te.csv"),
        csv_file(tmp_path, *EVENTS_CSV, name="events.csv"),
        json_file(tmp_path, ENROLLMENTS, "enrollments.json"),
    ]
    assert places(tracker(*files)) == [(2, "te.csv: dOb00000001", "impossible_date")]


def test_same_display_name_twice(tmp_path: Path) -> None:
    """Two attributes of one name must be mapped by their ids."""
    export = {"trackedEntities": [person("tE1", "Sok")]}
    export["trackedEntities"][0]["attributes"].append(
        {"attribute": "lAst0000002", "displayName": "Last name", "value": "Chan"}
    )
    path = json_file(tmp_path, export)
    columns = {"record_id": "trackedEntity", "family_name": "Last name"}
    (problem,) = refusal([path], schema(**(MAPPING | {"columns": columns}))).problems
    assert "'lAst0000001', 'lAst0000002'" in problem.hint
    columns["family_name"] = "lAst0000002"
    assert column(tracker(path, columns=columns), "family_name") == ["Chan"]


def test_plain_reading_says_which_format_it_looks_like(tmp_path: Path) -> None:
    """Without a format nothing is guessed, but the message says what to set."""
    path = csv_file(tmp_path, *EVENTS_CSV)
    (problem,) = refusal([path], schema(columns={"family_name": "Name"})).problems
    assert "format = 'dhis2-tracker'" in problem.hint
    path = json_file(tmp_path, EXPORT, "ngo.json")
    assert "format" in refusal([path], schema()).problems[0].hint
