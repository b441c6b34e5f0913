"""Every error of this library, one tree, and no message that holds a value of a person.

UicError
├─ SchemaError (ValueError)        the linkage schema or a scheme file is not what it must be
│   └─ SchemaMismatchError         two parties hold different schemas
├─ InputError (ValueError)         a file cannot be used; carries every problem of every file
├─ KeyMaterialError (ValueError)   a key is missing, weak, readable by others, or the wrong one
├─ FormatError (ValueError)        one of our own files is damaged, truncated or of another version
├─ LinkError                       linkage cannot give a meaningful answer
└─ EstimationError (ValueError)    a population size cannot be estimated from these counts
    ├─ NoOverlapError
    └─ NotIdentifiableError
UicWarning (UserWarning)

A message names file, row, column, rule and what to do. It never holds a cell's value, a code,
a token or a byte of a key, and neither does ``repr``, ``__cause__`` or an attribute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "EstimationError",
    "FormatError",
    "InputError",
    "KeyMaterialError",
    "LinkError",
    "NoOverlapError",
    "NotIdentifiableError",
    "Problem",
    "SchemaError",
    "SchemaMismatchError",
    "UicError",
    "UicWarning",
]


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file: where it is, which rule it breaks, what to do.

    Attributes:
        file: Name of the file as the user gave it.
        where: Sheet, row, column or key; empty when the whole file is meant.
        rule: What is wrong, in words, without a value from the file.
        hint: What to do about it; may be empty.
    """

    file: str
    where: str
    rule: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}, {self.where}" if self.where else self.file
        return f"{place}: {self.rule}" + (f"\n  hint: {self.hint}" if self.hint else "")


class UicError(Exception):
    """Root of every error this library raises on purpose."""

    exit_code = 1


class _ProblemsError(UicError, ValueError):
    """An error that reports every problem found, at once."""

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            self.problems: tuple[Problem, ...] = ()
            super().__init__(problems)
            return
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SchemaError(_ProblemsError):
    """The linkage schema, a scheme or a mapping file is not what it must be."""


class SchemaMismatchError(SchemaError):
    """Two parties hold different linkage schemas."""


class InputError(_ProblemsError):
    """A file cannot be used. ``problems`` lists everything found in every file."""


class KeyMaterialError(UicError, ValueError):
    """A key is missing, weak, readable by others, or not the one that is needed."""


class FormatError(UicError, ValueError):
    """One of our own files is damaged, truncated, not canonical or of another version.

    Attributes:
        layer: Which layer of the file refused it, as spec/exchange.md names them; else empty.
    """

    def __init__(self, message: str, *, layer: str = "") -> None:
        self.layer = layer
        super().__init__(f"{layer}: {message}" if layer else message)


class LinkError(UicError):
    """Linkage cannot give a meaningful answer on these registers."""


class EstimationError(UicError, ValueError):
    """A population size cannot be estimated from these counts."""


class NoOverlapError(EstimationError):
    """Two lists share nobody, so nothing is known about the people on neither."""


class NotIdentifiableError(EstimationError):
    """The model has no maximum-likelihood estimate on these counts."""


class UicWarning(UserWarning):
    """Root of every warning this library gives on purpose."""
