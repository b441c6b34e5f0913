"""Signatures of the rows of one pass: which rows are signed, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from uic.partner.signatures import number_codes, text_signatures, value_codes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.levels import Comparison

    Columns = dict[str, pa.Array]

_NAMES = ("family_name", "given_name")


def signatures(
    columns: Columns,
    items: tuple[Comparison, ...],
    salts: NDArray[np.uint64] | pa.DictionaryArray,
    scope: str,
    key: EpochKey,
    *,
    fixed: frozenset[str] = frozenset(),
) -> Columns:
    """Sign every compared attribute of every row.

    Args:
        columns: Canonical columns; text may be dictionary-encoded.
        items: What is compared.
        salts: Shape (rows,): secret salt of each row's block; dictionary-encoded where rows share
            a block.
        scope: Name of the pass.
        key: The epoch key.
        fixed: Columns that need no signature, for they are equal in every block of the pass.
    """
    each = salts if not isinstance(salts, pa.DictionaryArray) else _decoded(salts)
    signed: Columns = {}
    for item in items:
        # Family and given name share a sub-key, so that a swap of the two can be seen; also where
        # this register has only one of them, or it could not be compared with a register of both.
        purpose = "name" if item.attribute in _NAMES else item.attribute
        for number, name in enumerate(item.columns):
            if name in fixed:
                continue
            # Day and month share a code space, so that a swap of the two can be seen.
            parts = (scope, purpose, "day-month") if number else (scope, purpose)
            sub_key = key.sub_key("signature", *parts)
            if item.kind == "date":
                signed[name] = number_codes(columns[name], each, sub_key)
            elif item.kind == "code":
                signed[name] = value_codes(columns[name], each, sub_key)
            else:
                signed[name] = text_signatures(columns[name], salts, sub_key)
    return signed


def _decoded(salts: pa.DictionaryArray) -> NDArray[np.uint64]:
    words: NDArray[np.uint64] = salts.dictionary.to_numpy()[salts.indices.to_numpy()]
    return words
