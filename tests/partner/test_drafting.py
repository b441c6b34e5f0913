"""A draft loads, reads the export it was made from, asks for the rest, and tells no value."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from reading_helpers import column, csv_file, events
from test_reading_dhis2 import ENROLLMENTS, EVENTS_CSV, EXPORT, PERSONS_CSV, json_file
from test_reading_forms import FORMS, central
from test_reading_kobo import form
from typer.testing import CliRunner

from uic.cli.init import command
from uic.errors import InputError, SchemaError
from uic.partner.drafting import Draft, init
from uic.partner.drafting.guessing import guessed
from uic.partner.drafting.words import CODES, COLUMNS, WHOLE, plain
from uic.partner.reading import read_registers
from uic.partner.registers import Register
from uic.schema import (
    CHARACTERISTICS,
    EVENT_COLUMNS,
    STANDARD_ATTRIBUTES,
    load_schema,
    parse_schema,
)

KNOWN = ("record_id", *STANDARD_ATTRIBUTES, *EVENT_COLUMNS, *CHARACTERISTICS)
PLAIN = (
    "No;Client code;Family name;Given name;Gender;DOB;Visit date;Services provided;Needles given",
    "1;a;Sok;Dara;Male;12/05/1990;01/02/2014;ns condom;5",
    "2;b;Chan;Thida;Female;31/05/1988;13/02/2014;ns;7",
    "3;b;Chan;Thida;Female;31/05/1988;14/02/2014;;",
)


def read_by(draft: Draft, *paths: Path) -> Register:
    (register,) = read_registers(list(paths), parse_schema(tomllib.loads(draft.text)))
    return register


def test_a_plain_export(tmp_path: Path) -> None:
    """Columns by their words, the order of dates by the dates, several services in a cell."""
    path = csv_file(tmp_path, *PLAIN)
    draft = init(path)
    assert draft.format == "plain"
    assert [question.partition(":")[0] for question in draft.questions] == ["service_separator"]
    register = read_by(draft, path)
    assert column(register, "record_id") == ["a", "b"]
    assert column(register, "sex") == ["M", "F"]
    assert column(register, "birth_date_month") == [5, 5]
    found = [(r, str(day), *rest) for r, day, *rest in
             events(register, "record", "date", "service", "quantity")]  # fmt: skip
    assert found == [
        (0, "2014-02-01", "ns", 5), (0, "2014-02-01", "condom", None),
        (1, "2014-02-13", "ns", 7), (1, "2014-02-14", None, None),
    ]  # fmt: skip
    assert register.problems == ()


def test_dhis2(tmp_path: Path) -> None:
    """JSON of DHIS2 is known by its shape; several files need a time zone for their moments."""
    path = json_file(tmp_path, EXPORT)
    draft = init(path)
    assert draft.format == "dhis2-tracker"
    assert column(read_by(draft, path), "family_name") == ["Sok", "Chan"]
    paths = [
        csv_file(tmp_path, *PERSONS_CSV, name="te.csv"),
        csv_file(tmp_path, *EVENTS_CSV, name="events.csv"),
        json_file(tmp_path, ENROLLMENTS, "enrollments.json"),
    ]
    assert any("time_zone" in question for question in init(paths).questions)
    draft = init(paths, partner="clinic", time_zone="Asia/Phnom_Penh")
    register = read_by(draft, *paths)
    assert register.partner == "clinic"
    assert [str(day) for (day,) in events(register, "date")] == ["2023-02-13", "2023-03-01"]


def test_kobo_with_a_repeat(tmp_path: Path) -> None:
    """A repeat is asked about; drafted again with it, the visits are read."""
    path = form(tmp_path)
    draft = init(path)
    assert draft.format == "kobo"
    assert any('"visits"' in question for question in draft.questions)
    draft = init(path, repeat="visits")
    assert (draft.columns["date"], draft.columns["quantity"]) == ("visit_date", "kits")
    register = read_by(draft, path)
    assert [str(day) for (day,) in events(register, "date")] == [
        "2023-02-13", "2023-03-01", "2023-03-03",
    ]  # fmt: skip


def test_kobo_answers_in_columns(tmp_path: Path) -> None:
    """1/0 columns of a question become its services; other yes/no columns are no attributes."""
    path = csv_file(
        tmp_path,
        "_uuid,_id,a/family,a/sex,day,g/services/ns,g/services/needle kits,about/sex,about/b",
        "u1,1,Sok,1,2014-02-01,1,1,1,0",
        "u2,2,Chan,1,2014-02-02,0,1,0,0",
    )
    draft = init(path)
    assert draft.columns["sex"] == "a/sex"
    register = read_by(draft, path)
    assert events(register, "contact", "service") == [
        (2, "ns"), (2, "needle kits"), (3, "needle kits"),
    ]  # fmt: skip
    plainly = init(path, format="plain")
    assert "service" not in plainly.columns
    assert events(read_by(plainly, path), "service") == events(register, "service")


def test_odk_and_commcare(tmp_path: Path) -> None:
    """A .zip of ODK Central and forms of CommCare are known by their headers."""
    draft = init(central(tmp_path), repeat="visits")
    assert draft.format == "odk-central"
    assert draft.columns["service"] == "given-services"
    assert len(read_by(draft, tmp_path / "ngo.zip").events) == 3
    path = csv_file(tmp_path, *FORMS)
    draft = init(path)
    assert draft.format == "commcare"
    register = read_by(draft, path)
    assert column(register, "record_id") == ["c1", "c2"]
    assert len(register.events) == 3


def test_khmer_and_french_headers(tmp_path: Path) -> None:
    """The list of words holds some Khmer and French; accents and case do not matter."""
    path = csv_file(tmp_path, "លេខកូដ,នាមត្រកូល,ភេទ,ថ្ងៃខែឆ្នាំកំណើត", "a,សុខ,ប្រុស,1990-05-12")
    draft = init(path)
    assert list(draft.columns) == ["record_id", "family_name", "birth_date", "sex"]
    assert column(read_by(draft, path), "sex") == ["M"]
    found = guessed(["Code client", "Nom", "Prénom", "Date de naissance", "Sexe"], KNOWN)
    assert list(found.columns) == ["record_id", "family_name", "given_name", "birth_date", "sex"]


@pytest.mark.parametrize(
    "header",
    [
        "Sex of partner", "Mother's date of birth", "Name of outreach worker", "Date of next visit",
        "Phone of friend", "Returned to the centre", "Type of services not given and why", "Remark",
        "Is the client new?", "Age", "family planning",
    ],
)  # fmt: skip
def test_headers_about_something_else(header: str) -> None:
    """A header that is about somebody else, or about nothing known, is not guessed."""
    assert guessed([header], KNOWN).columns == {}


def test_rivals_are_asked_about(tmp_path: Path) -> None:
    """Where two headers could be one attribute, the better is taken and the other named."""
    path = csv_file(tmp_path, "District,Commune,Family name", "a,b,Sok")
    draft = init(path)
    assert draft.columns["place"] == "Commune"
    assert 'place: or "District"' in draft.questions


def test_dates_that_cannot_tell(tmp_path: Path) -> None:
    """Dates that could be either way are read day first, and asked about."""
    path = csv_file(tmp_path, "Family name,Visit date", "Sok,01/02/2014", "Chan,03/04/2014")
    draft = init(path)
    assert 'date_order = "DMY"' in draft.text
    assert any(question.startswith("date_order") for question in draft.questions)
    late = csv_file(tmp_path, "Family name,Visit date", "Sok,01/22/2014", "Chan,03/04/2014")
    assert 'date_order = "MDY"' in init(late).text


def test_codes_with_counts(tmp_path: Path) -> None:
    """Short codes and known words are listed with their counts; a handful is not told apart."""
    rows = [*["a,1,x"] * 7, *["b,Male,x"] * 2, *["c,Unknown,x"] * 6, *["d,Sopheap,x"] * 9]
    draft = init(csv_file(tmp_path, "Client code,Sex,Family name", *rows))
    assert '# ? "1" = ""  # 7 rows: which sex?' in draft.text
    assert '"Male" = "M"  # fewer than 5 rows' in draft.text
    assert 'unknown = ["Unknown"]' in draft.text
    assert "sex: 9 rows with other answers, which are not shown here" in draft.questions
    assert "Sopheap" not in draft.text


def test_a_file_without_headers(tmp_path: Path) -> None:
    """A first row that is a person is refused, or at least not repeated."""
    path = csv_file(tmp_path, "Sopheap,1990-05-12,M", "Chan,1985-01-31,F")
    with pytest.raises(InputError, match="looks like data") as caught:
        init(path)
    assert "Sopheap" not in str(caught.value)
    path = csv_file(tmp_path, "Sopheap,Kandal,M", "Chan,Kampot,F")
    draft = init(path)
    assert "Sopheap" not in draft.text
    assert any("no column was recognised" in question for question in draft.questions)


def test_positions_are_not_drafted(tmp_path: Path) -> None:
    """A column of coordinates is never mapped, whatever its header says."""
    path = csv_file(tmp_path, "_uuid,_id,family,site", "u1,1,Sok,11.55641 104.92821")
    assert "site" not in init(path).columns


def test_odd_names(tmp_path: Path) -> None:
    """Quotation marks, backslashes, brackets and spaces in names make no broken file."""
    path = csv_file(tmp_path, '"Family ""name"" \\",[x],sex', "Sok,1,M", name="my [export] 1.csv")
    draft = init(path)
    assert "partners.my-export-1" in draft.text
    assert column(read_by(draft, path), "family_name") == ["Sok"]


def test_a_header_that_stands_twice(tmp_path: Path) -> None:
    """Two columns of one header cannot be told apart, so neither is taken."""
    path = csv_file(tmp_path, "Gender,gender,Family name", "M,F,Sok")
    draft = init(path)
    assert "sex" not in draft.columns
    assert column(read_by(draft, path), "family_name") == ["Sok"]


def test_sheets_are_named(tmp_path: Path) -> None:
    """A workbook of several sheets says which there are."""
    with xlsxwriter.Workbook(tmp_path / "ngo.xlsx") as book:
        for title in ("Visits", "Stock"):
            page = book.add_worksheet(title)
            page.write_row(0, 0, ["Family name", "Sex"])
            page.write_row(1, 0, ["Sok", "M"])
    draft = init(tmp_path / "ngo.xlsx")
    assert "set 'sheet' to one of 'Visits', 'Stock'" in draft.questions
    assert column(read_by(draft, tmp_path / "ngo.xlsx"), "sex") == ["M"]


def test_wrong_names(tmp_path: Path) -> None:
    """A system, a time zone or a repeat that does not exist is refused."""
    path = csv_file(tmp_path, *PLAIN)
    with pytest.raises(SchemaError):
        init(path, format="excel")
    with pytest.raises(SchemaError):
        init(path, partner="a b")
    with pytest.raises(InputError, match="no such repeat"):
        init(form(tmp_path), repeat="x")
    with pytest.raises(InputError, match="no file"):
        init([])


def test_the_list_of_words_is_in_order() -> None:
    """Every word is guessed as its own column, and codes mean what the schema knows."""
    for name, words in COLUMNS.items():
        for word in words:
            assert guessed([word], KNOWN).columns == {name: word}
    assert {word for words in COLUMNS.values() for word in words} >= WHOLE
    assert set(CODES["sex"]) <= {"M", "F", "other"}
    assert plain("Prénom_du-Père (2)") == "prenom du pere 2"


MARK = st.text("qzxj", min_size=3, max_size=8).map(lambda text: f"Qz{text}")
HEADER = st.one_of(
    st.sampled_from([word for words in COLUMNS.values() for word in words]),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=10),
)
CELL = st.one_of(
    MARK, st.sampled_from(["", "M", "1", "0", "2014-02-01", "31/12/2013", "ns condom"])
)


@settings(derandomize=True, max_examples=120, deadline=None)
@given(st.integers(1, 6), st.data())
def test_any_table_gives_a_draft_that_loads_and_tells_nothing(width: int, data: Any) -> None:
    """Whatever the headers and cells are: a draft that is a schema, or a report; never a value."""
    headers = data.draw(st.lists(HEADER, min_size=width, max_size=width))
    rows = data.draw(
        st.lists(st.lists(CELL, min_size=width, max_size=width), min_size=1, max_size=6)
    )
    text = io.StringIO()
    csv.writer(text).writerows([headers, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_text(text.getvalue(), encoding="utf-8", newline="")
        told = _told_by(path)
    assert "Qz" not in told


def _told_by(path: Path) -> str:
    """What a draft, or the refusal to make one, says; and what reading by it says."""
    try:
        draft = init(path)
        parse_schema(tomllib.loads(draft.text))
        register = read_by(draft, path)
    except InputError as error:
        return str(error)
    return draft.text + repr(draft) + repr(register.problems)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command writes the file, prints the questions, and never overwrites a schema."""
    path = csv_file(tmp_path, *PLAIN)
    app = typer.Typer()
    app.command()(command)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["--from", str(path), "--partner", "dic", "-o", "s.toml"])
    assert result.exit_code == 0, result.output
    (register,) = read_registers([path], load_schema(tmp_path / "s.toml"))
    assert register.partner == "dic"
    again = CliRunner().invoke(app, ["--from", str(path), "-o", "s.toml"])
    assert again.exit_code == 2
    assert json.dumps("dic")[1:-1] in (tmp_path / "s.toml").read_text(encoding="utf-8")


def test_the_system_may_stand_behind_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``uic init --from kobo export.csv`` is ``--from export.csv --format kobo``."""
    monkeypatch.chdir(tmp_path)
    path = csv_file(tmp_path, *PLAIN)
    app = typer.Typer()
    app.command()(command)
    for name, words in (
        ("a.toml", ["--from", "kobo", str(path)]),
        ("b.toml", ["--from", str(path), "--format", "kobo"]),
    ):
        result = CliRunner().invoke(app, [*words, "-o", name])
        assert result.exit_code == 0, result.output
    drafts = [Path(name).read_text(encoding="utf-8") for name in ("a.toml", "b.toml")]
    assert drafts[0] == drafts[1]
    assert 'format = "kobo"' in drafts[0]
    result = CliRunner().invoke(app, ["--from", "kobbo", str(path), "-o", "c.toml"])
    assert result.exit_code == 2
    assert "--from kobo" in result.output
