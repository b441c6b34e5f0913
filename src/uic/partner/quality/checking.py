"""Check a register before it is used: every rule of this room, one report."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.partner.codes import compose
from uic.partner.normalising import normalise_names
from uic.partner.quality import coding, dates, identity, missing, strength, texts
from uic.partner.quality.findings import CheckReport, CodeStrength, Finding, RegisterCheck
from uic.partner.reading import read_registers
from uic.partner.registers import DATE_PARTS, Register
from uic.partner.schemes import load_scheme
from uic.schema import (
    STANDARD_ATTRIBUTES,
    LinkageSchema,
    PartnerMapping,
    as_schema,
)

if TYPE_CHECKING:
    from pathlib import Path

    from uic.partner.reading.partners import Inputs
    from uic.partner.schemes import Scheme

CODE, WORKER = "uic", "worker"
"""Attributes that hold a code given earlier, and who gave it."""

NAMES = ("family_name", "given_name", "mother_given_name", "father_given_name")
"""Attributes that, beside sex and the birth date, tell one person from another."""


def check(
    source: Register | Inputs,
    *,
    schema: LinkageSchema | str | Path | None = None,
    scheme: str | Path | Scheme | None = None,
    population: int | None = None,
    code_column: str | None = None,
    worker_column: str | None = None,
    today: dt.date | None = None,
) -> CheckReport:
    """Report on the quality of registers and on the strength of their codes.

    Args:
        source: A register; or what :func:`uic.read_registers` takes: a path, several paths, or a
            mapping from a partner's name to its table.
        schema: Linkage schema that says how files are read; by default columns are found by the
            names of the attributes.
        scheme: Scheme by which codes given earlier are checked, and whose codes are measured.
        population: People in the registry a searcher is assumed to hold, for example all adults
            of the district; without it no crowd is computed.
        code_column: Header of the column that holds a code given earlier, if it is not ``uic``.
        worker_column: Header of the column that says who gave it, if it is not ``worker``.
        today: Day against which ages and future dates are judged (default: the current day).

    Returns:
        Counts and rules by register. A holder learns how many records have which defect and
        never a value; treat it as internal all the same, for small counts can point at a person.

    Raises:
        InputError: a file cannot be read; every problem of every file is listed.
        SchemaError: the schema or the scheme is not what it must be.

    Source: heaping is compared with the share of the day in a year of 365.25 days (binomial,
    p < .001); entropy, shared codes and crowds follow ``docs/check.md``.
    """
    today = today or dt.datetime.now().astimezone().date()
    found = None if scheme is None else load_scheme(scheme)
    if isinstance(source, Register):
        registers: tuple[Register, ...] = (source,)
    else:
        columns = {CODE: code_column, WORKER: worker_column}
        registers = read_registers(source, _prepared(schema, found, columns))
    return CheckReport(tuple(_check(item, found, population, today) for item in registers))


def _prepared(
    schema: LinkageSchema | str | Path | None, scheme: Scheme | None, columns: dict[str, str | None]
) -> LinkageSchema:
    """Return a schema that also reads codes, workers and what the scheme looks at.

    Nothing is encoded with it, so partners' schemas may stay as they were signed off.
    """
    chosen = as_schema(schema)
    wanted = (scheme.kinds if scheme else {}) | {CODE: "code", WORKER: "code"}
    own = {name: kind for name, kind in wanted.items() if name not in STANDARD_ATTRIBUTES}
    named = {name: header for name, header in columns.items() if header is not None}
    partners = {
        partner: mapping.model_copy(update={"columns": mapping.columns | named})
        for partner, mapping in chosen.partners.items()
    }
    if named and not partners:
        partners = {"register": PartnerMapping(files=("*",), columns=named)}
    return chosen.model_copy(update={"attributes": own | chosen.attributes, "partners": partners})


def _check(
    register: Register, scheme: Scheme | None, population: int | None, today: dt.date
) -> RegisterCheck:
    records = register.records
    dated, plain = _attributes(records)
    findings = [
        item for name in (*plain, *dated) for item in missing.missing_findings(records, name)
    ]
    findings += missing.unusable_findings(register)
    for name in dated:
        findings += dates.date_findings(dates.date_parts(records, name), today)
    for name in plain:
        findings += texts.text_findings(records[name], name)
    person = _person(records)
    findings += identity.swap_findings(person)
    about_codes, code = _codes(records, person, scheme, population)
    return RegisterCheck(
        register.partner, register.rows, len(records), (*findings, *about_codes), code
    )


def _attributes(records: pa.Table) -> tuple[list[str], list[str]]:
    """Return the date attributes and the other attributes of a register."""
    names = records.column_names
    dated = [name.removesuffix("_precision") for name in names if name.endswith("_precision")]
    parts = {f"{name}_{part}" for name in dated for part in (*DATE_PARTS, "precision")}
    status = {name for name in names if name.endswith("_status")}
    return dated, [name for name in names if name not in {"record_id", *parts, *status}]


def _codes(
    records: pa.Table, person: pa.Table, scheme: Scheme | None, population: int | None
) -> tuple[list[Finding], CodeStrength | None]:
    """Look at the codes given earlier and at those the scheme makes; measure the latter."""
    findings: list[Finding] = []
    measured = None
    carried = records[CODE] if CODE in records.column_names else None
    if carried is not None:
        findings += _carried(carried, records, person, scheme)
        measured = strength.strength(carried, CODE, population)
    if scheme is not None and scheme.made == "derived":
        composed = compose(records, scheme)
        findings += coding.flaw_findings(composed, len(records))
        codes = pa.chunked_array([composed.codes])
        findings += identity.code_findings(codes, person, scheme.id)
        if carried is not None:
            findings.append(coding.differing_finding(carried, composed, CODE))
        known = coding.all_known(records, scheme, composed)
        measured = strength.strength(codes, scheme.id, population, known)
    return findings, measured


def _carried(
    codes: pa.ChunkedArray, records: pa.Table, person: pa.Table, scheme: Scheme | None
) -> list[Finding]:
    findings = identity.code_findings(codes, person, CODE)
    if WORKER in records.column_names:
        findings += identity.worker_findings(codes, records[WORKER], WORKER)
    if scheme is not None:
        findings += coding.carried_findings(codes, scheme, CODE)
    return findings


def _person(records: pa.Table) -> pa.Table:
    """Return what tells people apart: normalised names, sex, and the whole birth date."""
    names = [name for name in NAMES if name in records.column_names]
    person = {name: normalise_names(records[name]) for name in names}
    if names and "sex" in records.column_names:
        person["sex"] = records["sex"]
    if "birth_date_precision" in records.column_names:
        person["birth_date"] = dates.whole_dates(records, "birth_date")
    return pa.table(person) if person else records.select([])
