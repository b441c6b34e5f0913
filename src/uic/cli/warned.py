"""Warnings of the library as one line each on standard error."""

from __future__ import annotations

import contextlib
import warnings
from typing import TYPE_CHECKING

import typer

from uic.errors import UicWarning

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def warned() -> Iterator[None]:
    """Print what the library warns of while the block runs, without a file name or line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    for warning in caught:
        if issubclass(warning.category, UicWarning):
            typer.echo(f"uic: warning: {warning.message}", err=True)
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
