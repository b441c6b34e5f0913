"""``uic.code`` and its command: every row and column kept, problems listed, files whole or not."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from uic.errors import InputError, SchemaError, UicWarning
from uic.partner.codes import code
from uic.partner.codes import tables as tables_module
from uic.partner.reading import delimited
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import Export
from uic.schema import PartnerMapping

CANARY = "Zebediahx"
CSV = (
    "nr,Surname,Vorname,born,sex,note\n"
    '007,Doe,John,19.12.2000,M,"a, ""quoted"" note"\n'
    "2,Smith,DK,31/02/1999,F,\n"
    "3,សុខ,Ana,01/05/1990,male,\n"
    f"4,{CANARY},Al,02/03/1991,x,\n"
    "5,,,,,only a note\n"
)
COLUMNS = {"family_name": "Surname", "given_name": "Vorname", "birth_date": "born"}
OPTIONS = [
    "--map", "family_name=Surname", "--map", "given_name=Vorname", "--map", "birth_date=born",
    "--date-order", "DMY", "--unknown", "DK",
]  # fmt: skip


@pytest.fixture
def clients(tmp_path: Path) -> Path:
    """An export as a partner has it: own headers, a bad date, another script, empty cells."""
    path = tmp_path / "clients.csv"
    path.write_text(CSV, encoding="utf-8")
    return path


def coded(path: Path, **options: object) -> tables_module.Coded:
    given = {"columns": COLUMNS, "date_order": "DMY", "unknown": ["DK"]} | options
    return code(path, "au-slk581", **given)  # type: ignore[arg-type]


def test_every_row_and_column_is_kept(clients: Path) -> None:
    """The file comes back as it was, with three columns more."""
    result = coded(clients)
    assert result.table is not None
    rows = result.table.to_pylist()
    assert [row["nr"] for row in rows] == ["007", "2", "3", "4", "5"]
    assert rows[0]["note"] == 'a, "quoted" note'
    assert rows[0]["born"] == "19.12.2000"
    assert result.table.column_names[-3:] == ["uic", "uic_check", "uic_scheme"]
    assert [row["uic"] for row in rows] == [
        "OE2OH191220001", None, None, "EBDL2020319919", None,
    ]  # fmt: skip


def test_what_could_not_be_used_is_listed(clients: Path) -> None:
    """Row, column and rule of every problem, and never a value."""
    result = coded(clients)
    found = {(problem.row, problem.column, problem.rule) for problem in result.problems}
    assert found == {
        (3, "born", "impossible_date"),
        (4, "Surname", "script_not_allowed"),
        (5, "sex", "unknown_code"),
        (6, "born", "missing"),
    }
    assert (result.rows, result.coded) == (5, 2)
    assert CANARY not in f"{result!r} {result.problems}"


def test_the_label_says_by_what_a_code_was_made(clients: Path) -> None:
    """Scheme, its version and the normalisation's version stand beside every code."""
    result = coded(clients)
    assert result.table is not None
    labels = result.table["uic_scheme"].to_pylist()
    assert labels == ["au-slk581/1/1", None, None, "au-slk581/1/1", None]


def test_the_label_tells_the_script_where_there_are_two() -> None:
    """Codes from Khmer and from Latin letters have different labels, so they never compare."""
    common = {"sex": "M", "birth_date": "1990-01-02", "birth_place": "3"}
    people = [
        {"mother_given_name": name, "father_given_name": name} | common for name in ("Sok", "សុខ")
    ]
    result = code(people, "kh-template")
    assert result.table is not None
    assert result.table["uic_scheme"].to_pylist() == [
        "kh-template/1/1/latin",
        "kh-template/1/1/khmer",
    ]


def test_pandas_polars_and_arrow_are_taken_and_given(clients: Path) -> None:
    """Anything with the Arrow C stream goes in, and the result is such a thing."""
    frame = pd.read_csv(clients, dtype=str)
    tables = (frame, pl.from_pandas(frame), pa.Table.from_pandas(frame))
    codes = [pl.DataFrame(coded(table))["uic"].to_list() for table in tables]  # type: ignore[arg-type]
    assert codes[0] == codes[1] == codes[2] == pl.DataFrame(coded(clients))["uic"].to_list()


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_a_written_file_holds_the_same(clients: Path, tmp_path: Path, name: str) -> None:
    """CSV and Parquet hold the table; the result itself then keeps none."""
    result = coded(clients, output=tmp_path / name)
    options = pacsv.ConvertOptions(
        column_types=dict.fromkeys(("nr", "note"), pa.string()), strings_can_be_null=True
    )
    path = tmp_path / name
    table = (
        pq.read_table(path)
        if name.endswith("parquet")
        else pacsv.read_csv(path, convert_options=options)
    )
    whole = coded(clients).table
    assert whole is not None
    assert result.table is None
    assert table["uic"].to_pylist() == whole["uic"].to_pylist()
    assert table["nr"].to_pylist() == whole["nr"].to_pylist()
    with pytest.raises(ValueError, match="not kept"):
        pa.table(result)


def test_chunks_change_nothing(clients: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However small the pieces, the table and the row numbers are the same."""
    whole = coded(clients)
    monkeypatch.setattr(tables_module, "CHUNK", 2)
    pieces = coded(clients)
    assert whole.table is not None
    assert pieces.table is not None
    assert whole.table.combine_chunks().equals(pieces.table.combine_chunks())
    assert whole.problems == pieces.problems


RAGGED = "given_name,note\n" + "".join(
    f"Samuel{n},\"a\nb {n}\"\n" if n % 7 == 0 else "Jo\n" if n % 11 == 0 else
    "Al,x,y\n" if n % 53 == 0 else f"Samuel,{n}\n" for n in range(1, 400)
)  # fmt: skip


@pytest.mark.parametrize("block", [128, 900, 100_000])
def test_a_file_read_in_blocks_is_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """Short rows, long rows and cells of two lines keep their row number over block borders."""
    path = tmp_path / "ragged.csv"
    path.write_text(RAGGED + "last\n", encoding="utf-8")
    monkeypatch.setattr(delimited, "BLOCK", block)
    source = open_source(Export("p", path, None, frozenset({"givenname"})))
    whole = source.load((0, 1))
    pieces = list(source.pieces((0, 1)))
    for place in (0, 1):
        cells = [cell for piece in pieces for cell in piece.columns[place].to_arrow().to_pylist()]
        assert cells == whole.columns[place].to_arrow().to_pylist()
    assert [row for piece in pieces for row in piece.rows.tolist()] == whole.rows.tolist()
    assert [row for piece in pieces for row in piece.short] == list(whole.short)
    assert [row for piece in pieces for row in piece.long] == list(whole.long)
    assert len(pieces) > 1 or block > 1000


def test_constants_of_a_mapping_hold_for_every_row(tmp_path: Path) -> None:
    """A register of women only need not repeat it in a column."""
    path = tmp_path / "women.csv"
    path.write_text("family_name,given_name,birth_date\nDoe,Jane,1965-03-15\n", encoding="utf-8")
    mapping = PartnerMapping.model_validate({"files": ["*"], "constants": {"sex": "F"}})
    result = code(path, "us-hrsa-uci", mapping=mapping)
    assert result.table is not None
    assert result.table["uic"].to_pylist() == ["JNDE0315652"]


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    """A header alone is an export that went wrong."""
    path = tmp_path / "empty.csv"
    path.write_text("given_name\n", encoding="utf-8")
    with pytest.raises(InputError, match="a header and no rows"):
        code(path, "ch-hiv", output=tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_missing_columns_are_named_all_at_once(clients: Path) -> None:
    """A column that the scheme needs and the file lacks is told with the option that helps."""
    with pytest.raises(InputError) as caught:
        code(clients, "ph-doh")
    message = str(caught.value)
    for attribute in ("mother_given_name", "father_given_name", "birth_order", "birth_date"):
        assert f"--map {attribute}=COLUMN" in message


def test_a_wrong_column_suggests_the_nearest(clients: Path) -> None:
    """A misspelt header or attribute is answered with the one that was meant."""
    with pytest.raises(InputError, match="did you mean 'Surname'"):
        coded(clients, columns=COLUMNS | {"family_name": "Surnam"})
    with pytest.raises(InputError, match="did you mean 'family_name'"):
        coded(clients, columns=COLUMNS | {"familyname": "Surname"})


def test_a_file_that_has_codes_already_is_refused(tmp_path: Path) -> None:
    """Two codes in one file would be mixed up."""
    path = tmp_path / "again.csv"
    path.write_text("given_name,uic\nSamuel,S6\n", encoding="utf-8")
    with pytest.raises(InputError, match="has this column already"):
        code(path, "ch-hiv")


def test_codes_of_a_counter_are_refused(clients: Path) -> None:
    """The refusal of an assigned scheme comes before any column is asked for."""
    with pytest.raises(SchemaError, match="running number"):
        code(clients, "ke-kp")


def test_words_for_no_such_name_make_a_mononym(tmp_path: Path) -> None:
    """A word of the file may say that a person has one name only."""
    path = tmp_path / "names.csv"
    path.write_text(
        "family_name,given_name,birth_date,sex\nSuharto,NONE,1950-01-02,M\n", encoding="utf-8"
    )
    result = code(path, "au-slk581", no_name=["NONE"])
    assert result.table is not None
    assert result.table["uic"].to_pylist() == ["999UH020119501"]


def test_a_partners_mapping_is_used(clients: Path) -> None:
    """The mapping of the linkage schema reads the file as ``uic dedupe`` does."""
    mapping = PartnerMapping.model_validate(
        {
            "files": ["*"],
            "columns": COLUMNS | {"place": "note"},
            "date_order": "DMY",
            "codes": {"sex": {"x": "other"}},
        }
    )
    result = code(clients, "au-slk581", mapping=mapping)
    assert result.table is not None
    assert result.table["uic"].to_pylist()[3] == "EBDL2020319913"


def test_an_unkeyed_hash_warns() -> None:
    """Whoever makes a published hash code is told what it is worth."""
    people = [{"family_name": "Okello", "given_name": "James", "birth_date": "1990-04-02"}]
    with pytest.warns(UicWarning, match="unkeyed hash"):
        result = code(people, "ug-kpic")
    assert result.table is not None
    assert result.table["uic"].to_pylist() == ["2E2C739FB"]


def test_nothing_is_left_when_coding_fails(clients: Path, tmp_path: Path) -> None:
    """A refused run writes no file, not even a temporary one."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError):
        code(clients, "ph-doh", output=tmp_path / "out.csv")
    with pytest.raises(InputError, match=r"\.csv or \.parquet"):
        coded(clients, output=tmp_path / "out.docx")
    assert sorted(tmp_path.iterdir()) == before


@pytest.fixture
def run():  # noqa: ANN201 - a function
    """Run a command as the shell would, without installing it."""
    import typer

    from uic.cli.code import command
    from uic.cli.schemes import app as schemes

    app = typer.Typer()
    app.command("code")(command)
    app.add_typer(schemes, name="schemes")
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_writes_and_reports(clients: Path, tmp_path: Path, run) -> None:  # noqa: ANN001
    """Codes go to the file, counts to standard error, places of problems to the rejects file."""
    out, rejects = tmp_path / "out.csv", tmp_path / "rejects.csv"
    result = run(
        "code", clients, "--scheme", "au-slk581", *OPTIONS, "-o", out, "--rejects", rejects
    )
    assert result.exit_code == 0, result.output
    assert "2 of 5 rows coded by au-slk581/1/1" in result.stderr
    assert CANARY not in result.output
    assert "OE2OH191220001" in out.read_text("utf-8")
    assert rejects.read_text("utf-8").splitlines()[1:] == [
        "clients,3,born,impossible_date",
        "clients,4,Surname,script_not_allowed",
        "clients,5,sex,unknown_code",
        "clients,6,born,missing",
    ]
    strict = run("code", clients, "--scheme", "au-slk581", *OPTIONS, "-o", out, "--strict")
    assert strict.exit_code == 1


def test_standard_output_is_csv(clients: Path) -> None:
    """Without -o the table goes to standard output and nothing else does."""
    stream = io.BytesIO()
    coded(clients, output=stream)
    table = pacsv.read_csv(io.BytesIO(stream.getvalue()))
    assert table["uic"].to_pylist()[0] == "OE2OH191220001"


def test_wrong_usage_is_told(clients: Path, run) -> None:  # noqa: ANN001
    """Usage errors end with 2, as everywhere."""
    for arguments in (["--map", "sex"], ["--date-order", "DYM"], ["--partner", "x"]):
        assert run("code", clients, "--scheme", "au-slk581", *arguments).exit_code == 2


def test_the_hash_warning_is_one_line(clients: Path, tmp_path: Path, run) -> None:  # noqa: ANN001
    """The command prints the warning, without a file name or a line of code."""
    arguments = ["--scheme", "us-hrsa-euci", *OPTIONS, "-o", tmp_path / "out.csv"]
    result = run("code", clients, *arguments)
    assert "uic: warning: the codes of us-hrsa-euci are an unkeyed hash" in result.stderr
    assert ".py" not in result.stderr


def test_schemes_are_listed_and_explained(run) -> None:  # noqa: ANN001
    """A list in one screen; each scheme in sentences with an invented person."""
    assert run("schemes").stdout == run("schemes", "list").stdout
    assert run("schemes").stdout.count("\n") == 15
    shown = run("schemes", "show", "au-slk581").stdout
    assert "letters 2, 3 and 5 of family_name" in shown
    assert "OE2OH-19122000-1/T" in shown
    assert "reverses it in seconds" in run("schemes", "show", "ug-kpic").stdout
    assert "running number" in run("schemes", "show", "ke-kp").stdout


def test_importing_the_commands_is_cheap() -> None:
    """The help of a command needs no Arrow and no pydantic."""
    import subprocess

    script = (
        "import sys; import uic.cli.code, uic.cli.schemes; "
        "sys.exit(bool({'pyarrow', 'pydantic', 'numpy', 'duckdb'} & set(sys.modules)))"
    )
    with contextlib.chdir(Path(__file__).parents[2]):
        assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


def test_a_csv_of_codes_runs_nothing(tmp_path: Path) -> None:
    """Formulas in the partner's own columns get an apostrophe; telephones and dashes stay."""
    texts = ["=cmd|'/C calc'!A0", "@SUM(A1)", "+cmd", "-2+cmd|x", "+855 12 345", "-", "-5", "plain"]
    rows = pa.table(
        {"Surname": ["Doe"] * 8, "Vorname": ["John"] * 8, "born": ["19.12.2000"] * 8,
         "sex": ["M"] * 8, "=remark": texts}
    )  # fmt: skip
    source, target = tmp_path / "plain.parquet", tmp_path / "coded.csv"
    pq.write_table(rows, source)
    coded(source, output=target)
    written = pacsv.read_csv(target).to_pydict()
    assert written["'=remark"] == [f"'{text}" for text in texts[:4]] + texts[4:]
