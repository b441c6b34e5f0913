"""``uic encode``: the partner's room and the comparison of its own rows, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.exporting import Encoded
from uic.partner.exporting import encode as write_export_of
from uic.pipeline.own_pairs import compare_own
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Any

    from uic.crypto.keys import EpochKey
    from uic.crypto.pairs import PrivateKey, PublicKey
    from uic.schema import LinkageSchema

__all__ = ["Encoded", "encode"]


def encode(
    inputs: str | Path | Sequence[str | Path] | Mapping[str, Any],
    *,
    key: EpochKey | str | Path,
    matcher: PublicKey | str | Path,
    resolver: PublicKey | str | Path,
    signer: PrivateKey | str | Path,
    schema: LinkageSchema | str | Path | None = None,
    out: str | Path | None = None,
    previous: EpochKey | str | Path | None = None,
    progress: Progress = silent,
) -> Encoded:
    """Encode one partner's register and write it as one sealed, signed file.

    The file holds no name and no date of birth. Its header, readable by anybody, tells partner,
    project, epoch and how many records and events there are. The matcher's part holds tokens
    and signatures, the resolver's part row ids, events and handles; both in an order drawn from
    the operating system's random numbers. In the matcher's part no two rows of a pass share a
    token: the partner compares its own records by itself and gives the scored pairs to the
    resolver (spec/encoding.md). Whoever gets the epoch key can test any name against the tokens
    (spec/threat-model.md).

    Args:
        inputs: The partner's export, or a mapping from the partner's name to a table.
        key: The epoch key.
        matcher: ``NAME.public`` of the matcher.
        resolver: ``NAME.public`` of the resolver, another pair than the matcher's.
        signer: The partner's own ``NAME.private``.
        schema: The linkage schema; without one the default name-register schema.
        out: The file; by default ``PARTNER-EPOCH.uicx`` here.
        previous: The old epoch's key, once, to carry person ids into this epoch.
        progress: Called with each step.

    Raises:
        InputError: the input cannot be used, or it is not exactly one partner's.
        SchemaError: the schema breaks a rule.
        KeyMaterialError: a key cannot be used, or the epoch key is of another project.
    """
    return write_export_of(
        inputs,
        key=key,
        matcher=matcher,
        resolver=resolver,
        signer=signer,
        compare=compare_own,
        schema=schema,
        out=out,
        previous=previous,
        progress=progress,
    )
