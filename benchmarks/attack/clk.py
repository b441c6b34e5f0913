"""The baseline: plain record-level CLK Bloom filters, the standard of the field.

1,024 bits, 12 bits a token by double hashing under a secret key; tokens are the letter pairs of
the names and the positioned digits of the birth date (Schnell, Bachteler and Reiher 2011). The
library offers nothing like it: it stands here to be broken. With ``--clkhash PYTHON`` the suite
has clkhash 0.18.3 make the filters, in an environment of its own.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import secrets
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

BITS = 1024
BITS_A_TOKEN = 12
FIELDS = ("family_name", "given_name", "birth_date")
WITH_CLKHASH = Path(__file__).with_name("clk_by_clkhash.py")


def filters(people: pa.Table, clkhash: str | None = None) -> NDArray[np.float32]:
    """Return one Bloom filter a person, as rows of 0 and 1, under a fresh key."""
    rows = list(zip(*(people[name].to_pylist() for name in FIELDS), strict=True))
    if clkhash:
        return _by_clkhash(rows, clkhash)
    return bits_of([tokens(*row) for row in rows], secrets.token_bytes(32))


def bits_of(held: list[list[str]], key: bytes) -> NDArray[np.float32]:
    """Return the Bloom filter of each set of tokens under a key."""
    places: dict[str, NDArray] = {}
    bits = np.zeros((len(held), BITS), dtype=np.float32)
    for number, row in enumerate(held):
        for token in row:
            if token not in places:
                places[token] = _places(token, key)
            bits[number, places[token]] = 1
    return bits


def tokens(family: str, given: str, born: str) -> list[str]:
    """Return what of a person goes into a filter: letter pairs, and digits with their place."""
    names = [
        f"{field}{text[i : i + 2]}"
        for field, text in (("f", f" {family.upper()} "), ("g", f" {given.upper()} "))
        for i in range(len(text) - 1)
    ]
    return names + [f"d{place}{digit}" for place, digit in enumerate(born.replace("-", ""))]


def _places(token: str, key: bytes) -> NDArray[np.int64]:
    digest = hmac.digest(key, token.encode(), hashlib.sha256)
    first, second = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8))
    return np.array([(first + number * second) % BITS for number in range(BITS_A_TOKEN)])


def _by_clkhash(rows: list[tuple[str, ...]], python: str) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "people.csv"), Path(folder, "filters.bin")
        with source.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([FIELDS, *rows])
        secret = secrets.token_hex(16)
        subprocess.run([python, str(WITH_CLKHASH), str(source), str(made), secret], check=True)
        packed = np.frombuffer(made.read_bytes(), np.uint8).reshape(len(rows), -1)
    return np.unpackbits(packed, axis=1).astype(np.float32)


def dice(bits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the Dice similarity of every two filters."""
    weight = bits.sum(axis=1)
    return 2 * (bits @ bits.T) / (weight[:, None] + weight[None, :])
