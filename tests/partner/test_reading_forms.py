"""ODK Central and CommCare: submissions in one table, repeats in others."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from reading_helpers import column, csv_file, events, places, refusal, schema

from uic.errors import UicWarning
from uic.partner.reading import read_registers

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register

ROOT = (
    "SubmissionDate,start,who-family,who-sex,where-Latitude,where-Longitude,where-Altitude,"
    "where-Accuracy,meta-instanceID,KEY,SubmitterID,SubmitterName,AttachmentsPresent,"
    "AttachmentsExpected,Status,ReviewState,DeviceID,Edits,FormVersion"
)


def root_row(key: str, family: str, sex: str, state: str = "", status: str = "") -> str:
    return (
        f"2023-02-28T18:30:00.000Z,2023-02-28T08:00:00.000+07:00,{family},{sex},11.5,104.9,0,5,"
        f"uuid:{key},uuid:{key},7,Worker,0,0,{status},{state},,0,1"
    )


def visit_row(key: str, number: int, day: str, services: str, kits: str) -> str:
    return f"{day},{services},{kits},uuid:{key},uuid:{key}/visits[{number}]"


MAIN = (
    ROOT,
    root_row("a", "Sok", "M"),
    root_row("b", "Chan", "F", "approved"),
    root_row("c", "Kim", "F", "rejected"),
)
VISITS = (
    "day,given-services,given-kits,PARENT_KEY,KEY",
    visit_row("a", 1, "2023-02-13", "ns condom", "5"),
    visit_row("a", 2, "2023-03-01", "ns", "7"),
    visit_row("c", 1, "2023-03-01", "ns", "7"),
)
COLUMNS = {
    "record_id": "meta-instanceID",
    "family_name": "family",
    "sex": "who-sex",
    "date": "day",
    "service": "services",
    "quantity": "kits",
}
ODK: dict[str, Any] = {
    "files": ["ngo*", "outreach*"],
    "format": "odk-central",
    "service_separator": " ",
    "repeat": "visits",
}


def central(folder: Path, *more: tuple[str, bytes], main: Any = MAIN, visits: Any = VISITS) -> Path:
    """Write the .zip that ODK Central makes of the form 'outreach'."""
    path = folder / "ngo.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("outreach.csv", "".join(f"{line}\n" for line in main))
        archive.writestr("outreach-visits.csv", "".join(f"{line}\n" for line in visits))
        for name, data in more:
            archive.writestr(name, data)
    return path


def odk(*paths: Path, columns: dict[str, str] = COLUMNS, **mapping: Any) -> Register:
    (register,) = read_registers(paths, schema(**(ODK | {"columns": columns} | mapping)))
    return register


def odk_refusal(path: Path, columns: dict[str, str] = COLUMNS, **mapping: Any) -> tuple[str, ...]:
    using = schema(**(ODK | {"columns": columns} | mapping))
    (problem,) = refusal([path], using).problems
    return problem.where, problem.rule, problem.hint


def check(register: Register) -> None:
    """Sok has two visits, Chan none; Kim was rejected."""
    assert column(register, "record_id") == ["uuid:a", "uuid:b"]
    assert column(register, "family_name") == ["Sok", "Chan"]
    found = events(register, "record", "date", "service", "quantity")
    assert [(r, str(day), *rest) for r, day, *rest in found] == [
        (0, "2023-02-13", "ns", 5), (0, "2023-02-13", "condom", None), (0, "2023-03-01", "ns", 7),
    ]  # fmt: skip
    assert register.problems == ()


def test_central_zip_with_a_repeat(tmp_path: Path) -> None:
    """Visits join their submission; photographs and hidden files beside them are not looked at."""
    photo = ("media/1678.jpg", b"\xff\xd8\xff" * 50)
    check(odk(central(tmp_path, photo, ("media/x.zip", b"PK"), ("__MACOSX/._a.csv", b"x"))))


def test_central_folder_and_files(tmp_path: Path) -> None:
    """The unpacked files are the same export, as a folder or one by one."""
    folder = tmp_path / "ngo-unpacked"
    folder.mkdir()
    first = csv_file(folder, *MAIN, name="outreach.csv")
    second = csv_file(folder, *VISITS, name="outreach-visits.csv")
    check(odk(folder))
    check(odk(first, second))
    assert odk(folder).digest == odk(second, first).digest


def test_central_submissions_alone(tmp_path: Path) -> None:
    """Without a repeat a row is a submission; its moment in UTC becomes the local day."""
    columns = {"family_name": "who-family", "date": "SubmissionDate"}
    register = odk(central(tmp_path), columns=columns, repeat=None, time_zone="Asia/Phnom_Penh")
    assert column(register, "family_name") == ["Sok", "Chan"]
    assert [str(day) for (day,) in events(register, "date")] == ["2023-03-01", "2023-03-01"]
    started = odk(central(tmp_path), columns=columns | {"date": "start"}, repeat=None)
    assert [str(day) for (day,) in events(started, "date")] == ["2023-02-28", "2023-02-28"]
    assert odk_refusal(central(tmp_path), columns, repeat=None)[1] == "the dates are moments in UTC"


def test_central_split_answers(tmp_path: Path) -> None:
    """Answers may be split into 1/0 columns after a slash, inside a group."""
    visits = [
        "day,given-services,given-services/ns,given-services/condom,given-kits,PARENT_KEY,KEY",
        "2023-02-13,ns condom,1,1,5,uuid:a,uuid:a/visits[1]",
        "2023-03-01,ns,1,0,7,uuid:a,uuid:a/visits[2]",
    ]
    check(odk(central(tmp_path, visits=visits)))


def test_central_repeat_in_a_repeat(tmp_path: Path) -> None:
    """A repeat's PARENT_KEY may be a row of another repeat; both climb to the submission."""
    rows = (
        b"kind,PARENT_KEY,KEY\nhiv,uuid:a/visits[1],uuid:a/visits[1]/tests[1]\n"
        b"hcv,uuid:a/visits[1],uuid:a/visits[1]/tests[2]\nhiv,uuid:z/visits[1],z\n"
    )
    tests = ("outreach-tests.csv", rows)
    columns = COLUMNS | {"service": "kind"}
    register = odk(central(tmp_path, tests), columns=columns, repeat="tests")
    assert events(register, "record", "service", "quantity") == [
        (0, "hiv", 5), (0, "hcv", None), (None, "hiv", None),
    ]  # fmt: skip
    assert places(register) == [(4, "outreach-tests.csv", "unmatched_row")]


def test_central_problems_name_the_member(tmp_path: Path) -> None:
    """A bad cell is listed with the CSV file it stands in, its row and its column."""
    main = [*MAIN[:2], root_row("b", "Chan", "girl")]
    visits = [*VISITS[:2], visit_row("a", 2, "13/45/2023", "ns", "-3"), "2023-02-01,ns"]
    register = odk(central(tmp_path, main=main, visits=visits))
    assert places(register) == [
        (3, "outreach-visits.csv: day", "impossible_date"),
        (3, "outreach-visits.csv: kits", "not_a_count"),
        (3, "outreach.csv: who-sex", "unknown_code"),
        (4, "outreach-visits.csv", "short_row"),
        (4, "outreach-visits.csv", "unmatched_row"),
    ]


def test_central_exports_that_cannot_be_used(tmp_path: Path) -> None:
    """No KEY, no main table, locked submissions, an unknown repeat: each says what was expected."""
    path = central(tmp_path, ("other.csv", b"a,b\n1,2\n"))
    assert odk_refusal(path)[:2] == ("row 1", "there is no column 'KEY'")
    path = central(tmp_path, ("other.csv", b"a,KEY\n1,2\n"))
    assert odk_refusal(path)[1] == "2 tables of submissions instead of one"
    path = central(tmp_path, main=[*MAIN[:2], root_row("d", "", "", status="not decrypted")])
    where, rule, hint = odk_refusal(path)
    assert (where, rule) == ("column 'Status'", "1 submissions were not decrypted")
    assert "passphrase" in hint
    assert "'visits'" in odk_refusal(central(tmp_path), repeat="visit")[2]
    using = schema(**(ODK | {"columns": COLUMNS, "repeat": None}))
    assert "'visits'" in refusal([central(tmp_path)], using).problems[0].hint


FORM_HEADER = (
    "number,formid,form.day,form.who.family,form.who.sex,form.case.@case_id,completed_time,"
    "started_time,username,received_on"
)
FORMS = (
    FORM_HEADER,
    "0,f1,2023-02-13,Sok,M,c1,2023-02-13 10:00:00,2023-02-13 09:50:00,w1,2023-02-13 11:00:00",
    "1,f2,2023-03-01,Sok,M,c1,2023-03-01 10:00:00,2023-03-01 09:50:00,w1,2023-03-01 11:00:00",
    "2,f3,2023-03-02,Chan,---,c2,2023-03-02 10:00:00,---,w1,2023-03-02 11:00:00",
)
CARE = {"record_id": "form.case.@case_id", "family_name": "family", "sex": "sex", "date": "day"}


def commcare(path: Path, columns: dict[str, str] = CARE, **mapping: Any) -> Register:
    using = schema(**({"format": "commcare", "columns": columns} | mapping))
    (register,) = read_registers([path], using)
    return register


def test_commcare_forms(tmp_path: Path) -> None:
    """Questions are found by their path or their end; three hyphens are no value."""
    register = commcare(csv_file(tmp_path, *FORMS), missing=["none"])
    assert column(register, "record_id") == ["c1", "c2"]
    assert column(register, "family_name") == ["Sok", "Chan"]
    assert column(register, "sex") == ["M", None]
    assert len(register.events) == 3
    assert register.problems == ()


def test_commcare_case_export_says_that_it_has_no_history(tmp_path: Path) -> None:
    """A case export is read as a list, with a warning: contacts are not in it."""
    path = csv_file(
        tmp_path,
        "number,caseid,name,family,sex,opened_date,last_modified_date,closed",
        "0,c1,---,Sok,M,2023-02-13,2023-05-01,False",
    )
    with pytest.warns(UicWarning, match="form export"):
        register = commcare(path, {"record_id": "caseid", "family_name": "family"})
    assert column(register, "record_id") == ["c1"]
    assert column(register, "family_name") == ["Sok"]
    assert len(register.events) == 0


REPEAT = [
    ["number", "number__0", "number__1", "form.items.item.kind", "form.items.item.count"],
    ["0.0", 0, 0, "ns", 5],
    ["0.1", 0, 1, "condom", 3],
    ["2.0", 2, 0, "ns", 1],
]


def test_commcare_repeats(tmp_path: Path) -> None:
    """Row 0.1 of a repeat belongs to form 0; by its number alone where levels are left out."""
    columns = CARE | {"service": "kind", "quantity": "count"}
    forms = [line.split(",") for line in FORMS]
    for rows in (REPEAT, [[row[0], *row[3:]] for row in REPEAT]):
        with xlsxwriter.Workbook(tmp_path / "ngo.xlsx") as book:
            for title, cells in (("Forms", forms), ("Repeat- items", rows)):
                page = book.add_worksheet(title)
                for number, row in enumerate(cells):
                    page.write_row(number, 0, row)
        register = commcare(tmp_path / "ngo.xlsx", columns, repeat="Repeat- items")
        assert column(register, "record_id") == ["c1", "c2"]
        assert events(register, "record", "service", "quantity") == [
            (0, "ns", 5), (0, "condom", 3), (1, "ns", 1),
        ]  # fmt: skip


def test_commcare_positions_and_other_tables(tmp_path: Path) -> None:
    """Split positions are never read; a file without formid or caseid is not an export."""
    path = csv_file(
        tmp_path,
        "formid,form.gps,form.gps: latitude (meters),form.gps: longitude (meters),form.family",
        "f1,x,11.5,104.9,Sok",
    )
    using = schema(format="commcare", columns={"family_name": "family", "site": "gps"})
    assert "GPS" in refusal([path], using).problems[0].rule
    path = csv_file(tmp_path, "a,b", "1,2")
    using = schema(format="commcare", columns={"family_name": "a"})
    assert refusal([path], using).problems[0].rule == "0 tables of forms or cases instead of one"
    using = schema(format="commcare", columns=CARE | {"record_id": "number"})
    assert "names nobody" in refusal([csv_file(tmp_path, *FORMS)], using).problems[0].rule
