"""Signatures of the rows of one pass: which rows are signed, and with what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.partner.signatures import coded, number_codes, text_signatures, value_codes

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.levels import Comparison

    Columns = dict[str, pa.Array]

_NAMES = ("family_name", "given_name")


def signatures(
    columns: Columns,
    items: tuple[Comparison, ...],
    salts: NDArray[np.uint64],
    scope: str,
    key: EpochKey,
) -> Columns:
    """Sign every compared attribute of every row.

    Args:
        columns: Canonical columns; text may be dictionary-encoded.
        items: What is compared.
        salts: Shape (rows,): secret salt of each row's block.
        scope: Name of the pass.
        key: The epoch key.
    """
    signed: Columns = {}
    blocks = coded(salts)
    for item in items:
        # Family and given name share a sub-key, so that a swap of the two can be seen; also where
        # this register has only one of them, or it could not be compared with a register of both.
        purpose = "name" if item.attribute in _NAMES else item.attribute
        sub_key = key.sub_key("signature", scope, purpose)
        if item.kind == "date":
            year, month, day = item.columns
            signed[year] = number_codes(columns[year], salts, sub_key)
            # Day and month share a code space, so that a swap of the two can be seen.
            parts_key = key.sub_key("signature", scope, purpose, "day-month")
            signed[month] = number_codes(columns[month], salts, parts_key)
            signed[day] = number_codes(columns[day], salts, parts_key)
        elif item.kind == "code":
            signed[item.attribute] = value_codes(columns[item.attribute], salts, sub_key)
        else:
            signed[item.attribute] = text_signatures(columns[item.attribute], blocks, sub_key)
    return signed
