"""Keys as files: make, look at, hand over, replace, destroy. The command line is ``uic keys``.

Two sorts. An *epoch key* is one random root for one project and one reporting period; whoever
holds it and a registry can test every name against every token made with it. A *pair* belongs
to one party: ``NAME.private`` opens what is sealed to it and signs what it sends,
``NAME.public`` goes to the others. Formats: spec/keys.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from uic.crypto.files import overwrite_and_remove, read_private, read_public
from uic.crypto.keys import load_key, new_key, next_epoch, parse_key, save_key
from uic.crypto.pairs import (
    load_private,
    load_public,
    new_pair,
    parse_private,
    parse_public,
    save_pair,
)
from uic.errors import KeyMaterialError

if TYPE_CHECKING:
    from uic.crypto.keys import EpochKey
    from uic.crypto.pairs import PublicKey

__all__ = ["KeyFacts", "destroy", "new", "pair", "rotate", "show", "unwrap", "wrap"]


@dataclass(frozen=True)
class KeyFacts:
    """What may be said aloud about a key.

    Attributes:
        kind: ``epoch key``, ``private key`` or ``public key``.
        key_id: Its public id; tells nothing about its bytes.
        name: Name of a pair; empty for an epoch key.
        project: Project of an epoch key; empty for a pair.
        epoch: Epoch of an epoch key; empty for a pair.
        suite: How things are sealed to a pair; empty for an epoch key.
    """

    kind: str
    key_id: str
    name: str = ""
    project: str = ""
    epoch: str = ""
    suite: str = ""


def new(project: str, epoch: str, out: str | Path) -> KeyFacts:
    """Make the epoch key of a project and write it to a new file that only you can read.

    Raises:
        KeyMaterialError: the file exists, or a name has other signs than letters, digits, - and _.
    """
    key = new_key(project, epoch)
    save_key(key, out)
    return _epoch_facts(key)


def pair(out: str | Path, *, post_quantum: bool = False) -> KeyFacts:
    """Make a pair: ``OUT.private``, readable by you only, and ``OUT.public`` to give away.

    Args:
        out: Folder and name of the pair, without an ending.
        post_quantum: Seal with X25519 and ML-KEM-768 together.

    Raises:
        KeyMaterialError: one of the files exists.
    """
    made = new_pair(Path(out).name, post_quantum=post_quantum)
    save_pair(made, Path(out).parent)
    return _public_facts(made.public, "private key")


def show(path: str | Path) -> KeyFacts:
    """Return the public facts of any key file.

    Raises:
        KeyMaterialError: it is no key file, or a secret one that others can read.
    """
    name = Path(path).name
    match _kind(path):
        case "public key":
            return _public_facts(parse_public(read_public(path), name), "public key")
        case "private key":
            return _public_facts(parse_private(read_private(path), name).public, "private key")
        case _:
            return _epoch_facts(parse_key(read_private(path), name))


def rotate(path: str | Path, out: str | Path, *, epoch: str | None = None) -> KeyFacts:
    """Make the next epoch's key: a fresh root for the same project. The old file is untouched.

    Nothing of the new key can be computed from the old one. Person ids are carried over by
    encoding once with both (``uic encode --previous``); destroy the old key after that.

    Args:
        path: The old epoch key.
        out: The new file.
        epoch: Name of the next epoch; by default the quarter after the old one.

    Raises:
        KeyMaterialError: the file exists, or the epoch is the old one.
    """
    old = load_key(path)
    following = epoch or next_epoch(old.epoch)
    if following == old.epoch:
        raise KeyMaterialError("the next epoch needs another name than the old one")
    return new(old.project, following, out)


def wrap(path: str | Path, *, to: str | Path, signer: str | Path, out: str | Path) -> KeyFacts:
    """Seal an epoch key to a partner, so that it can travel.

    Args:
        path: The epoch key.
        to: The partner's ``NAME.public``.
        signer: Your own ``NAME.private``.
        out: The sealed file.

    Raises:
        KeyMaterialError: a key file cannot be used.
    """
    from uic.envelope.wrapping import write_wrapped

    key = load_key(path)
    write_wrapped(key, out, to=load_public(to), signer=load_private(signer))
    return _epoch_facts(key)


def unwrap(
    path: str | Path,
    *,
    key: str | Path,
    signer: str | Path,
    out: str | Path,
    project: str | None = None,
    epoch: str | None = None,
) -> KeyFacts:
    """Open an epoch key that was sealed to you and write it to a new file only you can read.

    Args:
        path: The sealed file.
        key: Your own ``NAME.private``.
        signer: ``NAME.public`` of whoever hands out the keys of the project.
        out: The new epoch key file.
        project: Project it must be for.
        epoch: Epoch it must be for.

    Raises:
        FormatError: the sealed file is not what it must be; ``layer`` says where.
        KeyMaterialError: a key file cannot be used, or ``out`` exists.
    """
    from uic.envelope.wrapping import read_wrapped

    found = read_wrapped(
        path, key=load_private(key), signer=load_public(signer), project=project, epoch=epoch
    )
    save_key(found, out)
    return _epoch_facts(found)


def destroy(path: str | Path) -> str:
    """Overwrite and remove a secret key file; returns which sort it was.

    After the last copy is gone nobody can test a name against the old tokens, the NGO included.
    This removes one copy. Wrapped files, backups, snapshots and what a disk keeps of overwritten
    files are others. The file may be readable by others: a leaked key is destroyed too.

    Raises:
        KeyMaterialError: it is no secret key file of this library, or it cannot be overwritten.
    """
    kind = _kind(path)
    if kind == "public key":
        raise KeyMaterialError(f"{Path(path).name}: a public key holds no secret; just delete it")
    overwrite_and_remove(path)
    return kind


def _kind(path: str | Path) -> str:
    first = read_public(path).split("\n", 1)[0]
    kinds = {
        "uic-epoch-key/1": "epoch key",
        "uic-private-key/1": "private key",
        "uic-public-key/1": "public key",
    }
    if first not in kinds:
        raise KeyMaterialError(f"{Path(path).name}: this is no key file of this library")
    return kinds[first]


def _epoch_facts(key: EpochKey) -> KeyFacts:
    return KeyFacts("epoch key", key.key_id, project=key.project, epoch=key.epoch)


def _public_facts(key: PublicKey, kind: str) -> KeyFacts:
    return KeyFacts(kind, key.key_id, name=key.name, suite=key.suite)
