"""What the tests of the reading room share: writing small files, reading them back."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import xlsxwriter

from uic.errors import InputError
from uic.partner.reading import read_registers
from uic.schema import LinkageSchema, parse_schema

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.registers import Register


def schema(attributes: dict[str, str] | None = None, **mapping: Any) -> LinkageSchema:
    """A schema with one partner, 'ngo', whose file is ngo.*; without a mapping no partner."""
    partners = {"ngo": {"files": ["ngo.*"], **mapping}} if mapping else {}
    return parse_schema({"attributes": attributes or {}, "partners": partners})


def read(path: Path, attributes: dict[str, str] | None = None, **mapping: Any) -> Register:
    (register,) = read_registers([path], schema(attributes, **mapping))
    return register


def csv_file(folder: Path, *lines: str, name: str = "ngo.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def read_lines(folder: Path, *lines: str, **mapping: Any) -> Register:
    return read(csv_file(folder, *lines), **mapping)


def workbook(folder: Path, *rows: list[Any], name: str = "ngo.xlsx", sheet: str = "Data") -> Path:
    """Write cells as Excel would hold them: dates as date cells, numbers as numbers."""
    path = folder / name
    with xlsxwriter.Workbook(path, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet(sheet)
        for number, cells in enumerate(rows):
            page.write_row(number, 0, cells)
    return path


def column(register: Register, name: str) -> list[Any]:
    return list(register.records[name].to_pylist())


def events(register: Register, *names: str) -> list[tuple[Any, ...]]:
    rows = register.events.select(list(names)).to_pylist()
    return [tuple(row.values()) for row in rows]


def rules(register: Register) -> dict[tuple[str, str], int]:
    """How often each rule was broken in each column."""
    return dict(Counter((item.column, item.rule) for item in register.problems))


def places(register: Register) -> list[tuple[int, str, str]]:
    return [(item.row, item.column, item.rule) for item in register.problems]


def refusal(inputs: Any, using: LinkageSchema | None = None) -> InputError:
    """The error that reading these inputs ends with."""
    with pytest.raises(InputError) as caught:
        read_registers(inputs, using or schema())
    return caught.value
