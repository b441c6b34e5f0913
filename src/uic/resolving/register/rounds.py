"""Rounds: who the records are, with person ids that stay.

A round resolves all exports that were matched, from the first pair to the last: nothing of an
earlier round decides who is who, only under which id. So linking in two rounds gives the persons
of linking in one, and what the rounds differ in is told as events.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.engines.storing import fetched, one, shown_as
from uic.errors import InputError, Problem
from uic.resolving.identity import NOBODY, Carried, carry_ids, heirs
from uic.resolving.register.audit import digest_of_round, note
from uic.resolving.register.decisions import bound_decisions, nodes_of
from uic.resolving.register.exports import stored_exports
from uic.resolving.register.history import keep_round
from uic.resolving.resolver import resolve

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from uic.engines.storing import Database
    from uic.exchange import Scored
    from uic.resolving.resolver import Resolution
    from uic.resolving.thresholds import Target
    from uic.schema import LinkageSchema


@dataclass(frozen=True)
class Round:
    """A finished round.

    Attributes:
        number: Its number in the register, from 1.
        name: Its name, as 2026Q3.
        revision: 1 for the first round of this name; one more for each with other inputs.
        epoch: Epoch of its exports.
        finished: When, UTC, ISO 8601.
        inputs: What it was made of: exports, schema, threshold or the precision or recall it was
            to reach (``target``), where its parameters are from.
        parameters: The fitted weights of every pass; sums over all pairs.
        facts: The manifest: what every step counted.
    """

    number: int
    name: str
    revision: int
    epoch: str
    finished: str
    inputs: dict[str, Any]
    parameters: dict[str, Any]
    facts: dict[str, Any]

    @property
    def threshold(self) -> float:
        """Probability from which a pair was a link: the one given, or what a target led to."""
        return float(self.facts["threshold"])


def find_round(database: Database, name: str, inputs: dict[str, Any]) -> Round | None:
    """Return the revision of a round that had the same inputs, if there is one."""
    for found in rounds_called(database, name):
        if found.inputs == inputs:
            return found
    return None


def rounds_called(database: Database, name: str | None = None) -> tuple[Round, ...]:
    """Return all revisions of a round, or of all rounds, oldest first."""
    rows = database.execute(
        "SELECT number, name, revision, epoch, finished, inputs, parameters, facts FROM rounds"
        " WHERE $1 IS NULL OR name = $1 ORDER BY number",
        [name],
    ).fetchall()
    return tuple(Round(*row[:5], *(json.loads(text) for text in row[5:])) for row in rows)


def get_round(database: Database, name: str) -> Round:
    """Return the last revision of a round, or revision 2 of 2026Q3 for ``2026Q3/2``.

    Raises:
        InputError: there is none.
    """
    for found in reversed(rounds_called(database)):
        if name in {found.name, f"{found.name}/{found.revision}"}:
            return found
    known = ", ".join(dict.fromkeys(item.name for item in rounds_called(database))) or "none"
    raise InputError(
        Problem("register", "", f"there is no round {name!r}", f"rounds so far: {known}")
    )


def finish_round(
    database: Database,
    scored: Scored,
    schema: LinkageSchema,
    *,
    name: str,
    inputs: dict[str, Any],
    facts: Callable[[Resolution], dict[str, Any]],
    now: dt.datetime,
    target: Target | None = None,
) -> Round:
    """Resolve scored pairs and keep the round: all of it or, when the run is killed, nothing.

    Args:
        database: The register, in a transaction.
        scored: The matcher's answer.
        schema: The linkage schema, with the threshold to use.
        name: Name of the round.
        inputs: What the round is made of; the same again is the same round.
        facts: Makes the manifest from the resolver's answer.
        now: When the round is made.
        target: Precision or recall to be expected, instead of the schema's threshold.

    Raises:
        InputError: the pairs are of exports that are not in the register (any more).
        LinkError: no threshold is expected to reach the target.
    """
    parts = stored_exports(database, scored.exports)
    decisions = bound_decisions(database, parts)
    resolved = resolve(scored.pairs, parts, schema, decisions=decisions, target=target)
    nodes = nodes_of(parts)
    number = last_round(database) + 1
    carried = _carry(database, nodes, resolved.persons["person_id"])
    _keep_persons(database, number, nodes, carried)
    _keep_pairs(database, number, nodes, resolved.compared)
    changes = keep_round(database, number, carried)
    revision = len(rounds_called(database, name)) + 1
    stamp = now.strftime("%Y-%m-%dT%H:%M:%SZ")
    told = facts(resolved)
    texts = [json.dumps(item) for item in (inputs, scored.told, told)]
    database.execute(
        "INSERT INTO rounds VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        [number, name, revision, scored.epoch, stamp, *texts],
    )
    note(
        database,
        "round",
        {
            "round": f"{name}/{revision}",
            "inputs": inputs,
            "threshold": resolved.threshold,
            "persons": len(np.unique(carried.persons)),
            "changes": changes,
            "rounds": {str(number): digest_of_round(database, number)},
        },
        now,
    )
    return Round(number, name, revision, scored.epoch, stamp, inputs, scored.told, told)


def last_round(database: Database) -> int:
    """Return the number of the last round; 0 before the first."""
    return int(str(one(database, "SELECT COALESCE(MAX(number), 0) FROM rounds")))


def _carry(database: Database, nodes: pa.Table, clusters: pa.ChunkedArray) -> Carried:
    """Find the ids of a round; records are looked at in the order of their handles."""
    last = last_round(database)
    with shown_as(database, "nodes", nodes):
        known = fetched(
            database,
            "SELECT n.node, COALESCE(m.person, p.person, $1) AS person,"
            " COALESCE(m.round, p.round, 0) = $2 AS present FROM nodes n"
            " LEFT JOIN members m ON m.partner = n.partner"
            " AND m.handle_hi = n.handle_hi AND m.handle_lo = n.handle_lo"
            " LEFT JOIN members p ON p.partner = n.partner"
            " AND p.handle_hi = n.previous_hi AND p.handle_lo = n.previous_lo"
            " ORDER BY n.handle_hi, n.handle_lo, n.partner",
            [NOBODY, last],
        )
    alive = fetched(
        database, "SELECT DISTINCT person FROM members WHERE round = $1 ORDER BY person", [last]
    )
    following = one(database, "SELECT value FROM meta WHERE name = 'following'")
    order = known["node"].to_numpy()
    _, labels = np.unique(clusters.to_numpy(), return_inverse=True)
    carried = carry_ids(
        labels[order],
        known["person"].to_numpy(),
        known["present"].to_numpy(),
        alive["person"].to_numpy(),
        int(str(following or 1)),
    )
    persons = np.empty_like(carried.persons)
    persons[order] = carried.persons
    return replace(carried, persons=persons)


def _keep_persons(database: Database, number: int, nodes: pa.Table, carried: Carried) -> None:
    columns = {name: nodes[name] for name in ("partner", "handle_hi", "handle_lo")}
    retired = heirs(carried)
    heirlooms = pa.table(
        {
            "person": pa.array(retired.keys(), pa.int64()),
            "heir": pa.array(retired.values(), pa.int64()),
        }
    )
    with shown_as(database, "incoming", pa.table(columns | {"person": carried.persons})):
        database.execute("INSERT INTO persons SELECT $1, * FROM incoming", [number])
        database.execute(
            "DELETE FROM members m USING incoming i WHERE m.partner = i.partner"
            " AND m.handle_hi = i.handle_hi AND m.handle_lo = i.handle_lo"
        )
        with shown_as(database, "heirlooms", heirlooms):
            database.execute(
                "UPDATE members SET person = h.heir FROM heirlooms h"
                " WHERE members.person = h.person"
            )
        database.execute("INSERT INTO members SELECT *, $1 FROM incoming", [number])
    database.execute("DELETE FROM meta WHERE name = 'following'")
    database.execute("INSERT INTO meta VALUES ('following', $1)", [str(carried.following)])


def _keep_pairs(database: Database, number: int, nodes: pa.Table, compared: pa.Table) -> None:
    sides = ("a", "b")
    texts = {f"partner_{side}": pa.string() for side in sides}
    plain = pa.schema([(f.name, texts.get(f.name, f.type)) for f in compared.schema])
    with shown_as(database, "nodes", nodes), shown_as(database, "compared", compared.cast(plain)):
        database.execute(
            "INSERT INTO pairs SELECT $1, c.partner_a, a.handle_hi, a.handle_lo,"
            " c.partner_b, b.handle_hi, b.handle_lo,"
            " c.log_odds, c.same, c.decided, c.best, c.met, c.pattern FROM compared c"
            " JOIN nodes a ON a.partner = c.partner_a AND a.record = c.record_a"
            " JOIN nodes b ON b.partner = c.partner_b AND b.record = c.record_b",
            [number],
        )
