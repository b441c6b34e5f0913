"""Make CLK Bloom filters with clkhash: python clk_by_clkhash.py PEOPLE.csv FILTERS.bin SECRET."""

from __future__ import annotations

import sys
from pathlib import Path

from clkhash.clk import generate_clk_from_csv
from clkhash.schema import from_json_dict


def field(name: str, n: int, *, positional: bool) -> dict:
    comparison = {"type": "ngram", "n": n, "positional": positional}
    return {
        "identifier": name,
        "format": {"type": "string", "encoding": "utf-8"},
        "hashing": {"comparison": comparison, "strategy": {"bitsPerToken": 12}},
    }


SCHEMA = {
    "version": 3,
    "clkConfig": {
        "l": 1024,
        "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "AAAA", "info": "", "keySize": 64},
    },
    "features": [
        field("family_name", 2, positional=False),
        field("given_name", 2, positional=False),
        field("birth_date", 1, positional=True),
    ],
}

if __name__ == "__main__":
    source, made, secret = sys.argv[1:]
    with Path(source).open(encoding="utf-8") as file:
        found = generate_clk_from_csv(file, secret, from_json_dict(SCHEMA), progress_bar=False)
    Path(made).write_bytes(b"".join(bits.tobytes() for bits in found))
