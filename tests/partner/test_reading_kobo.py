"""KoBo: headers as names or labels, answers in three styles, repeats as sheets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter
from reading_helpers import column, csv_file, events, places, refusal, schema

from uic.partner.reading import read_registers

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register

SYSTEM = ["_id", "_uuid", "_submission_time", "_validation_status", "_index"]


def system(number: int, status: str = "") -> list[Any]:
    return [900 + number, f"uuid-{number}", f"2023-02-1{number}T18:30:00", status, number]


def book(folder: Path, **sheets: list[list[Any]]) -> Path:
    """Write a workbook with these sheets, the submissions first."""
    path = folder / "ngo.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy hh:mm"}) as file:
        for title, rows in sheets.items():
            page = file.add_worksheet(title.replace("__", " "))
            for number, cells in enumerate(rows):
                page.write_row(number, 0, cells)
    return path


def kobo(path: Path, columns: dict[str, str], **mapping: Any) -> Register:
    using = schema(**({"format": "kobo", "columns": columns} | mapping))
    (register,) = read_registers([path], using)
    return register


def kobo_refusal(path: Path, columns: dict[str, str], **mapping: Any) -> tuple[str, str, str]:
    using = schema(**({"format": "kobo", "columns": columns} | mapping))
    (problem,) = refusal([path], using).problems
    return problem.where, problem.rule, problem.hint


PLAIN = {"family_name": "family", "sex": "sex", "date": "visit_date"}


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ("family,sex,visit_date", {}),
        ("who/family,who/sex,visit/when/visit_date", {}),
        ("who/family,who/details/sex,visit_date", {"columns": PLAIN | {"sex": "details/sex"}}),
        ("who:family,who:sex,visit:visit_date", {"group_separator": ":"}),
        ("who.family,who.sex,visit.visit_date", {"group_separator": "."}),
    ],
)
def test_groups_in_headers(tmp_path: Path, headers: str, more: dict[str, Any]) -> None:
    """A question is found with its groups or without, whatever stands between them."""
    path = csv_file(tmp_path, f"{headers},_uuid", "Sok,M,2023-02-13,u1")
    columns = more.pop("columns", PLAIN)
    register = kobo(path, columns, **more)
    assert column(register, "family_name") == ["Sok"]
    assert column(register, "sex") == ["M"]
    assert [str(day) for (day,) in events(register, "date")] == ["2023-02-13"]


def test_labels_as_headers(tmp_path: Path) -> None:
    """Labels in any script are headers like others, and answers are read by the code list."""
    path = csv_file(tmp_path, '"តើអ្នកឈ្មោះអ្វី?";"ភេទ";"Date of visit"', "សុខ;ប្រុស;2023-02-13")
    columns = {"family_name": "តើអ្នកឈ្មោះអ្វី?", "sex": "ភេទ", "date": "Date of visit"}
    register = kobo(path, columns, codes={"sex": {"ប្រុស": "M"}})
    assert column(register, "family_name") == ["សុខ"]
    assert column(register, "sex") == ["M"]


def test_a_name_in_two_groups_is_not_guessed(tmp_path: Path) -> None:
    """A name that two groups have must be written in full; the message lists both."""
    path = csv_file(tmp_path, "client/sex,partner/sex,family", "M,F,Sok")
    where, rule, hint = kobo_refusal(path, {"sex": "sex"})
    assert (where, rule) == ("column 'sex'", "several columns have this name")
    assert "'client/sex', 'partner/sex'" in hint
    assert column(kobo(path, {"sex": "partner/sex"}), "sex") == ["F"]


STYLES = {
    "summary": ("services", ["ns condom", "", "ns"]),
    "both": ("services,services/ns,services/condom", ["ns condom,1,1", ",,", "ns,1,0"]),
    "columns": ("services/ns,services/condom", ["1,1", ",", "1,0"]),
    "columns in a group": ("given/services/ns,given/services/condom", ["1,1", ",", "TRUE,FALSE"]),
    "both in a group": ("g/services,g/services/ns,g/services/condom", ["ns,1,1", ",,", "ns,1,0"]),
}


@pytest.mark.parametrize("style", STYLES)
def test_several_answers_in_three_styles(tmp_path: Path, style: str) -> None:
    """A summary column, 1/0 columns, or both: the same services."""
    header, cells = STYLES[style]
    rows = [f"u{n},Sok,2023-02-13,{cell}" for n, cell in enumerate(cells)]
    path = csv_file(tmp_path, f"_uuid,family,visit_date,{header}", *rows)
    columns = {"family_name": "family", "date": "visit_date", "service": "services"}
    codes = {"service": {"ns": "needles", "condom": "condoms"}}
    register = kobo(path, columns, service_separator=" ", codes=codes)
    assert events(register, "contact", "service") == [
        (2, "needles"), (2, "condoms"), (3, None), (4, "needles"),
    ]  # fmt: skip


def test_answers_whose_labels_have_spaces(tmp_path: Path) -> None:
    """Labels are taken from the 1/0 columns: a summary of labels cannot be taken apart."""
    header = "Family,Day,Given,Given/Needles and syringes,Given/Condoms/gel"
    path = csv_file(tmp_path, header, "Sok,2023-02-13,Needles and syringes Condoms/gel,1,1")
    columns = {"family_name": "Family", "date": "Day", "service": "Given"}
    where, rule, _ = kobo_refusal(path, columns, service_separator=" ")
    assert (where, rule) == ("column 'Given'", "the service_separator stands inside an answer")
    assert "service_separator" in kobo_refusal(path, columns)[2]
    register = kobo(path, columns, service_separator="|")
    assert events(register, "service") == [("Needles and syringes",), ("Condoms/gel",)]


def test_one_answer_by_its_own_column(tmp_path: Path) -> None:
    """A 1/0 column can be a service of its own."""
    path = csv_file(tmp_path, "family,visit_date,services/ns", "Sok,2023-02-13,1")
    register = kobo(
        path,
        {"family_name": "family", "date": "visit_date"},
        service_columns={"needles": "services/ns"},
    )
    assert events(register, "service") == [("needles",)]


def test_a_group_called_like_the_question_is_no_list_of_answers(tmp_path: Path) -> None:
    """Columns below a name that hold anything but 1/0 are questions of a group."""
    path = csv_file(tmp_path, "family,services/notes,services/kind", "Sok,talked,ns")
    columns = {"family_name": "family", "service": "services"}
    assert kobo_refusal(path, columns, service_separator=" ")[1] == "there is no such column"


MAIN = [
    ["family", "sex", "_loc", "_loc_latitude", "_loc_longitude", "_loc_altitude", *SYSTEM],
    ["Sok", "M", "11.5564 104.9282 0 0", 11.5564, 104.9282, 0, *system(1)],
    ["Chan", "F", "", "", "", "", *system(2)],
    ["Kim", "F", "", "", "", "", *system(3, "validation_status_not_approved")],
    ["Ly", "M", "", "", "", "", *system(4)],
]
VISITS = [
    ["visit_date", "kits", "_index", "_parent_table_name", "_parent_index"],
    [dt.date(2023, 2, 13), 5, 1, "A form with a name longer than any sheet", 1],
    [dt.date(2023, 3, 1), 7, 2, "A form with a name longer than any sheet", 1],
    ["2023-03-02", "", 3, "A form with a name longer than any sheet", 3],
    ["2023-03-03", 1, 4, "A form with a name longer than any sheet", 4],
]
REPEATED = {"family_name": "family", "sex": "sex", "date": "visit_date", "quantity": "kits"}


def form(folder: Path, **sheets: list[list[Any]]) -> Path:
    return book(folder, **({"A form with a name longer t...": MAIN, "visits": VISITS} | sheets))


def test_repeats_are_joined_to_their_submission(tmp_path: Path) -> None:
    """Each visit gets its person; a person without a visit is kept without a contact."""
    register = kobo(form(tmp_path), REPEATED, repeat="visits")
    assert column(register, "family_name") == ["Sok", "Sok", "Ly", "Chan"]
    found = [(r, str(day), n) for r, day, n in events(register, "record", "date", "quantity")]
    assert found == [(0, "2023-02-13", 5), (1, "2023-03-01", 7), (2, "2023-03-03", 1)]
    assert register.problems == ()


def test_a_submission_is_one_record_by_its_uuid(tmp_path: Path) -> None:
    """The submission's _uuid holds its rows together; its number would not."""
    register = kobo(form(tmp_path), REPEATED | {"record_id": "_uuid"}, repeat="visits")
    assert column(register, "record_id") == ["uuid-1", "uuid-4", "uuid-2"]
    assert [record for (record,) in events(register, "record")] == [0, 0, 1]
    where, rule, _ = kobo_refusal(form(tmp_path), REPEATED | {"record_id": "_index"})
    assert where == "column '_index'"
    assert "names nobody" in rule


def test_submissions_alone(tmp_path: Path) -> None:
    """Without a repeat the rows are the submissions; a refused one is left out."""
    columns = {"family_name": "family", "sex": "sex"}
    assert column(kobo(form(tmp_path), columns), "family_name") == ["Sok", "Chan", "Ly"]


def test_repeat_inside_a_repeat(tmp_path: Path) -> None:
    """A repeat two levels down climbs to its submission; what stands above is counted once."""
    main = "A form with a name longer than any sheet"
    visits = [
        ["visit_date", "kits", "_index", "_parent_table_name", "_parent_index"],
        ["2023-02-13", 5, 1, main, 1],
        ["2023-02-14", 6, 2, main, 2],
    ]
    tests = [
        ["test", "_index", "_parent_table_name", "_parent_index"],
        ["hiv", 1, "visits", 1],
        ["hcv", 2, "visits", 1],
        ["hiv", 3, "visits", 2],
    ]
    path = form(tmp_path, visits=visits, tests=tests)
    columns = REPEATED | {"service": "test", "record_id": "_uuid"}
    register = kobo(path, columns, repeat="tests")
    assert events(register, "record", "service", "quantity") == [
        (0, "hiv", 5), (0, "hcv", None), (1, "hiv", 6),
    ]  # fmt: skip
    assert column(register, "family_name") == ["Sok", "Chan", "Ly"]


def test_persons_in_a_repeat(tmp_path: Path) -> None:
    """Without a date the rows of the repeat are persons; submissions without any are nobody."""
    main = [["village", *SYSTEM], ["A", *system(1)], ["B", *system(2)]]
    people = [
        ["family", "_index", "_parent_table_name", "_parent_index"],
        ["Sok", 1, "form", 1],
        ["Chan", 2, "form", 1],
    ]
    path = book(tmp_path, form=main, people=people)
    register = kobo(path, {"family_name": "family", "place": "village"}, repeat="people")
    assert column(register, "place") == ["A", "A"]


def test_problems_name_sheet_row_and_column(tmp_path: Path) -> None:
    """A bad cell is listed once, in the sheet it stands in; so is a row that belongs nowhere."""
    main = [MAIN[0], ["Sok", "boy", *MAIN[1][2:]], *MAIN[2:]]
    visits = [*VISITS, ["2023-03-04", "many", 9, VISITS[1][3], 77]]
    sheets = {"A form with a name longer t...": main, "visits": visits}
    register = kobo(book(tmp_path, **sheets), REPEATED, repeat="visits")
    assert places(register) == [
        (2, "A form with a name longer t...: sex", "unknown_code"),
        (6, "visits", "unmatched_row"),
        (6, "visits: kits", "not_a_count"),
    ]


def test_a_submission_that_stands_twice(tmp_path: Path) -> None:
    """The same _uuid twice is one submission; the second row is listed."""
    rows = ["u1,Sok,2023-02-13", "u1,Sok,2023-02-13", "u2,Chan,2023-02-13"]
    register = kobo(csv_file(tmp_path, "_uuid,family,visit_date", *rows), {
        "family_name": "family", "date": "visit_date",
    })  # fmt: skip
    assert events(register, "contact") == [(2,), (4,)]
    assert places(register) == [(3, "ngo.csv", "repeated_row")]


def test_time_of_submission_is_utc(tmp_path: Path) -> None:
    """The time of submission says nothing of its zone and is UTC, as text and as a date cell."""
    rows: list[list[Any]] = [
        ["family", "_uuid", "_submission_time"],
        ["Sok", "u1", "2023-02-28T18:30:00"],
        ["Chan", "u2", dt.datetime.fromisoformat("2023-02-28T18:30:00")],
        ["Kim", "u3", dt.datetime.fromisoformat("2023-02-28T16:30:00")],
    ]
    columns = {"family_name": "family", "date": "_submission_time"}
    path = book(tmp_path, form=rows)
    register = kobo(path, columns, time_zone="Asia/Phnom_Penh")
    days = [str(day) for (day,) in events(register, "date")]
    assert days == ["2023-03-01", "2023-03-01", "2023-02-28"]
    assert kobo_refusal(path, columns)[1] == "the dates are moments in UTC"


def test_positions(tmp_path: Path) -> None:
    """Coordinates are not read, neither in parts nor in one cell."""
    for header in ("_loc", "_loc_latitude"):
        rule = kobo_refusal(form(tmp_path), {"family_name": "family", "site": header})[1]
        assert "GPS" in rule
    path = csv_file(tmp_path, "family,where", "Sok,11.5564 104.9282 12 5")
    where, rule, _ = kobo_refusal(path, {"family_name": "family", "site": "where"})
    assert (where, "GPS" in rule) == ("column 'where'", True)


def test_repeat_that_is_not_there(tmp_path: Path) -> None:
    """A repeat that does not exist names those that do; a CSV file has none."""
    where, _, hint = kobo_refusal(form(tmp_path), REPEATED, repeat="visit")
    assert (where, hint) == ("repeat 'visit'", "set 'repeat' to one of 'visits'")
    path = csv_file(tmp_path, "family,visit_date,kits,sex", "Sok,2023-02-13,1,M")
    assert "XLSX" in kobo_refusal(path, REPEATED, repeat="visits")[2]
    error = refusal([form(tmp_path)], schema(format="kobo", columns=REPEATED))
    assert "set 'repeat' to one of 'visits'" in error.problems[0].hint


def test_pasted_exports(tmp_path: Path) -> None:
    """Two submissions with one number cannot be told apart: the file is refused."""
    main = [*MAIN, ["Neang", "F", "", "", "", "", 1, "u9", "2023-02-13T00:00:00", "", 1]]
    sheets = {"A form with a name longer t...": main, "visits": VISITS}
    rule = kobo_refusal(book(tmp_path, **sheets), REPEATED, repeat="visits")[1]
    assert rule == "two rows have the same key"


def test_other_files(tmp_path: Path) -> None:
    """Several files, an empty workbook, a wrong sheet and a web page are refused."""
    one, two = (
        csv_file(tmp_path, "family", "Sok"),
        csv_file(tmp_path, "family", "x", name="ngo.txt"),
    )
    using = schema(format="kobo", columns={"family_name": "family"})
    assert refusal([one, two], using).problems[0].rule == "a KoBo export is one file"
    assert kobo_refusal(book(tmp_path, a=[], b=[]), {})[1] == "all sheets are empty"
    assert kobo_refusal(form(tmp_path), {}, sheet="x")[1] == "there is no such sheet"
    (tmp_path / "ngo.xls").write_text("<html><table>", encoding="utf-8")
    assert "web page" in kobo_refusal(tmp_path / "ngo.xls", {})[1]
