"""Exports that come to the register: late, corrected, or sent again.

An export is a partner's whole list of one epoch: a newer one replaces the older, and what the
older brought is deleted. Records are kept in the order of their handles, which are random, so
that neither the order of rows nor of files can change a result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from uic.engines.storing import one, shown_as
from uic.errors import FormatError, SchemaMismatchError
from uic.exchange import Arrival, ResolverPart
from uic.resolving.register.audit import note
from uic.resolving.register.exports import in_handle_order, insert_export, set_aside

if TYPE_CHECKING:
    import datetime as dt

    from numpy.typing import NDArray

    from uic.engines.storing import Database


def add_export(
    database: Database, part: ResolverPart, digest: str, *, file: str, signer: str, now: dt.datetime
) -> Arrival:
    """Keep an export, in the place of the partner's last one of its epoch.

    A known file changes nothing. Records that were withdrawn are passed over.

    Args:
        database: The register, in a transaction.
        part: The resolver's part of the export.
        digest: SHA-256 of the file.
        file: Its name.
        signer: Id of the key that signed it.
        now: When it came.

    Raises:
        SchemaMismatchError: it is of another project than the register.
        FormatError: it has no handles, or its tables do not fit together.
    """
    header = part.header
    known = one(database, "SELECT state FROM exports WHERE digest = $1", [digest])
    if known is not None:
        return Arrival(header.partner, digest, "resent" if known == "here" else str(known))
    _check_project(database, header.project)
    _check_whole(part)
    _carry_over(database, part)
    kept = in_handle_order(part, _withdrawn(database, part))
    older = set_aside(database, header.partner, "outdated", epoch=header.epoch)
    insert_export(database, kept, digest, file, signer, now)
    without = kept.records["own_id"].to_pylist().count(False)
    told = {"partner": header.partner, "export": digest, "records": kept.header.records}
    told |= {"epoch": header.epoch, "replaced": older, "without_id": without}
    note(database, "export", told, now)
    return Arrival(header.partner, digest, "newer" if older else "new", without)


def _check_project(database: Database, project: str) -> None:
    kept = one(database, "SELECT value FROM meta WHERE name = 'project'")
    if kept is None:
        database.execute("INSERT INTO meta VALUES ('project', $1)", [project])
    elif kept != project:
        raise SchemaMismatchError(
            "the export is of another project than the register\n  hint: one register a project"
        )


def _check_whole(part: ResolverPart) -> None:
    """Refuse a part whose tables speak of records that are not there."""
    size = part.header.records
    rows = part.records["record"].to_numpy()
    if size and not len(rows):
        raise FormatError("an export names no record: encode it again with uic encode")
    if not np.array_equal(np.sort(rows), np.arange(size)):
        raise FormatError("the records of an export are not those its header counts")
    words = part.records.select(["handle_hi", "handle_lo"])
    if len(words.group_by(words.column_names).aggregate([])) != size:
        raise FormatError("two records of an export have the same handle")
    for table in (part.row_map, part.events):
        used = table["record"].drop_null().to_numpy()
        if len(used) and (used.min() < 0 or used.max() >= size):
            raise FormatError("an export speaks of a record that it does not hold")


def _carry_over(database: Database, part: ResolverPart) -> None:
    """Let what is known of a record under its handle of the epoch before hold under the new one."""
    with shown_as(database, "arriving", part.records):
        partner = [part.header.partner]
        database.execute(
            "INSERT INTO withdrawn SELECT DISTINCT w.partner, r.handle_hi, r.handle_lo"
            " FROM withdrawn w JOIN arriving r"
            " ON w.handle_hi = r.previous_hi AND w.handle_lo = r.previous_lo WHERE w.partner = $1",
            partner,
        )
        database.execute(
            "UPDATE decisions SET handle_a_hi = r.handle_hi, handle_a_lo = r.handle_lo"
            " FROM arriving r WHERE partner_a = $1"
            " AND handle_a_hi = r.previous_hi AND handle_a_lo = r.previous_lo",
            partner,
        )
        database.execute(
            "UPDATE decisions SET handle_b_hi = r.handle_hi, handle_b_lo = r.handle_lo"
            " FROM arriving r WHERE partner_b = $1"
            " AND handle_b_hi = r.previous_hi AND handle_b_lo = r.previous_lo",
            partner,
        )


def _withdrawn(database: Database, part: ResolverPart) -> NDArray[np.bool_]:
    with shown_as(database, "arriving", part.records):
        rows = database.execute(
            "SELECT DISTINCT r.record FROM arriving r JOIN withdrawn w"
            " ON w.handle_hi = r.handle_hi AND w.handle_lo = r.handle_lo WHERE w.partner = $1",
            [part.header.partner],
        ).fetchall()
    records = part.records["record"].to_numpy()
    return np.isin(records, np.array([row[0] for row in rows], dtype=np.int32))
