"""The peers, on the clear text of the register: ``python peers.py FOLDER OUT NAME``."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

DICE = 0.85  # what did best in the reference at 100,000 records
THRESHOLD = 0.95  # the cut of Splink's own examples and of the reference figures


def main() -> None:
    folder, out, name = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    path = folder / "register.parquet"
    by_anonlink(path, out) if name == "anonlink" else by_splink(path, out, name)


def by_splink(path: Path, out: Path, name: str) -> None:
    """Dedupe with Splink: the attributes, and blocking rules like the passes of the encoding."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    api = DuckDBAPI()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=comparisons(name),
        blocking_rules_to_generate_predictions=rules(name),
    )
    source = pq.read_table(path).drop_columns(["entity"])
    linker = Linker(api.register(source), settings)
    training, clock = linker.training, time.perf_counter()
    training.estimate_probability_two_random_records_match(
        [block_on("given_name", "family_name", "birth_date"), block_on("phone")], recall=0.9
    )
    training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
    clock = said("u", clock)
    most = None if name in ("splink", "splink-febrl") else 1e6  # pairs that training looks at
    for block in (block_on("birth_date"), block_on("given_name", "family_name")):
        training.estimate_parameters_using_expectation_maximisation(block, max_pairs=most)
    clock = said("em", clock)
    found = linker.inference.predict(threshold_match_probability=0.05)
    clock = said("predict", clock)
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(found, THRESHOLD)
    write(api, "id, cluster_id AS cluster", clusters, out)
    scores = "id_l AS a, id_r AS b, match_probability AS p"
    write(api, scores, found, out.with_suffix(".pairs.parquet"))
    said("cluster", clock)


def comparisons(name: str) -> list[Any]:
    """How Splink compares: plainly, or as its own FEBRL example does (phone for soc_sec_id)."""
    from splink import comparison_library as cl

    if name == "splink-febrl":
        names = [cl.NameComparison("given_name"), cl.NameComparison("family_name")]
        phone = cl.DamerauLevenshteinAtThresholds("phone", [2])
        adjusted = ("street", "place", "postcode")
    else:
        names = [
            cl.JaroWinklerAtThresholds(column, [0.9, 0.7]).configure(
                term_frequency_adjustments=True
            )
            for column in ("given_name", "family_name")
        ]
        phone, adjusted = cl.ExactMatch("phone"), ()
    exact = [
        cl.ExactMatch(column).configure(term_frequency_adjustments=column in adjusted)
        for column in ("street", "place", "postcode")
    ]
    born = cl.DateOfBirthComparison("birth_date", input_is_string=True)
    return [*names, cl.ExactMatch("sex"), born, *exact, phone]


def rules(name: str) -> list[Any]:
    """Blocking rules: few and selective as Splink's users write them, or those of the passes."""
    from splink import block_on

    phone, year = block_on("phone"), "substr(birth_date, 1, 4)"
    if not name.endswith("passes"):
        return [
            block_on("birth_date"),
            block_on("given_name", "family_name"),
            phone,
            block_on("family_name", "postcode"),
            block_on("street", "place"),
        ]
    initials = ("substr(given_name, 1, 1)", "substr(family_name, 1, 1)")
    return [
        block_on("birth_date"),
        block_on("given_name", "family_name"),
        block_on(*initials, "substr(birth_date, 6, 5)"),
        block_on("family_name", "sex", year),
        block_on("place", year),
        block_on("place", "family_name"),
        phone,
    ]


def write(api, columns: str, table, out: Path) -> None:  # noqa: ANN001 - values of Splink
    sql = f"SELECT {columns} FROM {table.physical_name}"  # noqa: S608 - Splink names its tables
    pq.write_table(api._execute_sql_against_backend(sql).to_arrow_table(), out)


def by_anonlink(path: Path, out: Path) -> None:
    """Encode with clkhash and compare the file with itself; what is alike becomes one person.

    anonlink links two files and cannot dedupe one: i < j of the square, then components.
    """
    import anonlink
    from clkhash import clk, schema
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rows = pq.read_table(path)
    texts = rows.drop_columns(["id", "entity"])
    columns = [["" if value is None else value for value in v.to_pylist()] for v in texts.columns]
    lines = [",".join(texts.column_names), *map(",".join, zip(*columns, strict=True))]
    clock = time.perf_counter()
    described = schema.from_json_dict({"version": 3, "clkConfig": CLK, "features": features(texts)})
    csv = io.StringIO("\n".join(lines))
    encoded = clk.generate_clk_from_csv(csv, "secret", described, progress_bar=False)
    clock = said("encode", clock)
    dice = anonlink.similarities.dice_coefficient
    found = anonlink.candidate_generation.find_candidate_pairs([encoded, encoded], dice, 0.75)
    likeness, _, (first, second) = found
    a, b, p = np.asarray(first), np.asarray(second), np.asarray(likeness)
    kept = (a < b) & (p >= DICE)
    graph = coo_array((np.ones(kept.sum()), (a[kept], b[kept])), shape=(len(rows), len(rows)))
    cluster = connected_components(graph, directed=False)[1]
    pq.write_table(pa.table({"id": rows["id"], "cluster": cluster}), out)
    scores = {"a": a[a < b].astype(int), "b": b[a < b].astype(int), "p": p[a < b]}
    pq.write_table(pa.table(scores), out.with_suffix(".pairs.parquet"))
    said("match", clock)


CLK = {"l": 1024, "kdf": {"type": "HKDF", "hash": "SHA256", "salt": "c2FsdA==", "keySize": 64}}


def features(texts: pa.Table) -> list[dict[str, Any]]:
    """Describe every attribute to clkhash: pairs of letters, dates by position, codes whole."""
    found = []
    for name in texts.column_names:
        positional = name in {"birth_date", "phone", "postcode"}
        ngram = {"type": "ngram", "n": 1 if positional or name == "sex" else 2}
        hashing = {
            "comparison": ngram | {"positional": positional},
            "strategy": {"bitsPerFeature": 60 if name == "sex" else 100},
            "hash": {"type": "doubleHash"},
            "missingValue": {"sentinel": ""},
        }
        shape = {"type": "string", "encoding": "utf-8"}
        found.append({"identifier": name, "format": shape, "hashing": hashing})
    return found


def said(step: str, since: float) -> float:
    print(f"{step} {time.perf_counter() - since:.1f} s", file=sys.stderr)
    return time.perf_counter()


if __name__ == "__main__":
    main()
