"""The partners' sealed files: who sent them, and whether they belong to this round."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uic.crypto.pairs import load_public
from uic.envelope.exports import Expected, read_matcher, read_resolver
from uic.envelope.headers import EXPORT
from uic.envelope.inspecting import inspect
from uic.errors import InputError, Problem
from uic.schema import fingerprint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from uic.crypto.pairs import PrivateKey, PublicKey
    from uic.exchange import Arrival, MatcherPart, ResolverPart
    from uic.schema import LinkageSchema
    from uic.values import Progress


@dataclass(frozen=True)
class Sealed:
    """One partner's export as it came.

    Attributes:
        path: The file.
        digest: SHA-256 of its bytes.
        partner: Who it is from.
        epoch: Its epoch.
        signer: The public key that its partner is known by here.
    """

    path: Path
    digest: str
    partner: str
    epoch: str
    signer: PublicKey

    def for_matcher(self, key: PrivateKey, expected: Expected) -> MatcherPart:
        """Check the file and open the matcher's part."""
        return read_matcher(self.path, key=key, signer=self.signer, expected=expected)

    def for_resolver(self, key: PrivateKey, expected: Expected) -> ResolverPart:
        """Check the file and open the resolver's part."""
        return read_resolver(self.path, key=key, signer=self.signer, expected=expected)


def look_at(
    files: Sequence[str | Path], partners: str | Path, schema: LinkageSchema
) -> tuple[Sealed, ...]:
    """Look at the headers of exports; nothing is opened yet.

    Args:
        files: The exports, one a partner.
        partners: Folder with ``PARTNER.public`` for every partner: the file's name says whose
            key it is, so that no partner can send a list in the name of another.
        schema: The linkage schema they must be made under.

    Raises:
        InputError: every file that cannot be used, and why.
        FormatError: a file is damaged.
    """
    keys = {path.stem: path for path in sorted(Path(partners).glob("*.public"))}
    headers = [(Path(file), inspect(file).header) for file in files]
    problems = [
        Problem(path.name, "", *why)
        for path, header in headers
        for why in _reasons(header, keys, schema)
    ]
    problems += _together([(path.name, header) for path, header in headers])
    if problems:
        raise InputError(problems)
    return tuple(
        Sealed(path, _digest(path), header["partner"], header["epoch"], load_public(keys[name]))
        for path, header in headers
        for name in [header["partner"]]
    )


def each(
    found: Sequence[Sealed], take: Callable[[Sealed], Arrival], progress: Progress
) -> tuple[Arrival, ...]:
    """Open a part of every file and keep it, one file after the other."""
    arrivals = []
    for number, sealed in enumerate(found):
        progress("opening", number, len(found))
        arrivals.append(take(sealed))
    return tuple(arrivals)


def expectation(schema: LinkageSchema, epoch: str | None) -> Expected:
    """Return what every file of a round must be made for."""
    return Expected(schema.project, epoch, fingerprint(schema))


def round_name(name: str) -> str:
    """Return the name of a round: it stands in headers, and a / in it would be a revision.

    Raises:
        InputError: it has other signs than letters, digits, - and _.
    """
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise InputError("the name of a round has letters, digits, - and _ only, as 2026Q4")
    return name


def epoch_of(found: Sequence[Sealed]) -> str | None:
    """Return the one epoch of the files; None without a file."""
    return found[0].epoch if found else None


def _reasons(
    header: dict[str, Any], keys: dict[str, Path], schema: LinkageSchema
) -> Iterator[tuple[str, str]]:
    if header["format"] != EXPORT:
        yield "this is no partner's export", "name the .uicx files that the partners sent"
        return
    if header["partner"] not in keys:
        hint = f"put {header['partner']}.public, got from them by another way, into the folder"
        yield "there is no public key of this partner", hint
    if header["project"] != schema.project:
        yield "it is of another project than the schema", "ask for the right file"
    elif header["fingerprint"] != fingerprint(schema):
        hint = "all partners, matcher and resolver use one schema file: compare their copies"
        yield "it was made under another linkage schema", hint


def _together(headers: list[tuple[str, dict[str, Any]]]) -> list[Problem]:
    """Refuse two files of one partner and files of two epochs."""
    exports = [(name, header) for name, header in headers if header["format"] == EXPORT]
    senders = [header["partner"] for _, header in exports]
    problems = [
        Problem(name, "", "there are two files of this partner", "give the newest one only")
        for name, header in exports
        if senders.count(header["partner"]) > 1
    ]
    if len({header["epoch"] for _, header in exports}) > 1:
        hint = "give the files of one epoch"
        problems.append(Problem("inputs", "", "the files are of different epochs", hint))
    return problems


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
