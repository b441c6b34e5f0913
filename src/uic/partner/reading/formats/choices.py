"""Questions with several answers: a summary column, a 1/0 column for each answer, or both.

The 1/0 columns are exact: a summary of labels cannot be taken apart where a label has a space.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from uic.errors import InputError, Problem
from uic.partner.reading.cleaning import tidy
from uic.partner.reading.contacts import read_flag
from uic.partner.reading.formats.naming import suffixes
from uic.partner.reading.sources import folded
from uic.partner.reading.words import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from uic.partner.reading.formats.parts import Part
    from uic.partner.reading.partners import Export

    Answers = list[tuple[int, str]]


def with_services(name: str, part: Part, export: Export, separators: Sequence[str]) -> Part:
    """Write the answers of the question that is mapped to ``service`` into its column.

    Where the export has 1/0 columns of the question, the column is made from them, with the
    mapping's ``service_separator`` between the answers; it is added where the export has none.

    Raises:
        InputError: the mapping has no ``service_separator``, or an answer's name holds it.
    """
    question = export.mapping.columns.get("service", "") if export.mapping else ""
    answers = _answers(part, question, separators) if question else []
    if not answers:
        return part
    _check(name, question, answers, export)
    separator = (export.mapping and export.mapping.service_separator) or ""
    places = tuple(i for i, _ in answers)
    labels = [label for _, label in answers]
    home = next((i for i, n in enumerate(part.names) if _fits(n, question)), len(part.names))

    def load(wanted: tuple[int, ...]) -> tuple[Words, ...]:
        others = [i for i in wanted if i != home]
        found = dict(zip(others, part.load(tuple(others)), strict=True))
        if home in wanted:
            found[home] = _joined([tidy(w) for w in part.load(places)], labels, separator)
        return tuple(found[i] for i in wanted)

    added = () if home < len(part.names) else ((question,),)
    return replace(part, names=(*part.names, *added), load=load)


def _fits(names: Sequence[str], question: str) -> bool:
    return folded(question) in map(folded, names)


def _answers(part: Part, question: str, separators: Sequence[str]) -> Answers:
    """Find the 1/0 columns of a question: its header, a separator, the answer."""
    found: dict[str, Answers] = {}
    for place, header in enumerate(part.headers):
        for separator in separators:
            for prefix, answer in _cuts(header, separator):
                if any(_fits(suffixes(prefix, group), question) for group in separators):
                    found.setdefault(prefix, []).append((place, answer))
    answers = next(iter(found.values()), [])
    if len(found) != 1 or not answers:
        return []
    loaded = part.load(tuple(place for place, _ in answers))
    return answers if all(_is_flag(tidy(words)) for words in loaded) else []


def _cuts(header: str, separator: str) -> list[tuple[str, str]]:
    """Cut a header at each separator into a question and an answer."""
    pieces = header.split(separator)
    return [(separator.join(pieces[:i]), separator.join(pieces[i:])) for i in range(1, len(pieces))]


def _is_flag(words: Words) -> bool:
    """Tell whether every cell says yes or no; words that no row holds do not count."""
    held = zip(words.listed(), words.weights().tolist(), strict=True)
    return all(read_flag(word) is not None for word, times in held if times)


def _check(name: str, question: str, answers: Answers, export: Export) -> None:
    separator = export.mapping.service_separator if export.mapping else None
    if separator is None:
        hint = 'set service_separator in the partner\'s mapping, such as service_separator = " "'
        rule = "the question has several answers"
        raise InputError(Problem(name, f"column {question!r}", rule, hint))
    if any(separator in answer.strip() for _, answer in answers):
        hint = 'set service_separator to a sign that stands in no answer, such as "|"'
        rule = "the service_separator stands inside an answer"
        raise InputError(Problem(name, f"column {question!r}", rule, hint))


def _joined(columns: Sequence[Words], labels: Sequence[str], separator: str) -> Words:
    """Write the answers that say yes into one cell, looking at each combination once."""
    flags = [words.rows_with([read_flag(w) is True for w in words.listed()]) for words in columns]
    combinations, inverse = np.unique(np.stack(flags, axis=1), axis=0, return_inverse=True)
    texts = [
        separator.join(label for label, yes in zip(labels, row, strict=True) if yes) or None
        for row in combinations.tolist()
    ]
    whole = Words(inverse.reshape(-1).astype(np.int32), pa.array(map(str, range(len(texts)))))
    return whole.translated(texts)
