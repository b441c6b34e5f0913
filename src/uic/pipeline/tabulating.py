"""From partners' exports and a finished run to the tables that programmes report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.errors import InputError, Problem
from uic.partner.demographics import AGES
from uic.partner.reading import read_registers
from uic.pipeline.counting import DRAWS, Asked, counted, table_of
from uic.pipeline.linking import draws_of, last_day_of, link_events, read_pairs, read_persons
from uic.schema import LinkageSchema, as_schema, fingerprint
from uic.values import silent

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from uic.analysis.indicators import IndicatorSet, Linked, Size
    from uic.analysis.indicators.model import Period
    from uic.analysis.tabulating import Tabulations
    from uic.partner.registers import Register
    from uic.values import Progress


def tabulate(
    inputs: Sequence[str | Path] | Mapping[str, Any],
    *,
    persons: str | Path,
    schema: LinkageSchema | str | Path | None = None,
    table: str | Path | IndicatorSet = "core",
    by: Sequence[str] = (),
    period: Period | None = None,
    fiscal_start: int | None = None,
    pairs: Sequence[str | Path] | None = None,
    recall: float | None = None,
    size: Size | None = None,
    age_on: dt.date | None = None,
    ages: Sequence[int] = AGES,
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = silent,
) -> Tabulations:
    """Count people over partners' exports, by the persons of a run of ``uic dedupe``.

    Runs where the exports are. The result holds counts, no id and nothing of one person.

    Args:
        inputs: The exports that the run was made from; as ``dedupe`` takes them.
        persons: ``persons.parquet`` of the run.
        schema: The linkage schema of the run.
        table: ``core``, ``khana-nsp``, ``characteristics``, ``overlap``, another set of
            ``spec/indicators`` by its id, or a TOML file of your own.
        by: Further axes: channel, partner, site, population, sex, age_group, marital_status,
            disclosure, hiv_status.
        period: year, half, quarter or month; the table's own if None.
        fiscal_start: Month in which a year begins; the table's own if None.
        pairs: Files of pairs with probabilities; ``pairs.parquet`` beside ``persons`` if None
            and there. Give also those of a run with a lower threshold, and limits cover links
            that were not made.
        recall: Share of the true links that were found, above 0 and at most 1. If None, the least
            that the run's ``run.json`` expects of itself, unless the pairs hold links that were
            not made.
        size: Size of the population, for coverage.
        age_on: The day on which ages are counted; the last of the newest contact's year if None.
        ages: First ages of the age groups.
        draws: How many draws the limits are made of, 0 for none.
        seed: Seed of the draws.
        progress: Called with each step.

    Raises:
        InputError: a file cannot be used, or the exports are not those of the run.
        SchemaError: the schema or the set of indicators breaks a rule.
        ValueError: an argument is out of its range.
    """
    asked = Asked(table_of(table), by, period, fiscal_start, size, recall, draws, seed)
    chosen = as_schema(schema)
    registers = read_registers(inputs, chosen, progress=progress)
    progress("linking", 0, 1)
    known = Path(persons)
    linked = link_events(registers, read_persons(known), age_on=age_on, ages=ages)
    linked = _with_draws(linked, registers, _pairs(known, pairs), draws, seed)
    progress("counting", 0, 1)
    method = (
        ("ages counted on", str(age_on or last_day_of(registers))),
        ("age groups begin at", ", ".join(map(str, ages))),
        *_inputs(chosen, registers),
    )
    return counted(linked, asked, _run(known), method)


def _pairs(persons: Path, pairs: Sequence[str | Path] | None) -> list[Path]:
    if pairs is not None:
        return [Path(path) for path in pairs]
    beside = persons.with_name("pairs.parquet")
    return [beside] if beside.exists() else []


def _with_draws(
    linked: Linked, registers: Sequence[Register], pairs: list[Path], draws: int, seed: int
) -> Linked:
    if not pairs or not draws:
        return linked
    return replace(
        linked,
        draws=draws_of(registers, linked.persons, read_pairs(pairs), draws=draws, seed=seed),
    )


def _run(persons: Path) -> dict[str, Any] | None:
    """Return the manifest of the run, where it stands beside the persons."""
    source = persons.with_name("run.json")
    if not source.exists():
        return None
    try:
        run = json.loads(source.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise InputError(Problem(source.name, "", "the manifest cannot be read")) from None
    return run if isinstance(run, dict) else None


def _inputs(schema: LinkageSchema, registers: Sequence[Register]) -> list[tuple[str, str]]:
    files = [
        (f"export of {item.partner}", f"{item.source}, {item.rows} rows, SHA-256 {item.digest}")
        for item in registers
    ]
    return [("schema fingerprint", fingerprint(schema)), *files]
