"""A dictionary of a whole registry: with the key, without it, and after the key was destroyed.

    python benchmarks/attack/dictionaries.py [--registry 500000] [--clients 496] [--styles khmer]
        [--profiles names,codes,tokens] [--seed 1] [--out FILE.csv]

The registry holds every client. The attacker encodes all of it and looks every row of the
matcher's file up: first with the leaked epoch key, which must find nearly everybody (exit 1 if
not); then with a key of his own; then, after ``uic keys destroy``, with whatever he finds where the
key file was: the folder is searched for the key, and the old file can no longer be read.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from populations import coded, people, register
from scenes import PROFILES

from uic import keys
from uic.crypto.keys import load_key, new_key
from uic.crypto.texts import encode_bytes
from uic.errors import KeyMaterialError
from uic.partner.encoding import encode, encode_to_leave
from uic.pipeline.own_pairs import compare_own
from uic.schema import LinkageSchema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.crypto.keys import EpochKey
    from uic.exchange import Export
    from uic.partner.registers import Register

MUST_FALL = 0.95
COLUMNS = ("population", "profile", "registry", "clients", "attacker has", "found", "in its block",
           "seconds", "seed")  # fmt: skip


def looked_up(
    file: Export, tested: Export, members: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell of which records a row names the right person, and of which a block is known.

    Args:
        file: The seized file, with its map (for scoring).
        tested: The encoded registry.
        members: Number in the registry of each record of the file.
    """
    named, placed = np.zeros(len(members), bool), np.zeros(len(members), bool)
    for name, rows in file.matcher.pass_rows.items():
        theirs = tested.matcher.pass_rows[name]
        if not len(rows) or not len(theirs):
            continue
        records, persons = _records(file, name, rows), _records(tested, name, theirs)
        whole = [column for column in rows.column_names if column != "row_id"]
        for columns, found in ((whole, named), (["token_hi", "token_lo"], placed)):
            mine, other = _keys(rows, columns), _keys(theirs, columns)
            order = np.argsort(other, kind="stable")
            first = np.searchsorted(other[order], mine)
            last = np.searchsorted(other[order], mine, side="right")
            if columns is whole:  # of people who are alike in everything the first is claimed
                claim = persons[order[np.minimum(first, len(order) - 1)]]
                right = (last > first) & (claim == members[records])
            else:
                right = last > first
            found[records[right]] = True
    return named, placed


def _keys(rows: pa.Table, columns: list[str]) -> NDArray:
    parts = [rows[name].fill_null(-1).to_numpy().astype(np.int64) for name in columns]
    return np.ascontiguousarray(np.stack(parts, 1)).view(f"S{8 * len(parts)}").ravel()


def _records(export: Export, name: str, rows: pa.Table) -> NDArray[np.int64]:
    row_map = export.resolver.row_map.filter(pc.equal(export.resolver.row_map["pass"], name))
    ids = row_map["row_id"].to_numpy()
    order = np.argsort(ids)
    place = order[np.searchsorted(ids[order], rows["row_id"].to_numpy())]
    return row_map["record"].to_numpy()[place]


def remains(folder: Path, path: Path, key: EpochKey) -> EpochKey | None:
    """Destroy the key file, then look for the key in what is left; None when there is none."""
    keys.destroy(path)
    root = key._root  # the needle
    for left in folder.rglob("*"):
        text = left.read_bytes() if left.is_file() else b""
        if root in text or encode_bytes(root).encode() in text or root.hex().encode() in text:
            return key
    try:
        return load_key(path)
    except KeyMaterialError:
        return None


def rows_of(style: str, profile: str, everybody: Register, members: NDArray, seed: int):  # noqa: ANN201
    """Attack one file three times; yields one row each."""
    schema = LinkageSchema(profile=PROFILES[profile][0])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "epoch.key"
        keys.new("project", "2026Q4", path)
        key = load_key(path)
        part = everybody.records.take(pa.array(members))
        file = encode_to_leave(_alone(everybody, part), schema, key, compare_own)
        for told in ("the epoch key", "no key", "what is left of a destroyed key"):
            started = time.process_time()
            used = key if told == "the epoch key" else None
            if told.startswith("what is left"):
                used = remains(folder, path, key)
            tested = encode(everybody, schema, used or new_key("project", "2026Q4"))
            found, placed = (float(part.mean()) for part in looked_up(file, tested, members))
            seconds = round(time.process_time() - started, 1)
            counts = (len(everybody.records), len(members))
            yield (style, profile, *counts, told, round(found, 4), round(placed, 4), seconds, seed)


def _alone(everybody: Register, records: pa.Table) -> Register:
    return type(everybody)("ngo", records, everybody.events, (), len(records), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--registry", type=int, default=500_000)
    parser.add_argument("--clients", type=int, default=496)
    parser.add_argument("--styles", default="khmer")
    parser.add_argument("--profiles", default="names,codes,tokens")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    rows = []
    for style in options.styles.split(","):
        drawn = people(style, options.registry, options.seed)
        members = np.random.default_rng(options.seed).permutation(len(drawn))[: options.clients]
        for profile in options.profiles.split(","):
            listed = coded(drawn) if profile == "codes" else drawn
            everybody = register(listed, PROFILES[profile][1])
            for row in rows_of(style, profile, everybody, members, options.seed):
                rows.append(row)
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
    if options.out:
        with options.out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
    weak = [row for row in rows if row[4] == "the epoch key" and row[6] < MUST_FALL]
    if weak:
        print(f"the key does not open {len(weak)} files: the attacker is too weak to count")
        sys.exit(1)


if __name__ == "__main__":
    main()
