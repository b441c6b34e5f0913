"""``uic rounds``: what a register holds, whether it fits its log, and taking somebody out of it."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uic.crypto.pairs import as_private, parse_public
from uic.engines.storing import rewrite, transaction
from uic.envelope.safe import KeySafe
from uic.errors import InputError, Problem
from uic.matching.store import forget_partner, open_store, owner_of
from uic.matching.thinning import pass_over, pass_over_later
from uic.pipeline.rounds.withdrawing import Notice, write_notice
from uic.resolving.register import audit
from uic.resolving.register.history import changes_of
from uic.resolving.register.reading import Difference, difference
from uic.resolving.register.rounds import Round, get_round, rounds_called
from uic.resolving.register.tables import open_register
from uic.resolving.register.withdrawing import Withdrawal, withdraw_partner, withdraw_person

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from uic.crypto.pairs import PrivateKey
    from uic.engines.storing import Database
    from uic.resolving.register.audit import Verdict


@dataclass(frozen=True)
class Shown:
    """A round as it can be told.

    Attributes:
        round: Name, revision, inputs, parameters and facts.
        changes: What became of the person ids of the round before: ``event``, ``before``,
            ``after``.
        before: The round before it in the register; None for the first.
        difference: Pairs of records that became or ceased to be one person since then.
    """

    round: Round
    changes: pa.Table
    before: Round | None
    difference: Difference | None


def listed(register: str | Path) -> tuple[Round, ...]:
    """Return all finished rounds of a register, oldest first.

    Raises:
        InputError: there is no such file, or another run has it open.
        FormatError: it is no register.
    """
    with existing(register) as database:
        return rounds_called(database)


def show(register: str | Path, name: str) -> Shown:
    """Return a round, what it changed, and how it differs from the round before it.

    Args:
        register: The register.
        name: Name of the round: its last revision, or ``NAME/2`` for the second.

    Raises:
        InputError: there is no such round or file.
    """
    with existing(register) as database:
        found = get_round(database, name)
        earlier = [item for item in rounds_called(database) if item.number < found.number]
        before = earlier[-1] if earlier else None
        differs = difference(database, before.number, found.number) if before else None
        return Shown(found, changes_of(database, found.number), before, differs)


def verify(register: str | Path, head: str = "") -> Verdict:
    """Check the audit log's chain, and every round against what the log says of it.

    Args:
        register: The register.
        head: Hash of a line that was noted earlier, as in the minutes of a meeting. Only with
            it can one see that lines were cut off, or that the whole log was written anew.

    Raises:
        FormatError: what does not fit.
        InputError: there is no such file.
    """
    with existing(register) as database:
        return audit.verify(database, head)


def withdraw(
    register: str | Path,
    *,
    person: str = "",
    handle: str = "",
    partner: str | None = None,
    store: str | Path | None = None,
    matcher_key: PrivateKey | str | Path | None = None,
    tell: Notice | None = None,
) -> Withdrawal:
    """Take one person, or a partner, out of the register and of the matcher's store.

    Their rows are deleted, also from earlier rounds, and both files are written anew, so that
    nothing stays in their blocks. The log says how many and when, never who. Copies and backups
    are not reached. The next round counts without them; published counts stay as they were.

    Args:
        register: The register.
        person: A person id, as in a return file: all records of that person.
        handle: Instead of a person id, the handle of one of the person's records.
        partner: With ``person`` or ``handle``: only the records of this partner. Alone: the
            whole partner.
        store: The matcher's store, where it is in the same office. Without it the matcher's rows
            stay until the partner sends a new export; the resolver passes them over.
        matcher_key: ``NAME.private`` of the matcher, which opens the store. Without it a
            person's rows are noted there (sealed, like them), and go when the store is opened
            for the next round; a whole partner's go at once.
        tell: A sealed file for a matcher in another office, written before anything is deleted.

    Raises:
        InputError: there is no such person, partner or file.
        KeyMaterialError: the store is sealed to another key.
    """
    if bool(person) + bool(handle) > 1 or not (person or handle or partner):
        raise InputError("name one person, by person id or by handle, or a partner")
    safe = _safe(store, matcher_key) if store is not None else None
    now = dt.datetime.now(dt.UTC)
    with existing(register) as database, transaction(database):
        if person or handle:
            done = withdraw_person(database, now, person=person, handle=handle, partner=partner)
        else:
            done = withdraw_partner(database, str(partner), now)
        if tell is not None:
            write_notice(database, tell, done, None if person or handle else partner)
    rewrite(register)
    if store is not None and safe is not None:
        _take_from_store(store, safe, done, None if person or handle else partner)
    return done


def _safe(store: str | Path, key: PrivateKey | str | Path | None) -> KeySafe:
    """Return what opens the store, or only closes what is put in; checked before anything goes."""
    _must_exist(store)
    safe = KeySafe(parse_public(owner_of(store))) if key is None else KeySafe.of(as_private(key))
    with open_store(store, safe):
        return safe


def _take_from_store(
    store: str | Path, safe: KeySafe, done: Withdrawal, partner: str | None
) -> None:
    with open_store(store, safe) as opened:
        if partner is not None:
            forget_partner(opened, partner)
        elif safe.opens:
            pass_over(opened, done.rows)
        else:
            pass_over_later(opened, done.rows)
    rewrite(store)


@contextmanager
def existing(register: str | Path) -> Iterator[Database]:
    """Open a register that is there already."""
    _must_exist(register)
    with open_register(register) as database:
        yield database


def _must_exist(path: str | Path) -> None:
    if not Path(path).exists():
        hint = "uic link or uic resolve makes a register, uic match a store"
        raise InputError(Problem(Path(path).name, "", "the file does not exist", hint))
