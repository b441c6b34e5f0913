"""``uic release``: tables go out through here, and nowhere else."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.analysis.release import privacy
from uic.analysis.release.columns import known_columns
from uic.analysis.release.hiding import Told, hide
from uic.analysis.release.linked import HISTORY_COUNT
from uic.analysis.release.log import append, keep_table, locked, read_log, sealed
from uic.analysis.release.method import method
from uic.analysis.release.offering import read_tables, together
from uic.analysis.release.recording import (
    as_earlier,
    columns_used,
    described,
    earlier_tables,
    listed,
    software,
    table_bytes,
    with_earlier,
)
from uic.analysis.release.refusing import (
    Permit,
    check_threshold,
    least_threshold,
    refuse_thin_histories,
)
from uic.analysis.release.tables import HIDDEN
from uic.analysis.release.ties import ties_of
from uic.errors import InputError, Problem
from uic.files import write_text, writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from uic.analysis.release.columns import Columns
    from uic.analysis.release.log import Entry
    from uic.analysis.release.tables import Table

METHOD = "method.md"


@dataclass(frozen=True)
class Terms:
    """Under which terms tables are released; see :func:`release`."""

    to: str
    scope: str
    threshold: int | None
    criminalised: bool
    rounding: int
    permits: tuple[Permit, ...]
    permitted_by: str
    epsilon: float | None
    budget: float | None
    leave_out: tuple[str, ...]
    released: dt.datetime


@dataclass(frozen=True)
class Release:
    """What was released.

    Attributes:
        number: Its number in the log.
        head: Hash of its line in the log.
        files: The released tables and the method text.
        threshold: The threshold that was applied.
        numbers: How many numbers the tables hold.
        hidden: How many of them are hidden.
        earlier: How many earlier releases it was checked against.
        contradicted: Those whose margins could not be used, because the data changed since.
        public: How many hidden numbers earlier releases tell already (only with a permission).
    """

    number: int
    head: str
    files: tuple[Path, ...]
    threshold: int
    numbers: int
    hidden: int
    earlier: int
    contradicted: tuple[int, ...]
    public: int


def release(
    tables: Sequence[str | Path],
    *,
    to: str,
    log: str | Path,
    output: str | Path,
    threshold: int | None = None,
    scope: str = "everybody",
    criminalised: bool = True,
    rounding: int = 1,
    events: Iterable[str] = (),
    people: Iterable[str] = (),
    dimensions: Iterable[str] = (),
    leave_out: Iterable[str] = (),
    permit: Iterable[str] = (),
    permitted_by: str = "",
    epsilon: float | None = None,
    budget: float | None = None,
    now: dt.datetime | None = None,
) -> Release:
    """Release tables of counts: hide what is small, prove that it stays hidden, and log it.

    Args:
        tables: CSV files of counts in long form, checked together; ``all`` is the margin.
        to: Who gets them: an office, not a person of the data. Goes into the log.
        log: The release log of the project; it is made when it does not exist. The released
            tables are kept beside it.
        output: Folder for the released tables and the method text.
        threshold: Counts from 1 up to but without it are hidden, and no hidden number can be
            bounded to a range of less than it. Default 10; 5 for a national table of a group that
            is not criminalised. Less than the default needs a permission.
        scope: What the tables are about. Tables with the same scope are about the same people and
            are checked against each other.
        criminalised: The people are criminalised; the default, for people who use drugs are.
        rounding: Round what is told to a multiple of this; 1 is not at all.
        events: Columns of events, which add up, beside those of ``spec/release/columns.toml``.
        people: Columns of people, who may be in several parts of a margin.
        dimensions: Columns of labels.
        leave_out: Columns that are not released. Shares and limits never are.
        permit: What the gate does only by permission; see ``Permit``.
        permitted_by: Who permits it. Goes into the log.
        epsilon: Noise of differential privacy instead of hiding; for columns of people only.
        budget: Epsilon that may be spent in a calendar year; 2 by default.
        now: When; the clock by default.

    Returns:
        What was released. A holder of the tables learns the told numbers, that a hidden one is
        not zero, and bounds of it that are at least the threshold apart. They do not learn more
        from earlier releases with the same log and scope. What is not covered: see
        ``docs/release.md``.

    Raises:
        InputError: a table cannot be used or must not be released; nothing is written.
        FormatError: the log, or a table that is kept beside it, is damaged.
    """
    moment = (now or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    permits = _permits(permit, permitted_by)
    terms = Terms(
        to.strip(), scope.strip(), threshold, criminalised, rounding, permits,
        permitted_by.strip(), epsilon, budget, tuple(leave_out), moment,
    )  # fmt: skip
    _check(terms)
    columns = known_columns().plus(events, people, dimensions)
    with locked(log):
        return _release(tables, columns, terms, Path(log), Path(output))


def _release(
    paths: Sequence[str | Path], columns: Columns, terms: Terms, log: Path, output: Path
) -> Release:
    entries = read_log(log)
    tables, columns = read_tables(
        paths, columns, terms.scope, terms.permits,
        criminalised=terms.criminalised, leave_out=terms.leave_out,
    )  # fmt: skip
    least = least_threshold(tables, criminalised=terms.criminalised)
    threshold = check_threshold(terms.threshold, least, terms.permits)
    columns = with_earlier(columns, entries, terms.scope)
    before = list(earlier_tables(log, entries, columns, terms.scope))
    ties = listed(ties_of(together(tables), columns))
    noise: dict[str, Any] | None = None
    if terms.epsilon is None:
        told = _hidden(tables, columns, before, terms, threshold)
    else:
        tables, told, noise = _noised(tables, entries, before, terms, threshold)
    data = {table.name: table_bytes(table, told.texts) for table in tables}
    entry = sealed(
        _terms_of(terms, threshold)
        | {
            "columns": columns_used(tables),
            "ties": ties,
            "privacy": noise,
            "tables": [
                described(table, told.texts, keep_table(log, data[table.name])) for table in tables
            ],
        },
        entries,
    )
    append(log, entry)  # before anything leaves: a release that is not logged must not exist
    checked = sum(1 for one, _ in before if not one["privacy"])
    text = method(entry, checked, told.contradicted)
    return Release(
        entry["release"],
        entry["hash"],
        _write(output, data, text),
        threshold,
        sum(table["numbers"] for table in entry["tables"]),
        sum(table["hidden"] for table in entry["tables"]),
        checked,
        told.contradicted,
        told.public,
    )


def _hidden(
    tables: Sequence[Table],
    columns: Columns,
    before: Sequence[tuple[Entry, tuple[Table, ...]]],
    terms: Terms,
    threshold: int,
) -> Told:
    for table in tables:
        if HISTORY_COUNT in table.counts:
            refuse_thin_histories(table, threshold)
    earlier = [as_earlier(entry, kept) for entry, kept in before if not entry["privacy"]]
    told = hide(
        tables, columns, earlier, threshold=threshold, base=terms.rounding, permits=terms.permits
    )
    for table in tables:
        if HISTORY_COUNT in table.counts and any(
            told.texts[cell] == HIDDEN for cell in table.values
        ):
            rule = (
                "a capture history changed by few since an earlier release, or the histories"
                " together tell a number that is hidden here or was hidden before"
            )
            hint = (
                "release the histories of the earlier date, wait until more has changed, or"
                " release the estimate (uic estimate) instead"
            )
            raise InputError(Problem(table.name, f"column {HISTORY_COUNT}", rule, hint))
    return told


def _noised(
    tables: Sequence[Table],
    entries: Sequence[Entry],
    before: Sequence[tuple[Entry, tuple[Table, ...]]],
    terms: Terms,
    threshold: int,
) -> tuple[tuple[Table, ...], Told, dict[str, Any]]:
    """Return the tables with a row for every combination, what they tell, and what it costs."""
    epsilon = terms.epsilon or 0.0
    whole = tuple(privacy.complete(table) for table in tables)
    repeated = {
        cell: HIDDEN if value is None else str(value)
        for entry, kept in before
        if entry["privacy"]
        for table in kept
        for cell, value in table.values.items()
    }
    values = together(whole)
    fresh = {cell: value for cell, value in values.items() if cell not in repeated}
    year = f"{terms.released:%Y}"
    budget = privacy.check_budget(entries, year, epsilon, terms.budget, free=not fresh)
    scale = privacy.reach(whole, fresh) / epsilon
    noisy = privacy.noised(fresh, scale)
    texts = {cell: privacy.shown(number, threshold) for cell, number in noisy.items()}
    texts |= {cell: repeated[cell] for cell in values if cell in repeated}
    cost = {
        "epsilon": epsilon,
        "spent": epsilon if fresh else 0.0,
        "budget": budget,
        "scale": scale,
        "repeated": len(values) - len(fresh),
    }
    return whole, Told(texts, (), 0), cost


def _permits(permit: Iterable[str], by: str) -> tuple[Permit, ...]:
    permits = tuple(dict.fromkeys(Permit(name) for name in permit))
    if bool(permits) != bool(by.strip()):
        rule = "a permission needs both: what is permitted, and by whom"
        hint = f"--permit ({', '.join(Permit)}) and --permitted-by"
        raise InputError(Problem("--permit", "", rule, hint))
    return permits


def _check(terms: Terms) -> None:
    problems = []
    if not terms.to:
        problems.append(Problem("--to", "", "it is empty", "name the office that gets the tables"))
    if not terms.scope:
        problems.append(Problem("--scope", "", "it is empty", "say what the tables are about"))
    if terms.rounding < 1:
        problems.append(Problem("--rounding", "", "it is below 1", "5 is usual"))
    if terms.epsilon is not None and not 0 < terms.epsilon < 100:
        problems.append(Problem("--epsilon", "", "it is no number above 0", "0.5 is usual"))
    if terms.epsilon is not None and terms.rounding > 1:
        problems.append(Problem("--rounding", "", "noise and rounding exclude each other"))
    if problems:
        raise InputError(problems)


def _terms_of(terms: Terms, threshold: int) -> dict[str, Any]:
    return {
        "released": f"{terms.released:%Y-%m-%dT%H:%M:%SZ}",
        "to": terms.to,
        "scope": terms.scope,
        "criminalised": terms.criminalised,
        "threshold": threshold,
        "rounding": terms.rounding,
        "permits": [{"what": str(what), "by": terms.permitted_by} for what in terms.permits],
        "software": software(),
    }


def _write(output: Path, data: Mapping[str, bytes], text: str) -> tuple[Path, ...]:
    for name, table in data.items():
        with writing(output / name) as temporary:
            temporary.write_bytes(table)
    write_text(output / METHOD, text)
    return (*(output / name for name in data), output / METHOD)
