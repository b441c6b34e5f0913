"""Withdrawals as a file: from the resolver to a matcher in another office, and to nobody else.

The rows of one withdrawal belong together, so the matcher learns which rows of different passes
were one person's (or one partner's) as it deletes them. It is told nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.envelope.headers import WITHDRAWAL
from uic.envelope.sealed import Belongs, Sort, read_sealed, refuse_unless, write_sealed

if TYPE_CHECKING:
    from pathlib import Path

    from uic.crypto.pairs import PrivateKey, PublicKey

ROWS = pa.schema([("pass", pa.string()), ("row_id", pa.int64())])
EXPORTS = pa.schema([("digest", pa.string())])
_WITHDRAWAL = Sort(WITHDRAWAL, "matcher", {"exports": (EXPORTS, "files"), "rows": (ROWS, "rows")})


@dataclass(frozen=True, repr=False)
class Withdrawn:
    """What the matcher is to delete.

    Attributes:
        project: Project of the register.
        epoch: Epoch of its newest export.
        key_id: Public name of that epoch's key.
        exports: SHA-256 of every export of a partner who withdrew as a whole; else none.
        rows: ``pass`` and ``row_id`` of the rows of a person who withdrew; else none.
    """

    project: str
    epoch: str
    key_id: str
    exports: tuple[str, ...]
    rows: pa.Table


def write_withdrawal(
    withdrawn: Withdrawn, path: str | Path, *, matcher: PublicKey, signer: PrivateKey
) -> None:
    """Write a withdrawal, sealed to the matcher and signed by the resolver.

    Whoever holds the file sees that somebody withdrew, when, and of how many rows.

    Args:
        withdrawn: What goes.
        path: The file, by custom ``withdrawal-DATE.uicw``.
        matcher: Public key of the matcher.
        signer: The resolver's own pair.
    """
    rows = withdrawn.rows.cast(ROWS)
    exports = pa.table([sorted(withdrawn.exports)], schema=EXPORTS)
    fields = {name: getattr(withdrawn, name) for name in ("project", "epoch", "key_id")}
    tables = {"exports": exports, "rows": rows}
    write_sealed(path, _WITHDRAWAL, fields, tables, to=matcher, signer=signer)


def read_withdrawal(
    path: str | Path,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    project: str | None = None,
    epoch: str | None = None,
) -> Withdrawn:
    """Check a withdrawal and open it.

    Args:
        path: The file.
        key: The matcher's own pair.
        signer: Public key of the resolver.
        project: Project it must be of.
        epoch: Epoch it must be of; rows of other epochs are in no store and do no harm.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read.
        KeyMaterialError: a key file cannot be used.
    """
    expected: Belongs = {"project": project, "epoch": epoch}
    fields, tables = read_sealed(path, _WITHDRAWAL, key=key, signer=signer, expected=expected)
    rows, exports = tables["rows"], tables["exports"]["digest"].to_pylist()
    columns = (*rows.columns, *tables["exports"].columns)
    refuse_unless(not any(column.null_count for column in columns), "a row is not whole")
    refuse_unless(exports == sorted(set(exports)), "digests of exports do not ascend")
    return Withdrawn(fields["project"], fields["epoch"], fields["key_id"], tuple(exports), rows)
