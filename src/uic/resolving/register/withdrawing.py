"""Withdrawal: of one person, or of a partner with its whole list.

The rows go, from the exports that are here and from every earlier round, and the log says how many
and when, never who. What stays is the handle of each withdrawn record, so that it is passed over
wherever it comes again, the person id among those that are never given again, and counts that were
made before. Write the file anew afterwards (:func:`uic.engines.storing.rewrite`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.engines.storing import fetched, one, shown_as
from uic.errors import InputError, Problem
from uic.resolving.register.audit import digest_of_round, note
from uic.resolving.register.exports import set_aside
from uic.resolving.register.history import keep_withdrawal

if TYPE_CHECKING:
    import datetime as dt

    import pyarrow as pa

    from uic.engines.storing import Database


@dataclass(frozen=True, repr=False)
class Withdrawal:
    """What was taken out.

    Attributes:
        records: Records that are gone.
        persons: Persons of whom nothing is left.
        without_id: Those of the records that their partner has no id for: they are not known again
            when they come with its next list.
        rows: ``pass`` and ``row_id`` of their pass rows, for the matcher's store.
    """

    records: int
    persons: int
    without_id: int
    rows: pa.Table


def withdraw_person(
    database: Database,
    now: dt.datetime,
    *,
    person: str = "",
    handle: str = "",
    partner: str | None = None,
) -> Withdrawal:
    """Take out one person, named by person id or by the handle of one of its records.

    Args:
        database: The register, in a transaction.
        now: When.
        person: A person id of the last round, as in a return file: ``P000123``.
        handle: 32 hexadecimal digits, instead of a person id.
        partner: Take out only the records of this partner; all of the person's records if None.

    Raises:
        InputError: there is no such person, or it has no record at this partner.
    """
    number = _person_number(person) if person else _person_of(database, handle)
    members = fetched(
        database,
        "SELECT DISTINCT partner, handle_hi, handle_lo FROM members"
        " WHERE person = $1 AND ($2 IS NULL OR partner = $2)",
        [number, partner],
    )
    if not len(members):
        raise _nobody()
    with shown_as(database, "gone", members):
        without = int(str(one(database, _WITHOUT_ID)))
    gone, rows = _take_out(database, members)
    with shown_as(database, "gone", members):
        database.execute("INSERT INTO withdrawn SELECT * FROM gone")
    told = {"of": "a person", "records": len(members), "persons": len(gone)}
    _conclude(database, gone, told, now)
    return Withdrawal(len(members), len(gone), without, rows)


def withdraw_partner(database: Database, partner: str, now: dt.datetime) -> Withdrawal:
    """Take out a partner with its whole list, of every epoch.

    Its old files are not taken again; a new export means that it takes part again.

    Raises:
        InputError: the register knows no such partner.
    """
    members = fetched(
        database,
        "SELECT DISTINCT partner, handle_hi, handle_lo FROM members WHERE partner = $1",
        [partner],
    )
    exports = one(database, "SELECT COUNT(*) FROM exports WHERE partner = $1", [partner])
    if not exports:
        rows = database.execute("SELECT DISTINCT partner FROM exports ORDER BY ALL").fetchall()
        hint = "partners so far: " + (", ".join(name for (name,) in rows) or "none")
        raise InputError(Problem("register", "", "there is no such partner", hint))
    gone, rows = _take_out(database, members)
    set_aside(database, partner, "withdrawn")
    database.execute("UPDATE exports SET state = 'withdrawn' WHERE partner = $1", [partner])
    told = {"of": "a partner", "partner": partner, "records": len(members), "persons": len(gone)}
    _conclude(database, gone, told, now)
    return Withdrawal(len(members), len(gone), 0, rows)


def withdrawals(database: Database) -> int:
    """Return how many records were withdrawn one by one; part of a round's inputs."""
    return int(str(one(database, "SELECT COUNT(*) FROM withdrawn")))


def _person_number(person: str) -> int:
    found = re.fullmatch(r"P([0-9]{6,18})", person.strip())
    if not found:
        raise InputError(
            Problem("register", "", "a person id is written P000123", "see a return file")
        )
    return int(found[1])


def _person_of(database: Database, handle: str) -> int:
    text = handle.strip().casefold()
    if not re.fullmatch(r"[0-9a-f]{32}", text):
        raise InputError(Problem("register", "", "a handle has 32 hexadecimal digits"))
    words = [_signed(text[:16]), _signed(text[16:])]
    found = one(
        database, "SELECT person FROM members WHERE handle_hi = $1 AND handle_lo = $2", words
    )
    if found is None:
        raise _nobody()
    return int(str(found))


def _signed(text: str) -> int:
    return int.from_bytes(bytes.fromhex(text), "big", signed=True)


def _nobody() -> InputError:
    hint = "name a person id of the last round, or a handle, and a partner who has the record"
    return InputError(Problem("register", "", "there is no such person", hint))


def _take_out(database: Database, members: pa.Table) -> tuple[list[int], pa.Table]:
    """Delete every row of these records.

    Returns:
        The persons of whom nothing is left, and the records' pass rows, in an order that does
        not tell which of them belong together.
    """
    with shown_as(database, "gone", members):
        touched = fetched(database, _PERSONS_OF_GONE)["person"].to_pylist()
        here = fetched(database, _HERE)
        with shown_as(database, "here", here):
            rows = fetched(database, _ROWS)
            with shown_as(database, "rows_of_gone", rows):
                for delete in (*_OWN_PAIRS, *_DELETES):
                    database.execute(delete)
        left = fetched(database, "SELECT DISTINCT person FROM members")["person"].to_pylist()
    return sorted(set(touched) - set(left)), rows.drop_columns(["export"])


_PERSONS_OF_GONE = (
    "SELECT DISTINCT m.person FROM members m JOIN gone g USING (partner, handle_hi, handle_lo)"
)
_WITHOUT_ID = """SELECT COUNT(*) FROM gone g JOIN exports x ON x.partner = g.partner
    JOIN records r ON r.export = x.number AND NOT r.own_id
    AND r.handle_hi = g.handle_hi AND r.handle_lo = g.handle_lo"""
_HERE = """SELECT r.export, r.record FROM gone g JOIN exports x ON x.partner = g.partner
    JOIN records r ON r.export = x.number
    AND r.handle_hi = g.handle_hi AND r.handle_lo = g.handle_lo"""
_ROWS = """SELECT w.pass, w.row_id, w.export FROM here h
    JOIN pass_rows w ON w.export = h.export AND w.record = h.record ORDER BY w.pass, w.row_id"""
_OWN_PAIRS = (
    """DELETE FROM own_pairs t USING rows_of_gone r
    WHERE t.export = r.export AND t.pass = r.pass AND t.row_a = r.row_id""",
    """DELETE FROM own_pairs t USING rows_of_gone r
    WHERE t.export = r.export AND t.pass = r.pass AND t.row_b = r.row_id""",
)
_DELETES = (
    "DELETE FROM pass_rows t USING here h WHERE t.export = h.export AND t.record = h.record",
    "DELETE FROM events t USING here h WHERE t.export = h.export AND t.record = h.record",
    "DELETE FROM records t USING here h WHERE t.export = h.export AND t.record = h.record",
    """DELETE FROM pairs t USING gone g WHERE t.partner_a = g.partner
    AND t.handle_a_hi = g.handle_hi AND t.handle_a_lo = g.handle_lo""",
    """DELETE FROM pairs t USING gone g WHERE t.partner_b = g.partner
    AND t.handle_b_hi = g.handle_hi AND t.handle_b_lo = g.handle_lo""",
    """DELETE FROM decisions t USING gone g WHERE t.partner_a = g.partner
    AND t.handle_a_hi = g.handle_hi AND t.handle_a_lo = g.handle_lo""",
    """DELETE FROM decisions t USING gone g WHERE t.partner_b = g.partner
    AND t.handle_b_hi = g.handle_hi AND t.handle_b_lo = g.handle_lo""",
    """DELETE FROM questions t USING gone g WHERE t.partner_a = g.partner
    AND t.handle_a_hi = g.handle_hi AND t.handle_a_lo = g.handle_lo""",
    """DELETE FROM questions t USING gone g WHERE t.partner_b = g.partner
    AND t.handle_b_hi = g.handle_hi AND t.handle_b_lo = g.handle_lo""",
    """DELETE FROM persons t USING gone g WHERE t.partner = g.partner
    AND t.handle_hi = g.handle_hi AND t.handle_lo = g.handle_lo""",
    """DELETE FROM members t USING gone g WHERE t.partner = g.partner
    AND t.handle_hi = g.handle_hi AND t.handle_lo = g.handle_lo""",
)


def _conclude(
    database: Database, gone: list[int], told: dict[str, object], now: dt.datetime
) -> None:
    """Log the withdrawal, with the digests that the rounds have now."""
    keep_withdrawal(database, gone)
    numbers = database.execute("SELECT number FROM rounds ORDER BY number").fetchall()
    digests = {str(number): digest_of_round(database, number) for (number,) in numbers}
    note(database, "withdrawal", told | {"rounds": digests}, now)
