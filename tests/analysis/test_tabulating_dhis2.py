"""Numbers as DHIS2 data values: strings, DHIS2's periods, and nothing guessed."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pyarrow as pa
import pytest

from uic.analysis.tables import write_csv
from uic.analysis.tabulating import (
    data_values,
    dhis2_period,
    load_dhis2_mapping,
    read_cells,
    write_data_values,
)
from uic.errors import InputError, SchemaError

MAPPING = """
format = "uic-dhis2/1"
data_set = "pBOMPrpg1QX"
org_unit = "DiszpKrYNg8"
[[values]]
indicator = "individuals"
data_element = "f7n9E0hX8qk"
[[values]]
indicator = "individuals"
data_element = "f7n9E0hX8qk"
category_option_combo = "HllvX50cXC0"
where = { channel = "outreach" }
"""
BY_SITE = """
format = "uic-dhis2/1"
org_units_by = "channel"
[org_units]
outreach = "DiszpKrYNg8"
[[values]]
indicator = "individuals"
data_element = "f7n9E0hX8qk"
"""


def cells(*rows: tuple[str, str, int | None]) -> pa.Table:
    columns = ("period", "channel", "individuals")
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])


def mapped(folder: Path, text: str) -> Path:
    path = folder / "dhis2.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_are_strings_and_margins_are_chosen(tmp_path: Path) -> None:
    """A margin goes where no axis is named, a part where one is; all time goes nowhere."""
    mapping = load_dhis2_mapping(mapped(tmp_path, MAPPING))
    body = data_values(
        cells(("2014", "outreach", 7), ("2014", "dic", 2), ("2014", "all", 8), ("all", "all", 8)),
        mapping,
    )
    assert body["dataSet"] == "pBOMPrpg1QX"
    assert body["dataElementIdScheme"] == "UID"
    common = {"dataElement": "f7n9E0hX8qk", "period": "2014", "orgUnit": "DiszpKrYNg8"}
    assert body["dataValues"] == [
        common | {"value": "8"},
        common | {"categoryOptionCombo": "HllvX50cXC0", "value": "7"},
    ]


def test_the_files_are_json_and_positional_csv(tmp_path: Path) -> None:
    """The same values as JSON, and as CSV whose columns count by position."""
    mapping = load_dhis2_mapping(mapped(tmp_path, MAPPING))
    body = data_values(cells(("2014-Q1", "outreach", 7), ("2014-Q1", "all", 8)), mapping)
    write_data_values(body, tmp_path / "values.json")
    write_data_values(body, tmp_path / "values.csv")
    assert json.loads((tmp_path / "values.json").read_text(encoding="utf-8")) == body
    with (tmp_path / "values.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows == [
        [
            "dataelement",
            "period",
            "orgunit",
            "categoryoptioncombo",
            "attributeoptioncombo",
            "value",
        ],
        ["f7n9E0hX8qk", "2014Q1", "DiszpKrYNg8", "", "", "8"],
        ["f7n9E0hX8qk", "2014Q1", "DiszpKrYNg8", "HllvX50cXC0", "", "7"],
    ]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("2014", "2014"), ("2014-03", "201403"), ("2014-Q4", "2014Q4"), ("2014-H2", "2014S2"),
        ("2013-10/2014-09", "2013Oct"), ("2014-04/2015-03", "2014April"),
        ("2014-07/2015-06", "2014July"), ("2013-10/2014-03", "2013AprilS2"),
        ("2014-04/2014-09", "2014AprilS1"), ("2013-10/2013-12", "2013Q4"),
        ("2014-02/2015-01", None), ("all", None),
    ],
)  # fmt: skip
def test_periods_have_dhis2_names(ours: str, theirs: str | None) -> None:
    """Calendar and financial periods; one that DHIS2 does not know has no name."""
    assert dhis2_period(ours) == theirs


def test_what_cannot_be_mapped_is_listed_and_nothing_is_written(tmp_path: Path) -> None:
    """A place without a unit, a period without a name, a missing column: rows, never values."""
    mapping = load_dhis2_mapping(mapped(tmp_path, BY_SITE))
    with pytest.raises(InputError) as caught:
        data_values(
            cells(
                ("2014", "outreach", 1), ("2014", "SECRET", 2), ("2014-02/2015-01", "outreach", 3)
            ),
            mapping,
            "cells.csv",
        )
    assert [problem.where for problem in caught.value.problems] == ["row 3", "row 4"]
    assert "SECRET" not in str(caught.value)
    with pytest.raises(InputError, match="column is missing"):
        data_values(cells(("2014", "all", 1)).drop_columns(["channel"]), mapping)
    with pytest.raises(InputError, match="no cell fits"):
        data_values(cells(("all", "outreach", 1)), mapping)
    with pytest.raises(InputError, match="from two cells"):
        data_values(cells(("2014", "outreach", 1), ("2014", "outreach", 2)), mapping)


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ('"f7n9E0hX8qk"', '"=cmd"', "pattern"),
        ('channel = "outreach"', 'name = "x"', "unknown axis"),
        ('org_unit = "DiszpKrYNg8"', "", "give either 'org_unit'"),
        ("data_set", "dataset", "not permitted"),
        ("[[values]]", "values = 3", "not TOML"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, old: str, new: str, rule: str) -> None:
    """An id that a spreadsheet would run is no id; every mistake names its place."""
    with pytest.raises(SchemaError, match=re.escape(rule)):
        load_dhis2_mapping(mapped(tmp_path, MAPPING.replace(old, new)))


def test_cells_come_back_as_they_were_written(tmp_path: Path) -> None:
    """What ``uic count --cells`` writes is read as text, a margin as ``all``."""
    table = cells(("2014", "outreach", 7), ("2014", "all", None))
    write_csv(table, tmp_path / "cells.csv")
    assert read_cells(tmp_path / "cells.csv").to_pylist() == [
        {"period": "2014", "channel": "outreach", "individuals": "7"},
        {"period": "2014", "channel": "all", "individuals": ""},
    ]
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no table of cells"):
        read_cells(tmp_path / "other.csv")
    with pytest.raises(InputError, match="cannot be read"):
        read_cells(tmp_path / "nowhere.csv")
