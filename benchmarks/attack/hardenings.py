"""Every hardening of record-level CLKs that we could build, under one and the same attack.

    python benchmarks/attack/hardenings.py [--n 2000] [--style sparse] [--known 0,30]
        [--overlaps 1,.5,.25] [--seed 1] [--only NAME,...] [--out FILE.csv]

The attacker holds the encoded file, a list that contains everybody in it, and the specification
of the hardening; no key. He encodes his list under a key of his own, makes both graphs of
resemblance, and matches them (``graph.py``). Last column: the key leaked, each row compared with
the whole list. What each hardening is, and where it comes from: ``docs/why-no-clk.md``.
"""

from __future__ import annotations

import argparse
import csv
import hmac
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import clk
import graph
import numpy as np
from populations import people

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa
    from numpy.typing import NDArray

    Bits = NDArray[np.float32]

FLIPPED_BY = np.random.default_rng(20261122)  # BLIP draws anew for every record


class Hardening(NamedTuple):
    """What is done to a CLK.

    Attributes:
        change: From a matrix of bits and a secret seed to another matrix of bits.
        salt: Which characters of the birth date salt the hashes (0 none, 4 year, 10 all).
        correlated: Compared by correlation instead of by Dice.
    """

    change: Callable[[Bits, int], Bits]
    salt: int = 0
    correlated: bool = False


def _same(bits: Bits, _secret: int) -> Bits:
    return bits


def _xor_fold(bits: Bits, _secret: int) -> Bits:
    half = bits.shape[1] // 2
    return np.abs(bits[:, :half] - bits[:, half:])


def _rule_90(bits: Bits, _secret: int) -> Bits:
    return np.abs(np.roll(bits, 1, axis=1) - np.roll(bits, -1, axis=1))


def _balanced(bits: Bits, secret: int) -> Bits:
    both = np.concatenate((bits, 1 - bits), axis=1)
    return both[:, np.random.default_rng(secret).permutation(both.shape[1])]


def _diffused(t: int) -> Callable[[Bits, int], Bits]:
    """Every bit is the XOR of ``t`` bits at secret places."""

    def change(bits: Bits, secret: int) -> Bits:
        rng = np.random.default_rng(secret)
        places = np.stack([rng.permutation(bits.shape[1])[:t] for _ in range(bits.shape[1])])
        out = np.zeros_like(bits)
        for number in range(t):
            out = np.abs(out - bits[:, places[:, number]])
        return out

    return change


def _flipped(share: float) -> Callable[[Bits, int], Bits]:
    def change(bits: Bits, _secret: int) -> Bits:
        flips = FLIPPED_BY.random(bits.shape) < share
        return np.where(flips, 1 - bits, bits).astype(np.float32)

    return change


HARDENINGS = {
    "plain": Hardening(_same),
    "XOR-folding": Hardening(_xor_fold, correlated=True),
    "Rule 90": Hardening(_rule_90, correlated=True),
    "balanced and permuted": Hardening(_balanced),
    "re-sampling (XOR of 2)": Hardening(_diffused(2), correlated=True),
    "BLIP f = .05": Hardening(_flipped(0.05)),
    "BLIP f = .10": Hardening(_flipped(0.10)),
    "BLIP f = .20": Hardening(_flipped(0.20)),
    "salt: year of birth": Hardening(_same, salt=4),
    "salt: date of birth": Hardening(_same, salt=10),
    "diffusion t = 3": Hardening(_diffused(3), correlated=True),
    "diffusion t = 5": Hardening(_diffused(5), correlated=True),
    "diffusion t = 10": Hardening(_diffused(10), correlated=True),
    "one-bit minwise of the record": Hardening(_same, correlated=True),
}


def encoded(drawn: pa.Table, name: str, secret: int) -> Bits:
    """Return one row of bits a person under the key that ``secret`` stands for."""
    chosen = HARDENINGS[name]
    key = secret.to_bytes(32, "big")
    rows = list(zip(*(drawn[field].to_pylist() for field in clk.FIELDS), strict=True))
    tokens = [
        [f"{row[2][: chosen.salt]}:{token}" for token in clk.tokens(*row)]
        if chosen.salt
        else clk.tokens(*row)
        for row in rows
    ]
    if name.startswith("one-bit"):
        return _minwise(tokens, key)
    return chosen.change(clk.bits_of(tokens, key), secret)


def _minwise(tokens: list[list[str]], key: bytes) -> Bits:
    """Return our signature of 1,024 bits, but over a whole record and without a block's salt."""
    hashes: dict[str, NDArray[np.uint16]] = {}
    out = np.empty((len(tokens), clk.BITS), dtype=np.float32)
    for row, held in enumerate(tokens):
        for token in held:
            if token not in hashes:
                seed = int.from_bytes(hmac.digest(key, token.encode(), "sha256"), "big")
                hashes[token] = np.random.default_rng(seed).integers(
                    0, 2**16, clk.BITS, dtype=np.uint16
                )
        out[row] = np.min([hashes[token] for token in held], axis=0) & 1
    return out


def similarity(one: Bits, two: Bits, *, correlated: bool) -> NDArray[np.float32]:
    """Compare every row of one matrix with every row of another."""
    if not correlated:
        weights = one.sum(axis=1)[:, None] + two.sum(axis=1)[None, :]
        return 2 * (one @ two.T) / weights

    def unit(bits: Bits) -> Bits:
        bits = bits - bits.mean(axis=0)
        return bits / (np.linalg.norm(bits, axis=1, keepdims=True) + 1e-9)

    return unit(one) @ unit(two).T


def attacked(
    drawn: pa.Table, members: NDArray[np.int64], known: dict[int, int], name: str
) -> tuple[float, float]:
    """Return the share found without the key, and with it."""
    chosen = HARDENINGS[name]
    true, own = (secrets.randbits(128) for _ in range(2))
    file = encoded(drawn.take(members), name, true)
    listed = encoded(drawn, name, own)
    graphs = [similarity(side, side, correlated=chosen.correlated) for side in (file, listed)]
    claimed, _ = graph.attack(*graphs, known)
    unknown = ~np.isin(np.arange(len(members)), list(known))
    found = float((claimed == members)[unknown].mean())
    leaked = similarity(file, encoded(drawn, name, true), correlated=chosen.correlated)
    return found, float((leaked.argmax(axis=1) == members)[unknown].mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=2_000)
    parser.add_argument("--style", default="sparse")
    parser.add_argument("--known", default="0,30")
    parser.add_argument("--overlaps", default="1,.5,.25")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="names of hardenings, with commas between")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    drawn = people(options.style, options.n, options.seed)
    columns = ("population", "list", "overlap", "known", "hardening", "found", "key leaked")
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)
    rows = []
    for overlap in map(float, options.overlaps.split(",")):
        for count in map(int, options.known.split(",")):
            rng = np.random.default_rng([options.seed, round(100 * overlap)])
            members = rng.permutation(options.n)[: round(overlap * options.n)]
            met = rng.permutation(len(members))[:count]
            known = {int(row): int(members[row]) for row in met}
            for name in options.only.split(",") if options.only else HARDENINGS:
                found, leaked = attacked(drawn, members, known, name)
                row = (
                    options.style,
                    options.n,
                    overlap,
                    count,
                    name,
                    round(found, 3),
                    round(leaked, 3),
                )
                rows.append(row)
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
    if options.out:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([columns, *rows])


if __name__ == "__main__":
    main()
