"""The release log: what was released to whom and when, in lines chained by their hashes.

One line is one release, canonical JSON. Each holds the SHA-256 of the line before it, so a line
that is changed, removed or moved breaks the chain. What the chain alone cannot show is that lines
were cut off at the end, or that somebody wrote the whole log anew: for that, keep the hash of the
last line elsewhere. Every release's method text carries it, so everybody who received a release
holds such an anchor.

The log holds digests of the released tables and of the list of hidden cells, never a hidden
number, and never a digest of the tables before the gate: with few numbers missing, such a digest
could be used to try them out. The released tables themselves are kept beside the log, under
their digests, because later releases are checked against them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic import chained
from uic.chained import START, canonical, is_intact
from uic.errors import FormatError, InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = "uic-release-log/1"
_KEYS = frozenset(
    {
        "columns", "criminalised", "format", "hash", "permits", "previous", "privacy", "release",
        "released", "rounding", "scope", "software", "tables", "threshold", "ties", "to",
    }
)  # fmt: skip

Entry = dict[str, Any]


@dataclass(frozen=True)
class Verdict:
    """A log whose chain holds.

    Attributes:
        releases: How many releases it holds.
        head: Hash of the last line; 64 zeros when there is none. Keep it elsewhere.
        anchored: The hash that was given is the hash of one of its lines.
        after: How many releases came after that line; 0 without a given hash.
    """

    releases: int
    head: str
    anchored: bool
    after: int


def verify_log(path: str | Path, *, head: str = "") -> Verdict:
    """Check every line of a release log, and every table that is kept beside it.

    Any change, removal, insertion or reordering of lines is found. Lines cut off at the end, or
    a log that was written anew from some line on, are found only with ``head``.

    Args:
        path: The log.
        head: A hash noted earlier: from the method text of a release, or from this function.

    Raises:
        FormatError: the line that is damaged, the table that is missing or changed, or that no
            line has this hash.
        InputError: there is no such file.
    """
    source = Path(path)
    if not source.exists():
        raise InputError(Problem(source.name, "", "the file does not exist"))
    entries = read_log(source)
    for entry in entries:
        for table in entry["tables"]:
            kept_table(source, table["sha256"])
    hashes = [entry["hash"] for entry in entries]
    given = head.strip().casefold()
    if given and given not in hashes:
        raise FormatError(
            f"{source.name}: no line has the hash that was given\n  hint: the log was cut off at "
            "the end or written anew since; go back to a copy that has it"
        )
    after = len(hashes) - 1 - hashes.index(given) if given else 0
    return Verdict(len(hashes), hashes[-1] if hashes else START, bool(given), after)


def read_log(path: str | Path) -> tuple[Entry, ...]:
    """Read a release log and check its chain; a log that does not exist yet is empty.

    Raises:
        FormatError: a line is damaged, or the chain is broken; the line is named.
    """
    source = Path(path)
    if not source.exists():
        return ()
    found: list[Entry] = []
    data = source.read_bytes()
    for number, line in enumerate(data.split(b"\n")[:-1], start=1):
        where = f"{source.name}, line {number}"
        entry = _parse(line, where)
        previous = found[-1]["hash"] if found else START
        if (entry["previous"], entry["release"]) != (previous, number):
            raise FormatError(
                f"{where}: the chain is broken: a line was changed, removed or moved\n"
                "  hint: go back to a copy whose last hash is known"
            )
        found.append(entry)
    if data and not data.endswith(b"\n"):
        hint = "the last write was cut off; go back to a copy, or restore the end of the line"
        raise FormatError(f"{source.name}, last line: it is not finished\n  hint: {hint}")
    return tuple(found)


def sealed(content: Mapping[str, Any], log: tuple[Entry, ...]) -> Entry:
    """Return the next entry of a log: with its number, the hash before it and its own."""
    entry = {**content, "format": FORMAT, "release": len(log) + 1}
    return chained.sealed(entry, log[-1]["hash"] if log else START)


def append(path: str | Path, entry: Entry) -> None:
    """Append an entry in one write, so the file may be on storage that only appends."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    with Path(path).open("ab") as stream:
        stream.write(f"{canonical(entry)}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())


@contextlib.contextmanager
def locked(path: str | Path) -> Iterator[None]:
    """Let one release at a time read the log and append to it.

    Raises:
        InputError: another release holds the log.
    """
    lock = Path(f"{path}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        hint = "wait for it; if none is running, a run was killed: remove this file"
        raise InputError(Problem(lock.name, "", "another release is being made", hint)) from None
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def keep_table(log: str | Path, data: bytes) -> str:
    """Keep a released table beside the log; return its digest."""
    digest = hashlib.sha256(data).hexdigest()
    target = _kept(log, digest)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return digest


def kept_table(log: str | Path, digest: str) -> Path:
    """Return where a released table is kept.

    Raises:
        FormatError: it is missing, or it is not the table that was released.
    """
    path = _kept(log, digest)
    place = f"{path.parent.name}/{path.name}"
    if not path.exists():
        raise FormatError(f"{place}: a released table is missing\n  hint: restore it from a copy")
    if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        raise FormatError(f"{place}: this is not the table that was released")
    return path


def _kept(log: str | Path, digest: str) -> Path:
    return Path(log).with_suffix(".tables") / f"{digest}.csv"


def _parse(line: bytes, where: str) -> Entry:
    try:
        entry = json.loads(line)
    except ValueError:
        entry = None
    if not isinstance(entry, dict) or entry.keys() != _KEYS or entry["format"] != FORMAT:
        hint = "this is no release log, or a later version wrote it"
        raise FormatError(f"{where}: this is no line of a release log\n  hint: {hint}")
    if not is_intact(entry) or canonical(entry).encode() != line:
        raise FormatError(f"{where}: this line was changed\n  hint: go back to a copy")
    return entry
