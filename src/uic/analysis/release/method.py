"""The text that goes with released tables: what was done to them, and what it does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from uic.analysis.release.log import Entry


def method(entry: Entry, earlier: int, contradicted: Sequence[int]) -> str:
    """Return the method text of a release, as Markdown.

    Args:
        entry: The release's line in the log.
        earlier: How many earlier releases it was checked against.
        contradicted: Those whose own margins could not be used, because the data changed.
    """
    private = entry["privacy"]
    steps = _noise(entry) if private else _hiding(entry, earlier, contradicted)
    return "\n".join([*_head(entry), *steps, *_tail(entry), ""])


def _head(entry: Entry) -> Iterator[str]:
    yield "# How these tables were made\n"
    yield f"Release {entry['release']}, {entry['released'][:10]}, to {_line(entry['to'])}."
    yield f"About: {_line(entry['scope'])}.\n"
    yield "| table | numbers | hidden | SHA-256 |\n|---|---|---|---|"
    for table in entry["tables"]:
        counted = f"{table['numbers']} | {table['hidden']}"
        yield f"| {_line(table['name'])} | {counted} | `{table['sha256']}` |"
    yield (
        "\n**Do not add people.** One person may stand in several rows of a column of people, so "
        "a margin is counted, never added up, and rows must not be added by anybody else."
    )


def _hiding(entry: Entry, earlier: int, contradicted: Sequence[int]) -> Iterator[str]:
    threshold = entry["threshold"]
    yield (
        f"\n`*` is a number that is not told. Numbers from 1 to {threshold - 1} are hidden, and "
        "with them as many others as are needed so that nobody can work them out; which is which "
        "is not told. 0 is shown, and a row that is not there is 0."
    )
    yield (
        "\nProved by integer programming: whoever knows all numbers of these tables, how margins "
        "and parts hang together, and even how many people each margin counts twice, cannot bound "
        f"any hidden number to a range of less than {threshold}."
    )
    if earlier:
        yield (
            f"The same holds for whoever also has the {earlier} earlier release(s) about the "
            "same people. A number that changed by few since an earlier release is hidden too."
        )
    if contradicted:
        listed = ", ".join(map(str, contradicted))
        yield (
            f"The data changed since release {listed}: its margins no longer fit, so only its "
            "single numbers could be compared."
        )
    if entry["rounding"] > 1:
        yield (
            f"\nAll numbers are then rounded to the nearest multiple of {entry['rounding']}, each "
            "by itself, so parts may not add up to their margin."
        )
    yield (
        "\nNot covered: somebody who knows some of the hidden numbers from elsewhere, or the "
        "people themselves; and tables about the same people that did not pass this gate."
    )


def _noise(entry: Entry) -> Iterator[str]:
    noise, threshold = entry["privacy"], entry["threshold"]
    yield (
        f"\nEvery number carries random noise (discrete Laplace, scale {noise['scale']:g}: half of "
        f"the numbers are off by less than {0.69 * noise['scale']:.0f}, one in twenty by more than "
        f"{3 * noise['scale']:.0f}). Numbers below {threshold} after the noise are shown as `*`."
    )
    yield (
        f"\nThe release is {noise['epsilon']:g}-differentially private for people: with or without "
        f"any one person it would look the same up to a factor of e^{noise['epsilon']:g} in "
        f"probability. {noise['repeated']} number(s) are repeated from earlier releases with the "
        "noise they had. Margins and parts have noise of their own and do not fit together."
    )


def _tail(entry: Entry) -> Iterator[str]:
    if entry["permits"]:
        yield "\nBy permission:"
        yield from (f"- {permit['what']}: {_line(permit['by'])}" for permit in entry["permits"])
    yield f"\nMade with {entry['software']}. Line {entry['release']} of the log has the hash"
    yield f"\n    {entry['hash']}\n"
    yield "Keep it: with it, anybody can see later whether the log was cut short or written anew."


def _line(text: str) -> str:
    """Return text on one line that Markdown does not read as a table or a heading."""
    return " ".join(text.split()).replace("|", "/").replace("`", "'").replace("<", "(")
