"""What a linkage unit keeps on its own disk, sealed to its own public key.

As in an export, a fresh stream key is sealed with HPKE and the rows go under it, chunk by chunk
(:mod:`uic.crypto.stream`). Without the private key a finder sees how many bytes there are. HPKE
does not say who closed something: whoever can write the file can put another table in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from uic.crypto.kdf import label
from uic.crypto.pairs import PrivateKey, PublicKey, public_text
from uic.crypto.seal import seal, unseal
from uic.crypto.stream import close_chunk, new_stream_key, open_chunk
from uic.envelope.tables import batches_of, chunks_of
from uic.envelope.writing import with_last
from uic.errors import KeyMaterialError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PURPOSE = "store"
_TABLE = "kept"


@dataclass(frozen=True, repr=False)
class KeySafe:
    """Closes to a public key; opens where the private half is at hand.

    Attributes:
        public: The owner's public key.
        private: The owner's private key, or None where only closing is needed.
    """

    public: PublicKey
    private: PrivateKey | None = None

    @classmethod
    def of(cls, key: PrivateKey) -> KeySafe:
        """Return the safe of a private key's owner."""
        return cls(key.public, key)

    def __repr__(self) -> str:
        return f"<KeySafe of {self.public.name}, {'open' if self.opens else 'closed'}>"

    @property
    def owner(self) -> str:
        """The public key's text."""
        return public_text(self.public)

    @property
    def opens(self) -> bool:
        """Whether the private key is at hand."""
        return self.private is not None

    def close(self, place: str, table: pa.Table) -> Iterator[bytes]:
        """Yield a table as pieces: the sealed stream key, then every chunk.

        Args:
            place: Where it is kept; it opens under the same words only.
            table: Any columns.
        """
        key = new_stream_key()
        yield seal(self.public, key, label(_PURPOSE, place))
        for number, (chunk, last) in enumerate(with_last(chunks_of({_TABLE: table}))):
            yield close_chunk(key, number, chunk, last=last)

    def open(self, place: str, pieces: Iterable[bytes]) -> pa.Table:
        """Return the table that was closed for this place.

        Raises:
            KeyMaterialError: the private key is not at hand.
            FormatError: layers ``seal``, ``chunk``, ``content``: it was changed, cut off, or
                moved here from another place.
        """
        if self.private is None:
            raise KeyMaterialError(f"only {self.public.name}'s private key opens this")
        closed = iter(pieces)
        key = unseal(self.private, next(closed, b""), label(_PURPOSE, place))
        found = [batch for _, batch in batches_of(_chunks(key, closed), _any, {_TABLE: None})]
        return pa.Table.from_batches(found)


def _chunks(key: bytes, closed: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    for number, (chunk, last) in enumerate(with_last(closed)):
        yield open_chunk(key, number, chunk, last=last), last


def _any(name: str, columns: pa.Schema) -> bool:
    return name == _TABLE and len(columns) > 0
