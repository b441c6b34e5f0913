"""Person ids that stay: from who the records were, and who they are now, to ids and events.

A cluster takes the id with which it shares most records, an id goes to one cluster at most, and a
cluster that finds none left gets a number that was never used. What else changed is an event:

new       a person nobody knew
merged    records of several persons are one person now: several before, one after
split     records of one person are several now: one before, several after
left      no record of the person stands on any list any more
returned  records of a person who had left are back

A record that moves from one person to another is thus one split and one merger. Where nothing
changed there is no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

NOBODY = -1


@dataclass(frozen=True, order=True)
class Change:
    """One event in the life of person ids.

    Attributes:
        kind: ``new``, ``merged``, ``split``, ``left``, ``returned`` (or ``withdrawn``).
        before: Ids concerned before, ascending.
        after: Ids concerned after, ascending.
    """

    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Carried:
    """Ids of a round.

    Attributes:
        persons: Shape (records,): number of each record's person, from 1.
        new: Ids of persons nobody knew, ascending.
        left: Ids of persons of whom no record is here.
        returned: Ids of persons who had left.
        moved: The mergers and splits, sorted.
        following: The first number that is still unused.
    """

    persons: Numbers
    new: Numbers
    left: Numbers
    returned: Numbers
    moved: tuple[Change, ...]
    following: int

    @property
    def changes(self) -> tuple[Change, ...]:
        """All events since the round before, sorted."""
        events = [
            *self.moved,
            *(Change("new", (), (one,)) for one in self.new.tolist()),
            *(Change("left", (one,), ()) for one in self.left.tolist()),
            *(Change("returned", (), (one,)) for one in self.returned.tolist()),
        ]
        return tuple(sorted(events))


def carry_ids(
    clusters: Numbers,
    known: Numbers,
    present: NDArray[np.bool_],
    alive: Numbers,
    following: int,
) -> Carried:
    """Give every cluster an id, and tell what changed.

    The result does not depend on how clusters are numbered; the order of the records decides ties
    and the order of new ids, so give them in an order that says nothing of the files.

    Args:
        clusters: Shape (records,): the cluster of each record now.
        known: Shape (records,): the person it last belonged to, or that person's heir
            (:func:`heirs`); ``NOBODY`` for a new record.
        present: Shape (records,): whether the record stood in the round before; records that did
            come first when clusters compete for an id.
        alive: Ids of the round before.
        following: The first number that was never used.
    """
    _, first, cluster = np.unique(clusters, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    cluster = rank[cluster]
    ids = _assign(cluster, known, present, len(first))
    fresh = np.flatnonzero(ids == NOBODY)
    ids[fresh] = following + np.arange(len(fresh))
    persons = ids[cluster]
    before, after = _flows(persons, known)
    now = np.unique(ids)
    return Carried(
        persons=persons,
        new=np.setdiff1d(now, after),
        left=np.setdiff1d(alive, before),
        returned=np.setdiff1d(now[now < following], alive),
        moved=_moved(before, after),
        following=following + len(fresh),
    )


def heirs(carried: Carried) -> dict[int, int]:
    """Return, for every id that a merger gave up, the id that its records have now.

    A record of such a person that was away this round belongs to the heir when it comes back:
    an id that was given up is never given again.
    """
    kept = set(carried.persons.tolist())
    mergers = sorted((c.after[0], c.before) for c in carried.moved if c.kind == "merged")
    found: dict[int, int] = {}
    for one, several in mergers:
        for person in several:
            if person not in kept:
                found.setdefault(person, one)
    return found


def _assign(cluster: Numbers, known: Numbers, present: NDArray[np.bool_], clusters: int) -> Numbers:
    """Give known ids to clusters, the largest shared number of records first."""
    carried = known != NOBODY
    pairs, of = np.unique(known[carried] * clusters + cluster[carried], return_inverse=True)
    person, place = np.divmod(pairs, max(clusters, 1))
    size = np.bincount(of, minlength=len(person))
    here = np.bincount(of, weights=present[carried], minlength=len(person))
    ids = np.full(clusters, NOBODY, dtype=np.int64)
    alone = _once(person) & _once(place)  # nobody competes: most of all, in any real round
    ids[place[alone]] = person[alone]
    taken: set[int] = set()
    for n in np.lexsort((place, person, -size, -here)):
        if not alone[n] and ids[place[n]] == NOBODY and int(person[n]) not in taken:
            ids[place[n]] = person[n]
            taken.add(int(person[n]))
    return ids


def _once(values: Numbers) -> NDArray[np.bool_]:
    """Tell which values stand there only once."""
    _, of, times = np.unique(values, return_inverse=True, return_counts=True)
    found: NDArray[np.bool_] = times[of] == 1
    return found


def _flows(persons: Numbers, known: Numbers) -> tuple[Numbers, Numbers]:
    """Return which persons' records went to which, every pair of ids once."""
    carried = known != NOBODY
    most = int(persons.max(initial=0)) + 1
    before, after = np.divmod(np.unique(known[carried] * most + persons[carried]), most)
    return before, after


def _moved(before: Numbers, after: Numbers) -> tuple[Change, ...]:
    """Return the mergers and splits among the flows."""
    merged, split = ~_once(after), ~_once(before)
    events = [
        *(Change("merged", old, (one,)) for one, old in _grouped(after[merged], before[merged])),
        *(Change("split", (one,), new) for one, new in _grouped(before[split], after[split])),
    ]
    return tuple(sorted(events))


def _grouped(keys: Numbers, values: Numbers) -> list[tuple[int, tuple[int, ...]]]:
    """Return the values of every key, both ascending."""
    order = np.lexsort((values, keys))
    found: dict[int, list[int]] = {}
    for key, value in zip(keys[order].tolist(), values[order].tolist(), strict=True):
        found.setdefault(key, []).append(value)
    return [(key, tuple(several)) for key, several in found.items()]
