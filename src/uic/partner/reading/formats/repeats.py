"""Repeats: a row of one table belongs to a row of another, up to the submission itself."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.errors import InputError, Problem
from uic.partner.reading.formats.joining import Joined, Placed
from uic.partner.reading.formats.parts import places_among
from uic.partner.reading.formats.problems import rows_listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part, Places
    from uic.partner.reading.words import Mask, Words


@dataclass(frozen=True, repr=False)
class Table:
    """A table with the key of each of its rows, and of the row it belongs to.

    Attributes:
        part: The table.
        own: What other rows call each row.
        parent: What each row calls the row it belongs to; None for the submissions.
    """

    part: Part
    own: Words
    parent: Words | None = None


def climbed(
    name: str, tables: Sequence[Table], leaf: Table, kept: Mask, partner: str, *, contacts: bool
) -> Joined:
    """Give every row of a repeat the row of each table above it, up to its submission.

    A row whose submission is left out is left out. A row that belongs to nothing keeps its own
    cells and is listed. A submission without a row in the repeat is a person without a contact.

    Args:
        name: What messages call the export.
        tables: Every table, the submissions first.
        leaf: The repeat whose rows are the contacts.
        kept: Which submissions count.
        partner: Whose export it is.
        contacts: Whether the rows are contacts; else submissions without any are left out.

    Raises:
        InputError: two rows have one key, or no table above the repeat is found.
    """
    chain = _chain(name, tables, leaf)
    root = tables[0]
    places = [np.arange(len(leaf.part), dtype=np.int64)]
    for child, above in itertools.pairwise(chain):
        found = np.append(_places(child, above), -1)
        places.append(found[places[-1]])
    lost = places[-1] < 0
    problems = rows_listed(partner, leaf.part, lost, "unmatched_row")
    counted = lost | np.append(kept, False)[places[-1]]
    idle = np.flatnonzero(kept & ~np.isin(np.arange(len(root.part)), places[-1]))
    idle = idle if contacts else idle[:0]
    whole = [np.concatenate([place[counted], np.full(len(idle), -1)]) for place in places]
    whole[-1][len(whole[-1]) - len(idle) :] = idle
    silent = np.arange(len(whole[0])) >= counted.sum()
    placed = tuple(Placed(t.part, p) for t, p in zip(chain, whole, strict=True))
    return Joined(placed, silent, tuple(problems))


def _chain(name: str, tables: Sequence[Table], leaf: Table) -> list[Table]:
    """Follow the keys upward: the table above is the one that holds most of the parents' keys."""
    chain = [leaf]
    while chain[-1] is not tables[0]:
        others = [table for table in tables if all(table is not held for held in chain)]
        held = [int((_places(chain[-1], table) >= 0).sum()) for table in others]
        best = int(np.argmax(held)) if held else 0
        if not held or not (held[best] or others[best] is tables[0]):
            hint = "export it again, with all its tables"
            rule = "no table holds the rows that this one belongs to"
            raise InputError(Problem(name, chain[-1].part.title, rule, hint))
        _refuse_twins(name, others[best])
        chain.append(others[best])
    return chain


def _places(child: Table, above: Table) -> Places:
    """Find for each row the row above it; -1 where there is none."""
    parent = child.parent
    if parent is None:
        return np.full(len(child.part), -1, dtype=np.int64)
    return places_among(parent, above.own)


def _refuse_twins(name: str, table: Table) -> None:
    """Refuse keys that two rows have: which of them is meant cannot be told."""
    if (table.own.weights() > 1).any():
        hint = "export it again; two exports cannot be pasted into one"
        raise InputError(Problem(name, table.part.title, "two rows have the same key", hint))
