"""Encode the made-up register once, in pieces, to Parquet files: not part of any measured time.

    python encoded.py FOLDER

The pieces have one key and one schema, so their tokens meet as if they were one export; record
numbers and sums are those of the whole register.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

import uic
from uic.crypto.keys import EpochKey, load_or_make_key
from uic.exchange import EVENTS, Export
from uic.partner.encoding import encode
from uic.partner.registers import Register

AT_ONCE = 500_000


def main() -> None:
    folder = Path(sys.argv[1])
    out = folder / "encoded"
    out.mkdir(exist_ok=True)
    schema = uic.default_schema()
    key = load_or_make_key(folder / "epoch.key", schema.project)
    writers: dict[str, pq.ParquetWriter] = {}
    records = 0
    sums: dict[str, list[pa.Table]] = {"frequencies": [], "chance": []}
    for batch in pq.ParquetFile(folder / "register.parquet").iter_batches(AT_ONCE):
        export = encoded(pa.table(batch), schema, key)
        for name, table in export.matcher.pass_rows.items():
            if len(table):
                append(writers, out / f"pass-{name}.parquet", table)
        append(writers, out / "row_map.parquet", shifted(export.resolver.row_map, records))
        sums["frequencies"].append(export.matcher.frequencies)
        sums["chance"].append(export.resolver.chance)
        records += len(batch)
    for writer in writers.values():
        writer.close()
    for name, tables in sums.items():
        pq.write_table(pa.concat_tables(tables), out / f"{name}.parquet")
    header = asdict(export.header) | {"records": records}
    header["attributes"] = sorted(header["attributes"])
    (out / "header.json").write_text(json.dumps(header))


def encoded(rows: pa.Table, schema: uic.LinkageSchema, key: EpochKey) -> Export:
    whole = ("given_name", "family_name", "sex", "street", "place", "postcode", "phone")
    dates = pc.strptime(rows["birth_date"], format="%Y-%m-%d", unit="s")
    texts = {name: rows[name] for name in whole}
    parts = {
        "birth_date_year": pc.cast(pc.year(dates), pa.int16()),
        "birth_date_month": pc.cast(pc.month(dates), pa.int8()),
        "birth_date_day": pc.cast(pc.day(dates), pa.int8()),
        "birth_date_precision": pc.if_else(pc.is_valid(dates), "day", None),
    }
    records = pa.table({"record_id": pc.cast(rows["id"], pa.string())} | texts | parts)
    return encode(
        Register("register", records, EVENTS.empty_table(), (), len(rows), ""), schema, key
    )


def append(writers: dict[str, pq.ParquetWriter], path: Path, table: pa.Table) -> None:
    if path.name not in writers:
        writers[path.name] = pq.ParquetWriter(path, table.schema)
    writers[path.name].write_table(table)


def shifted(row_map: pa.Table, by: int) -> pa.Table:
    record = pc.add(row_map["record"], pa.scalar(by, pa.int32()))
    return row_map.set_column(row_map.schema.get_field_index("record"), "record", record)


if __name__ == "__main__":
    main()
