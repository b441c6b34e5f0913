"""Which column tells the services, and how several stand in one cell."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uic.partner.drafting.guessing import MOST_CODES, guessed
from uic.partner.drafting.looking import column_of, is_flag

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.sources import Source
    from uic.partner.reading.words import Words

_TOKEN = re.compile(r"[\w-]{1,40}")


@dataclass(frozen=True)
class Services:
    """How an export tells services.

    Attributes:
        header: The question; empty where none was found.
        separator: What stands between several answers; None where there is one a cell.
        answers: Names of the answers that have a column of their own.
        columns: Those columns.
    """

    header: str = ""
    separator: str | None = None
    answers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


def split_services(source: Source) -> Services:
    """Find a question whose answers have 1/0 columns of their own."""
    for question, columns in split_questions(source).items():
        if guessed([question], ("service",)).columns:
            answers = tuple(header.rpartition("/")[2] for header in columns)
            separator = "|" if any(" " in answer.strip() for answer in answers) else " "
            return Services(question, separator, answers, columns)
    return Services()


def split_questions(source: Source) -> dict[str, tuple[str, ...]]:
    """Find the questions whose answers have columns of their own: two or more, all yes or no."""
    found: dict[str, list[str]] = {}
    for header in source.headers:
        question, slash, answer = header.rpartition("/")
        if slash and answer:
            found.setdefault(question, []).append(header)
    return {
        question: tuple(headers)
        for question, headers in found.items()
        if len(headers) > 1 and _are_flags([column_of(source, header) for header in headers])
    }


def _are_flags(columns: Sequence[Words | None]) -> bool:
    said = any(words is not None and words.present.any() for words in columns)
    return said and all(is_flag(words) for words in columns)


def separator_of(words: Words) -> str | None:
    """Guess what stands between several answers in one cell: few different pieces come again."""
    cells = [w for w, n in zip(words.listed(), words.weights().tolist(), strict=True) if n]
    for separator in (";", ",", "|", " "):
        pieces = Counter(piece.strip() for cell in cells for piece in cell.split(separator))
        several = any(separator in cell for cell in cells)
        alone = any(piece in cells for piece in pieces)
        if several and alone and len(pieces) <= MOST_CODES and _are_names(list(pieces)):
            return separator
    return None


def _are_names(pieces: Sequence[str]) -> bool:
    return all(_TOKEN.fullmatch(piece) for piece in pieces if piece)


def pieces_of(words: Words, separator: str | None) -> dict[str, int]:
    """Count the rows of each answer, alone or among several."""
    times: Counter[str] = Counter()
    for cell, rows in zip(words.listed(), words.weights().tolist(), strict=True):
        parts = cell.split(separator) if separator else [cell]
        for piece in {part.strip() for part in parts} - {""}:
            times[piece] += rows
    return dict(times)
