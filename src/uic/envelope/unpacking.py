"""Open one part of an export into a folder of Parquet files, one batch at a time."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from uic.envelope.exports import ANYTHING, PASS, ROWS, Expected, Role, open_batches, with_pass
from uic.errors import InputError, Problem
from uic.values import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.crypto.pairs import PrivateKey, PublicKey
    from uic.exchange import Header

_TOGETHER = 16  # chunks in one row group: at most 16 MB


def open_export(
    path: str | Path,
    role: Role,
    *,
    key: PrivateKey | str | Path,
    signer: PublicKey | str | Path,
    out: str | Path,
    expected: Expected = ANYTHING,
    progress: Progress = silent,
) -> Header:
    """Check an export and open one of its two parts into Parquet files.

    The folder appears only when every byte was checked; it is readable by its owner only.
    ``matcher``: ``pass-NAME.parquet`` and ``frequencies.parquet``. ``resolver``:
    ``row_map.parquet``, ``chance.parquet``, ``events.parquet``, ``own_pairs.parquet``,
    ``records.parquet``. Both: ``header.json``.

    Args:
        path: The export.
        role: ``matcher`` or ``resolver``.
        key: Private key of that role, or its file.
        signer: Public key of the partner, or its file.
        out: A folder that is empty or does not exist yet.
        expected: Project, epoch and schema the file must be made for.
        progress: Called with the step "opening", rows done, and 0 as rows in all.

    Raises:
        FormatError: the file is not what it must be; ``layer`` says where.
        InputError: the file cannot be read, or the folder is not empty.
        KeyMaterialError: a key file cannot be used.
    """
    folder = Path(out)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(
            Problem(folder.name, "", "the output folder is not empty", "choose another with -o")
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".opening-"))
    try:
        with open_batches(path, role, key=key, signer=signer, expected=expected) as (head, batches):
            _write(staged, batches, progress)
        _write_header(staged / "header.json", head)
        if folder.exists():
            folder.rmdir()
        staged.replace(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return head


def _write(folder: Path, batches: Iterator[tuple[str, pa.RecordBatch]], progress: Progress) -> None:
    with ExitStack() as open_files:
        writers: dict[str, pq.ParquetWriter] = {}
        done = 0
        for name, rows in _grouped(batches):
            file, table = _target(name, rows)
            if file not in writers:
                writer = pq.ParquetWriter(folder / file, table.schema, compression="zstd")
                writers[file] = open_files.enter_context(writer)
            writers[file].write_table(table)
            done += len(rows)
            progress("opening", done, 0)


def _grouped(batches: Iterator[tuple[str, pa.RecordBatch]]) -> Iterator[tuple[str, pa.Table]]:
    """Join a few neighbouring batches of one table: Parquet reads large row groups faster."""
    waiting: list[pa.RecordBatch] = []
    current = ""
    for name, batch in batches:
        if waiting and (name != current or len(waiting) == _TOGETHER):
            yield current, pa.Table.from_batches(waiting)
            waiting = []
        current = name
        waiting.append(batch)
    if waiting:
        yield current, pa.Table.from_batches(waiting)


def _target(name: str, rows: pa.Table) -> tuple[str, pa.Table]:
    if name.startswith(PASS):
        return f"pass-{name.removeprefix(PASS)}.parquet", rows
    if name.startswith(ROWS):
        return "row_map.parquet", with_pass(name, rows)
    return f"{name}.parquet", rows


def _write_header(path: Path, header: Header) -> None:
    shown = vars(header) | {"attributes": sorted(header.attributes)}
    path.write_text(json.dumps(shown, indent=2) + "\n", encoding="utf-8")
