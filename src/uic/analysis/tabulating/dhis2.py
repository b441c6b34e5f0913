"""Cells of a table as DHIS2 data values: ready for an import, never sent.

``POST /api/dataValueSets`` takes a JSON object whose values are strings, or a CSV that is read by
position. Send it with ``dryRun=true`` first, and ``importStrategy=CREATE_AND_UPDATE``. A DHIS2
that is not your own is an authority: what goes there passes ``uic release`` first.

Source: DHIS2 developer documentation, "Data values", and "Date and period format".
"""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from uic.analysis.indicators.coding import ALL
from uic.analysis.indicators.linked import AXES
from uic.errors import InputError, Problem
from uic.files import write_text

if TYPE_CHECKING:
    from uic.analysis.tabulating.dhis2_mapping import Dhis2Mapping, ValueMapping

CSV_COLUMNS = (
    "dataelement", "period", "orgunit", "categoryoptioncombo", "attributeoptioncombo", "value",
)  # fmt: skip
_KEYS = ("dataElement", "period", "orgUnit", "categoryOptionCombo", "attributeOptionCombo")


def data_values(cells: pa.Table, mapping: Dhis2Mapping, name: str = "cells") -> dict[str, Any]:
    """Return the body of ``POST /api/dataValueSets``.

    Args:
        cells: One row a cell and one column an indicator, as ``uic count --cells`` and
            ``uic dedupe`` (``counts.csv``) write them.
        mapping: What goes where.
        name: Name of the cells' file, for messages.

    Returns:
        ``dataValues``, each with ``dataElement``, ``period``, ``orgUnit`` and ``value`` (a
        string); the data set and id schemes where the mapping gives them. Empty numbers and the
        margin of all time are left out.

    Raises:
        InputError: a column is missing, a place has no organisation unit, a period has no name
            in DHIS2, or two cells would become one value. Rows are named, never their values.
    """
    problems: list[Problem] = []
    found = [
        value for item in mapping.values for value in _values(cells, item, mapping, name, problems)
    ]
    keys = [tuple(value.get(key) for key in _KEYS) for value in found]
    if len(set(keys)) < len(keys):
        rule = f"{len(keys) - len(set(keys))} data values come from two cells each"
        problems.append(Problem(name, "", rule, "narrow 'where', or give them their own ids"))
    if not found and not problems:
        problems.append(Problem(name, "", "no cell fits the mapping", "check 'where'"))
    if problems:
        raise InputError(problems)
    schemes = ("dataElementIdScheme", "orgUnitIdScheme", "categoryOptionComboIdScheme")
    head: dict[str, Any] = dict.fromkeys(schemes, mapping.id_scheme)
    head |= {"dataSet": mapping.data_set} if mapping.data_set else {}
    return head | {"dataValues": found}


def write_data_values(body: dict[str, Any], path: str | Path) -> None:
    """Write data values as JSON, or as CSV where the name ends so.

    In a CSV the columns count by position; the id scheme goes into the query
    (``?idScheme=CODE``), because a CSV has no place for it.
    """
    if Path(path).suffix.lower() != ".csv":
        write_text(path, json.dumps(body, indent=1, ensure_ascii=False) + "\n")
        return
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(CSV_COLUMNS)
    writer.writerows(
        [value.get(key, "") for key in (*_KEYS, "value")] for value in body["dataValues"]
    )
    write_text(path, stream.getvalue())


def read_cells(path: str | Path) -> pa.Table:
    """Read cells that ``uic count --cells`` or ``uic dedupe`` wrote, every column as text.

    Raises:
        InputError: the file cannot be read, or is no such table.
    """
    source = Path(path)
    try:
        rows = list(csv.reader(io.StringIO(source.read_text(encoding="utf-8-sig"), newline="")))
    except OSError:
        raise InputError(Problem(source.name, "", "the file cannot be read")) from None
    except (UnicodeDecodeError, csv.Error):
        raise InputError(Problem(source.name, "", "this is not CSV in UTF-8")) from None
    if len(rows) < 2 or rows[0][:1] != ["period"] or {len(row) for row in rows} != {len(rows[0])}:
        hint = "give what uic count --cells wrote, or counts.csv"
        raise InputError(Problem(source.name, "", "this is no table of cells", hint))
    return pa.table(
        {name: pa.array(column, pa.string())
         for name, column in zip(rows[0], zip(*rows[1:], strict=True), strict=True)}
    )  # fmt: skip


def dhis2_period(name: str) -> str | None:
    """Return DHIS2's name of a period, None where it has none or the period is all time.

    ``2014``, ``201401``, ``2014Q1``, ``2014S1``; financial years from April, July or October
    ``2013Oct``; six months from April ``2013AprilS1``.
    """
    if re.fullmatch(r"\d{4}", name):
        return name
    if match := re.fullmatch(r"(\d{4})-(\d{2})", name):
        return "".join(match.groups())
    if match := re.fullmatch(r"(\d{4})-([QH])(\d)", name):
        return f"{match[1]}{ {'Q': 'Q', 'H': 'S'}[match[2]] }{match[3]}"
    if match := re.fullmatch(r"(\d{4})-(\d{2})/(\d{4})-(\d{2})", name):
        year, first, last_year, last = (int(part) for part in match.groups())
        length = (last_year - year) * 12 + last - first + 1
        return _FISCAL.get((length, first), "").format(year=year) or None
    return None


_FISCAL = {
    (12, 4): "{year}April",
    (12, 7): "{year}July",
    (12, 10): "{year}Oct",
    (6, 4): "{year}AprilS1",
    (6, 10): "{year}AprilS2",
    (3, 1): "{year}Q1",
    (3, 4): "{year}Q2",
    (3, 7): "{year}Q3",
    (3, 10): "{year}Q4",
}


def _values(
    cells: pa.Table,
    item: ValueMapping,
    mapping: Dhis2Mapping,
    name: str,
    problems: list[Problem],
) -> list[dict[str, str]]:
    """Return the data values of one indicator; what cannot be mapped becomes a problem."""
    missing = ({item.indicator, *item.where} | {mapping.org_units_by or "period"}) - {
        *cells.column_names
    }
    if missing:
        hint = "count again with --by, or correct the mapping"
        problems.append(Problem(name, f"column {min(missing)!r}", "the column is missing", hint))
        return []
    found = []
    for number, row in enumerate(cells.to_pylist(), start=2):
        if not _chosen(row, item, mapping):
            continue
        period = dhis2_period(row["period"])
        place = mapping.org_unit or mapping.org_units.get(row[str(mapping.org_units_by)])
        if period is None:
            rule = "DHIS2 has no name for this period"
            problems.append(Problem(name, f"row {number}", rule, "count by another period"))
        elif place is None:
            rule = f"this {mapping.org_units_by} has no organisation unit"
            problems.append(Problem(name, f"row {number}", rule, "add it under [org_units]"))
        else:
            found.append(_value(row, item, period, place))
    return found


def _chosen(row: dict[str, Any], item: ValueMapping, mapping: Dhis2Mapping) -> bool:
    """Tell whether a cell is meant: named axes as named, all others margins."""
    if row["period"] == ALL or row[item.indicator] in {None, ""}:
        return False
    axes = [axis for axis in AXES if axis in row and axis != mapping.org_units_by]
    if any(row[axis] != item.where.get(axis, ALL) for axis in axes):
        return False
    return mapping.org_units_by is None or row[mapping.org_units_by] != ALL


def _value(row: dict[str, Any], item: ValueMapping, period: str, place: str) -> dict[str, str]:
    value = {"dataElement": item.data_element, "period": period, "orgUnit": place}
    if item.category_option_combo:
        value["categoryOptionCombo"] = item.category_option_combo
    if item.attribute_option_combo:
        value["attributeOptionCombo"] = item.attribute_option_combo
    return value | {"value": str(row[item.indicator])}
