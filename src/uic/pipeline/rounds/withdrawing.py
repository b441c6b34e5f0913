"""Withdrawals between two offices: the resolver writes what goes, the matcher deletes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uic.crypto.pairs import PrivateKey, PublicKey, as_private, as_public
from uic.engines.storing import rewrite
from uic.envelope.safe import KeySafe
from uic.envelope.withdrawals import Withdrawn, read_withdrawal, write_withdrawal
from uic.errors import InputError, Problem
from uic.matching.store import forget_exports, open_store
from uic.matching.thinning import pass_over

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.engines.storing import Database
    from uic.resolving.register.withdrawing import Withdrawal


@dataclass(frozen=True)
class Notice:
    """A file that tells a matcher in another office what to delete.

    Attributes:
        out: The file.
        key: ``NAME.private`` of the resolver, who signs it.
        matcher: ``NAME.public`` of the matcher, who alone can open it.
    """

    out: str | Path
    key: PrivateKey | str | Path
    matcher: PublicKey | str | Path


def write_notice(database: Database, notice: Notice, done: Withdrawal, partner: str | None) -> None:
    """Write what was just taken out of the register.

    Args:
        database: The register.
        notice: Where to, by whom and for whom.
        done: What was taken out.
        partner: The partner who withdrew as a whole, or None.
    """
    ((header,),) = database.execute(
        "SELECT header FROM exports ORDER BY number DESC LIMIT 1"
    ).fetchall()
    named = {name: json.loads(header)[name] for name in ("project", "epoch", "key_id")}
    sent = database.execute("SELECT digest FROM exports WHERE partner = $1", [partner]).fetchall()
    rows = done.rows.slice(0, 0) if partner else done.rows
    told = Withdrawn(**named, exports=tuple(digest for (digest,) in sent), rows=rows)
    own, to = as_private(notice.key), as_public(notice.matcher)
    write_withdrawal(told, notice.out, matcher=to, signer=own)


def take_out(
    store: str | Path | None,
    files: Sequence[str | Path],
    *,
    key: PrivateKey,
    resolver: PublicKey,
    project: str,
) -> None:
    """Delete from the matcher's store what the resolver's files name, and out of its blocks.

    Raises:
        InputError: there is no store, or a file cannot be read.
        FormatError: a file is damaged, or another signed it; ``layer`` says where.
    """
    if store is None or not Path(store).exists():
        hint = "name the --store that was made with earlier exports"
        raise InputError(Problem("store", "", "there is nothing to withdraw from", hint))
    told = [read_withdrawal(path, key=key, signer=resolver, project=project) for path in files]
    with open_store(store, KeySafe.of(key)) as opened:
        for one in told:
            forget_exports(opened, one.exports)
            pass_over(opened, one.rows)
    rewrite(store)
