"""Read every partner's export; report the problems of all files at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.errors import InputError
from uic.partner.reading.partners import exports_of
from uic.partner.reading.registering import register_of
from uic.values import silent

if TYPE_CHECKING:
    from uic.partner.reading.partners import Inputs
    from uic.partner.registers import Register
    from uic.schema import LinkageSchema
    from uic.values import Progress


def read_registers(
    inputs: Inputs, schema: LinkageSchema, *, progress: Progress = silent
) -> tuple[Register, ...]:
    """Read partners' exports into registers, one a partner, in the order given.

    Args:
        inputs: Paths of CSV, TSV, XLSX or Parquet files, or a mapping from a partner's name to
            its table (pandas, polars, Arrow, or a list of dicts) or path.
        schema: The linkage schema; ``[partners.*]`` says how each export is read.
        progress: Called with the step "reading", files done and files in all.

    Returns:
        One :class:`uic.partner.registers.Register` a partner. A register holds attributes of
        persons and never leaves the partner. Values that could not be used are missing and
        listed in ``problems``; ``docs/schema.md`` lists the rules.

    Raises:
        InputError: one or more files cannot be used. All files are looked at before it is
            raised; ``problems`` lists everything found. No message holds a cell's value.
    """
    exports, problems = exports_of(inputs, schema)
    registers = []
    for done, export in enumerate(exports):
        progress("reading", done, len(exports))
        try:
            registers.append(register_of(export, schema))
        except InputError as error:
            problems += error.problems
    progress("reading", len(exports), len(exports))
    if problems:
        raise InputError(problems)
    return tuple(registers)
