"""Write the exports of three made-up partners, with the schema that reads them and the truth."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from uic.files import write_text
from uic.synthesis.calibration import figures, overlap, to_markdown
from uic.synthesis.cells import cells, repeated
from uic.synthesis.chance import stream
from uic.synthesis.contacts import Contacts, contacts, referrals
from uic.synthesis.exports import (
    dic_sheet,
    outreach_sheet,
    referrals_sheet,
    write_csv,
    write_xlsx,
)
from uic.synthesis.phnom_penh import PARTNERS, Hidden, hidden_people
from uic.synthesis.population import entities
from uic.synthesis.recording import Records, record

if TYPE_CHECKING:
    from uic.synthesis.calibration import Figure
    from uic.synthesis.cells import Cells
    from uic.synthesis.exports import Sheet

Preset = Literal["phnom-penh"]
SMALLEST, LARGEST = 0.05, 50.0
"""Range of ``scale``: below, some groups would be nobody; above, a sheet would overflow."""

DRAWS = {"outreach": contacts, "dic": contacts, "referrals": referrals}
SHEETS = {"outreach": outreach_sheet, "dic": dic_sheet, "referrals": referrals_sheet}


@dataclass(frozen=True, repr=False)
class Simulation:
    """What :func:`simulate` wrote, as values.

    Attributes:
        people: The hidden population, one row a person: ``entity``, attributes as the person
            could state them, ``group``, ``registered``, ``born``, ``injects``, ``present_2014``
            and one truth value a partner.
        records: For each partner, one row a record: ``record_id``, ``entity``, attributes as
            written down.
        contacts: For each partner, one row a contact: ``record_id`` (null for a group),
            ``date``, one truth value a service and the pieces given of each good.
        truth: Columns ``partner``, ``record_id``, ``entity``, as in ``truth/truth.csv``.
        figures: What was aimed at and what was reached.
        files: The paths written.
    """

    people: pa.Table
    records: dict[str, pa.Table]
    contacts: dict[str, pa.Table]
    truth: pa.Table
    figures: tuple[Figure, ...]
    files: tuple[Path, ...]

    def __repr__(self) -> str:
        return f"<Simulation: {len(self.people)} people, {len(self.truth)} records>"


def simulate(
    out: str | Path, *, seed: int = 2014, preset: Preset = "phnom-penh", scale: float = 1.0
) -> Simulation:
    """Write three made-up partners' exports, their linkage schema and, apart, the truth.

    The folder holds ``outreach.csv``, ``dic.xlsx``, ``referrals.csv``, ``schema.toml`` and
    ``README.md`` (every column, and what was calibrated to which published figure);
    ``truth/truth.csv`` says which record belongs to whom and ``truth/people.csv`` who exists.
    Files of the same names are replaced. Nobody in them lives.

    Args:
        out: Folder to write to; made when missing.
        seed: Same seed, preset and scale: same files, byte for byte.
        preset: ``phnom-penh`` is the only one.
        scale: Multiplies people and contacts, 0.05 to 50; 1 gives the published numbers.

    Raises:
        ValueError: unknown preset, or a scale outside its range.
    """
    if preset != "phnom-penh":
        raise ValueError("the only preset is 'phnom-penh'")
    if not SMALLEST <= scale <= LARGEST:
        raise ValueError(f"scale lies between {SMALLEST} and {LARGEST}")
    hidden = hidden_people(scale, stream(seed, "people"))
    met = {
        name: draw(name, hidden, scale, stream(seed, f"contacts of {name}"))
        for name, draw in DRAWS.items()
    }
    kept = {
        name: record(name, met[name], hidden, stream(seed, f"records of {name}"))
        for name in PARTNERS
    }
    result = _simulation(Path(out), hidden, met, kept, scale)
    sheets = {
        name: make(kept[name], met[name], hidden, stream(seed, f"sheet of {name}"))
        for name, make in SHEETS.items()
    }
    _write_sheets(Path(out), sheets)
    _write_words(Path(out), result, seed, scale)
    _write_truth(Path(out) / "truth", result)
    return result


def _simulation(
    folder: Path, hidden: Hidden, met: dict[str, Contacts], kept: dict[str, Records], scale: float
) -> Simulation:
    names = entities(len(hidden.group))
    records = {name: _record_table(kept[name], names) for name in PARTNERS}
    files = (
        "outreach.csv", "dic.xlsx", "referrals.csv", "schema.toml", "README.md",
        "truth/truth.csv", "truth/people.csv",
    )  # fmt: skip
    return Simulation(
        people=hidden.to_table(),
        records=records,
        contacts={name: _contact_table(kept[name], met[name]) for name in PARTNERS},
        truth=_truth(records),
        figures=figures(hidden, met, kept, scale),
        files=tuple(folder / name for name in files),
    )


def _record_table(kept: Records, names: pa.Array) -> pa.Table:
    shown = {name: pa.array(values, pa.string()) for name, values in kept.shown.items()}
    return pa.table({"record_id": kept.record_id, "entity": names.take(kept.person)} | shown)


def _contact_table(kept: Records, met: Contacts) -> pa.Table:
    record_id = repeated(kept.record_id, kept.of_contact)
    return pa.table(
        {"record_id": pa.array(record_id, pa.string()), "date": met.date}
        | met.services
        | {f"{good}_given": pieces for good, pieces in met.given.items()}
    )


def _truth(records: dict[str, pa.Table]) -> pa.Table:
    parts = []
    for partner, table in records.items():
        part = table.select(["record_id", "entity"])
        parts.append(part.add_column(0, "partner", pa.array([partner] * len(part))))
    return pa.concat_tables(parts)


def _write_sheets(folder: Path, sheets: dict[str, Sheet]) -> None:
    write_csv(folder / "outreach.csv", sheets["outreach"], separator=",", encoding="utf-8")
    write_xlsx(folder / "dic.xlsx", sheets["dic"], "Visits 2014")
    write_csv(folder / "referrals.csv", sheets["referrals"], separator=";", encoding="utf-8-sig")


def _write_words(folder: Path, result: Simulation, seed: int, scale: float) -> None:
    """Write the schema and the README, which are templates beside this module."""
    home = resources.files("uic.synthesis")
    write_text(folder / "schema.toml", home.joinpath("phnom_penh_schema.toml").read_text("utf-8"))
    readme = Template(home.joinpath("phnom_penh_readme.md").read_text("utf-8"))
    command = f"uic simulate --preset phnom-penh --seed {seed}"
    command += f" --scale {scale:g}" if scale != 1 else ""
    text = readme.substitute(
        command=f"{command} --out examples/phnom-penh",
        calibration=to_markdown(result.figures),
        overlap=overlap(result.people),
    )
    write_text(folder / "README.md", text)


def _write_truth(folder: Path, result: Simulation) -> None:
    people = result.people.select(
        ["entity", "group", "registered", "sex", "injects", "present_2014"]
        + [f"{partner}_2014" for partner in PARTNERS]
    )
    for name, table in (("truth", result.truth), ("people", people)):
        columns = {header: _texts(table[header]) for header in table.column_names}
        write_csv(folder / f"{name}.csv", columns, separator=",", encoding="utf-8")


def _texts(column: pa.ChunkedArray) -> Cells:
    """Return a column as it is written: truth values as 1 and 0."""
    kind = pa.int8() if pa.types.is_boolean(column.type) else pa.string()
    return cells(column.cast(kind).to_pylist())
