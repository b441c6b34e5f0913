"""Files of ours: written whole or not at all, and the data files that ship with the package."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def writing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary name beside ``path`` and rename it when the block ends well.

    A run that fails or is killed leaves ``path`` as it was. The temporary file is readable by
    its owner only until it gets its final name.
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".writing-")
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644 & ~_umask())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def private() -> Iterator[None]:
    """Let files that are made while the block runs be readable by their owner only."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def write_text(path: str | Path, text: str) -> None:
    """Write UTF-8 text with Unix line ends, whole or not at all."""
    with writing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def spec_path(*parts: str) -> Path:
    """Return the path of a file of the specification, in a checkout or in an installed package."""
    return _shipped("_spec", "spec").joinpath(*parts)


def example_path(*parts: str) -> Path:
    """Return the path of an example file, in a checkout or in an installed package."""
    return _shipped("_examples", "examples").joinpath(*parts)


def _shipped(inside: str, beside: str) -> Path:
    package = Path(__file__).parent
    installed = package / inside
    return installed if installed.exists() else package.parents[1] / beside


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
