"""From rows to records: one record a ``record_id``, one value an attribute."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from uic.partner.reading.words import Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.partner.reading.words import Codes, Mask

    Places = NDArray[np.int64]


@dataclass(frozen=True, repr=False)
class People:
    """Who the rows belong to.

    Attributes:
        ids: Record ids, unique, in the order of the file.
        record: Shape (rows,), int64: position in ``ids``, -1 where a row is nobody's.
        repeated: Rows whose record id belongs to somebody with other attributes.
        made_up: Shape (records,): ids that the file does not have: row numbers, numbered repeats.
    """

    ids: list[str]
    record: Places
    repeated: NDArray[np.bool_]
    made_up: NDArray[np.bool_]


def people_of_events(
    ids: Words | None, attributes: dict[str, Words], numbers: NDArray[np.int64]
) -> People:
    """Group the rows of contacts by record id.

    A row without a record id is a record of its own when it holds an attribute of a person,
    else it is a group contact.
    """
    anybody = np.zeros(len(numbers), dtype=np.bool_)
    for words in attributes.values():
        anybody |= words.present
    record, first = _ranked(_owners(ids, anybody))
    names, made_up = _named(ids, numbers, first)
    return People(names, record, np.zeros(len(numbers), dtype=np.bool_), made_up)


def people_of_rows(
    ids: Words | None, attributes: dict[str, Words], numbers: NDArray[np.int64]
) -> People:
    """Take one record a row; rows that repeat a record id and every attribute are one record.

    A row without any usable attribute is still somebody.

    Rows that repeat a record id with other attributes become ``ID#2``, ``ID#3``: nobody is lost.
    """
    owners = _owners(ids, np.ones(len(numbers), dtype=np.bool_))
    variant = owners
    for words in attributes.values():
        variant = _paired(variant, words.codes.astype(np.int64) + 1)
    record, first = _ranked(variant)
    nth = _nth(owners[first])
    names, made_up = _named(ids, numbers, first, nth)
    return People(names, record, np.append(nth, 0)[record] > 1, made_up)


def settled(words: Words, people: People) -> tuple[Words, Mask]:
    """Choose each record's most frequent word, among equals the first in the file.

    Returns:
        One word a record, and the rows whose word lost.
    """
    rows = np.flatnonzero((people.record >= 0) & words.present)
    record, codes = people.record[rows], words.codes[rows]
    chosen = np.full(len(people.ids), -1, dtype=np.int32)
    chosen[record[::-1]] = codes[::-1]  # the first word of each record is written last
    torn = np.zeros(len(people.ids), dtype=np.bool_)
    torn[record[codes != chosen[record]]] = True
    open_rows = torn[record]
    _vote(chosen, record[open_rows], codes[open_rows])
    lost = np.zeros(len(words), dtype=np.bool_)
    lost[rows] = codes != chosen[record]
    return Words(chosen, words.distinct), lost


def latest(words: Words, people: People, days: Words | None) -> Words:
    """Choose each record's word of the latest day; among equals the last in the file.

    What can change over time is not put to the vote: the last that was known counts.
    """
    rows = np.flatnonzero((people.record >= 0) & words.present)
    when = np.full(len(words), -1, dtype=np.int64)
    if days is not None:
        rank = np.argsort(np.argsort(np.asarray(days.listed(), dtype=str)))
        when = np.append(rank, -1)[days.codes]
    order = rows[np.argsort(when[rows], kind="stable")]
    chosen = np.full(len(people.ids), -1, dtype=np.int32)
    chosen[people.record[order]] = words.codes[order]
    return Words(chosen, words.distinct)


def _vote(chosen: Codes, record: Places, codes: Codes) -> None:
    """Write the most frequent code of each of these records into ``chosen``."""
    size = int(codes.max(initial=0)) + 1
    pairs, first, times = np.unique(record * size + codes, return_index=True, return_counts=True)
    order = np.lexsort((-first, times))  # the best of a record is written last
    chosen[pairs[order] // size] = pairs[order] % size


def _owners(ids: Words | None, anybody: Mask) -> Places:
    """Number the owners of the rows: by record id, else each row of somebody its own, else -1."""
    known = 0 if ids is None else len(ids.distinct)
    alone = np.where(anybody, known + np.arange(len(anybody)), -1)
    return alone if ids is None else np.where(ids.present, ids.codes, alone)


def _ranked(keys: Places) -> tuple[Places, Places]:
    """Renumber keys from 0 in the order they first appear; -1 stays. Also return first rows."""
    valid = np.flatnonzero(keys >= 0)
    _, first, inverse = np.unique(keys[valid], return_index=True, return_inverse=True)
    order = np.argsort(first, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    ranked = np.full(len(keys), -1, dtype=np.int64)
    ranked[valid] = rank[inverse]
    return ranked, valid[first[order]]


def _paired(left: Places, right: Places) -> Places:
    """Number the combinations of two columns of numbers; -1 on the left stays."""
    width = int(right.max(initial=0)) + 1
    _, inverse = np.unique(np.where(left < 0, -1, left * width + right), return_inverse=True)
    return np.where(left < 0, -1, inverse)


def _nth(owner: Places) -> Places:
    """Count, for records in order, the how-manieth of its owner each one is."""
    order = np.argsort(owner, kind="stable")
    ordered = owner[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(owner) else owner
    lengths = np.diff(np.append(starts, len(owner)))
    nth = np.empty(len(owner), dtype=np.int64)
    nth[order] = np.arange(len(owner)) - np.repeat(starts, lengths).astype(np.int64) + 1
    return nth


def _named(
    ids: Words | None, numbers: NDArray[np.int64], first: Places, nth: Places | None = None
) -> tuple[list[str], NDArray[np.bool_]]:
    """Name each record: its id, or the number of its row where it has none.

    The word before the number keeps it apart from a partner's own ids: a row number names
    nobody in the next export, and neither does the number of a repeat.

    Returns:
        The names, unique, and which of them the file does not have.
    """
    own = [None] * len(first) if ids is None else ids.at(first).to_arrow().to_pylist()
    repeats = [1] * len(first) if nth is None else nth.tolist()
    names = _unique(
        [
            (f"row-{number}" if text is None else text) + (f"#{n}" if n > 1 else "")
            for text, number, n in zip(own, numbers[first].tolist(), repeats, strict=True)
        ]
    )
    made_up = [name != text for name, text in zip(names, own, strict=True)]
    return names, np.array(made_up, dtype=np.bool_)


def _unique(names: list[str]) -> list[str]:
    """Number the names that a file already used for somebody else."""
    if len(set(names)) == len(names):
        return names
    taken, used, unique = set(names), set(), []
    for name in names:
        fresh, n = name, 2
        while fresh in used:
            candidate = f"{name}#{n}"
            fresh, n = (candidate if candidate not in taken else fresh), n + 1
        used.add(fresh)
        unique.append(fresh)
    return unique
