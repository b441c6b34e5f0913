"""No failing path of reading repeats a value of a person: not in a message, a repr or a trace."""

from __future__ import annotations

import traceback
import warnings
from typing import TYPE_CHECKING, Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_helpers import csv_file, schema, workbook

from uic.errors import InputError
from uic.partner.reading import read_registers, write_rejects
from uic.partner.reading.opening import open_source
from uic.partner.reading.partners import export_of
from uic.partner.reading.sheets import sheet_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from uic.schema import LinkageSchema

    Case = Callable[[Path], tuple[Any, LinkageSchema]]

NAME, BORN, PHONE = "Qzxcanary", "1987-03-14", "85577766655"
MARKS = (NAME, NAME.upper(), NAME.lower(), NAME[:5], BORN, "14/03/1987", PHONE)
HEADER = "record_id,family_name,birth_date,phone,date"
PERSON = f"{NAME}-1,{NAME},{BORN},{PHONE},2014-01-02"


def _lines(*lines: str, **mapping: Any) -> Case:
    return lambda folder: ([csv_file(folder, *lines)], schema(**mapping))


def _bytes(content: bytes, name: str = "ngo.csv", **mapping: Any) -> Case:
    def case(folder: Path) -> tuple[Any, LinkageSchema]:
        (folder / name).write_bytes(content)
        return [folder / name], schema(**mapping)

    return case


def _table(table: Any, **mapping: Any) -> Case:
    return lambda _: ({"ngo": table}, schema(**mapping))


def _half(suffix: str) -> Case:
    def case(folder: Path) -> tuple[Any, LinkageSchema]:
        path = folder / f"ngo{suffix}"
        if suffix == ".xlsx":
            workbook(folder, ["family_name"], *[[f"{NAME}{n}"] for n in range(300)])
        else:
            pq.write_table(pa.table({"family_name": [f"{NAME}{n}" for n in range(300)]}), path)
        path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
        return [path], schema()

    return case


def _formulas(folder: Path) -> tuple[Any, LinkageSchema]:
    book = openpyxl.Workbook()
    book.active.append(["family_name", "phone"])
    book.active.append([f'="{NAME}"', PHONE])
    book.save(folder / "ngo.xlsx")
    return [folder / "ngo.xlsx"], schema()


REFUSED: dict[str, Case] = {
    "no header": _lines(PERSON, PERSON),
    "no header, mapped": _lines(PERSON, PERSON, columns={"family_name": f"{NAME}x"}),
    "no header, names only": _lines(f"{NAME},Sok", columns={"family_name": "Name of client"}),
    "header only": _lines(HEADER),
    "open quotation mark": _lines(HEADER, f'1,"{NAME},{BORN},{PHONE},', PERSON, PERSON, PERSON),
    "too many cells": _lines(HEADER, *[f"{PERSON},{NAME},{PHONE}"] * 9),
    "giant cell": _lines(HEADER, f"1,{NAME * 200_000},{BORN},{PHONE},"),
    "giant record": _lines(HEADER, f"1,{NAME * 2_000_000},{BORN},{PHONE},"),
    "NUL byte": _bytes(f"{HEADER}\n{PERSON}\0\n".encode()),
    "encoding": _bytes(f"{HEADER}\n{PERSON}\n".encode() + NAME.encode() + b"\x81\xff\xfe"),
    "encoding of the mapping": _bytes(
        f"{HEADER}\n{PERSON}\n".encode() + NAME.encode() + b"\xff", encoding="utf-8"
    ),
    "garbled": _lines(HEADER, f"1,{NAME} á\u017e\u2026,{BORN},{PHONE},"),
    "question marks": _lines(HEADER, *["1,????,,,"] * 9, PERSON),
    "date order": _lines(HEADER, *["1,Sok,14/03/1987,,"] * 9, PERSON),
    "mixed orders": _lines(
        HEADER, *["1,Sok,14/03/1987,,"] * 9, *["1,Sok,03/14/1987,,"] * 9, date_order="DMY"
    ),
    "separator": _lines(HEADER, PERSON, separator=";"),
    "constant": _lines(HEADER, PERSON, constants={"birth_date": "14/03/1987"}),
    "half a workbook": _half(".xlsx"),
    "half a Parquet file": _half(".parquet"),
    "formulas": _formulas,
    "not a workbook": _bytes(f"{HEADER}\n{PERSON}\n".encode(), "ngo.xlsx"),
    "not Parquet": _bytes(f"{HEADER}\n{PERSON}\n".encode(), "ngo.parquet"),
    "web page": _bytes(f"<td>{NAME}".encode(), "ngo.xls"),
    "nested column": _table(pa.table({"family_name": [[NAME]], "phone": [{"x": PHONE}]})),
    "lone surrogate": _table([{"family_name": f"{NAME}\ud800"}]),
    "broken text": _table(
        {
            "family_name": pa.StringArray.from_buffers(
                1, pa.py_buffer(b"\0\0\0\0\x0a\0\0\0"), pa.py_buffer(NAME.encode() + b"\xff")
            )
        }
    ),
    "strange objects": _table(pd.DataFrame({"family_name": [NAME, object()], "x": [1, 2]})),
    "rows that are no rows": _table([NAME, PHONE]),
    "bytes": _table(pa.table({"family_name": [NAME.encode() + b"\xff"]})),
}


def _told(error: BaseException) -> str:
    """Everything an error tells: its chain, notes, arguments and trace."""
    told = [repr(error), str(error), repr(error.args), *traceback.format_exception(error)]
    told += [repr(problem) for problem in getattr(error, "problems", ())]
    told += [repr(vars(error))]
    if error.__context__ is not None:
        told.append(_told(error.__context__))
    return "\n".join(told)


def _check(text: str) -> None:
    for mark in MARKS:
        assert mark not in text


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "strange objects"])
def test_refused_files_tell_no_value(
    tmp_path: Path,
    name: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each way to refuse a file names the place and the rule and nothing that stood there."""
    inputs, using = REFUSED[name](tmp_path)
    with pytest.raises(InputError) as caught:
        read_registers(inputs, using)
    assert caught.value.problems
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    _check(_told(caught.value).replace(f"{NAME}x", ""))
    printed = capfd.readouterr()
    _check(printed.out + printed.err + caplog.text)


def test_strange_objects_are_text_or_refused(tmp_path: Path) -> None:
    """An object that no reader knows never shows its neighbours."""
    inputs, using = REFUSED["strange objects"](tmp_path)
    try:
        _check(repr(read_registers(inputs, using)))
    except InputError as error:
        _check(_told(error))


ROWS = [
    PERSON,
    f"{NAME}-1,{NAME}X,1988-03-14,{PHONE},2014-01-02",
    f"{NAME}-2,??,{BORN} {NAME},8.55E+10,{NAME}",
    f"{NAME}-3,{NAME},14/03/1987,{PHONE},2999-01-01",
    f"{NAME}-4,{NAME}",
    f"{NAME}-5,{NAME},{BORN},{PHONE},,{NAME}",
    f",{NAME},2530-03-14,{PHONE},14/03/87",
]


def test_registers_and_problems_tell_no_value(tmp_path: Path) -> None:
    """A register's repr, its row problems, rejects.csv and every value between hold no mark."""
    path = csv_file(tmp_path, HEADER, *ROWS)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        (register,) = read_registers([path], schema())
    assert {item.rule for item in register.problems} == {
        "attribute_conflict",
        "buddhist_era",
        "date_order",
        "digits_lost",
        "future_date",
        "impossible_date",
        "long_row",
        "question_marks",
        "short_row",
        "two_digit_year",
    }
    write_rejects(register.problems, tmp_path / "rejects.csv")
    _check((tmp_path / "rejects.csv").read_text(encoding="utf-8"))
    _check(repr(register) + repr(register.problems) + "".join(str(w.message) for w in warned))


def test_values_between_tell_no_value(tmp_path: Path) -> None:
    """Sources, cells, words and sheets show sizes and names of their own, never a cell."""
    export = export_of("ngo", csv_file(tmp_path, HEADER, PERSON), schema())
    source = open_source(export)
    cells = source.load((0, 1, 2, 3, 4))
    sheet = sheet_of(source, export, schema())
    shown = [export, source, cells, *cells.columns, sheet, *sheet.columns.values()]
    _check(" ".join(map(repr, shown)))
