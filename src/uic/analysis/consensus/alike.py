"""Do the estimates count the same people? If not, a pooled number is of nobody in particular."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.errors import EstimationError

if TYPE_CHECKING:
    from uic.analysis.consensus.record import Estimate, Mixable, Record

TRAITS: tuple[Mixable, ...] = ("population", "place", "age")


def pooled_entries(record: Record) -> list[Estimate]:
    """Return the entries that are pooled: not left out, and with some confidence."""
    return [entry for entry in record.estimates if not entry.left_out and entry.confidence > 0]


def mixed(record: Record) -> dict[Mixable, dict[str, list[str]]]:
    """Return each trait in which pooled entries differ: its values, each with the labels.

    The meeting's own population, place and age count as one more entry. A missing age is no
    difference, since nothing is known about it.
    """
    found: dict[Mixable, dict[str, list[str]]] = {}
    for trait in TRAITS:
        values: dict[str, list[str]] = {}
        wanted = getattr(record.meeting, trait)
        if wanted is not None:
            values[wanted] = ["the meeting"]
        for entry in pooled_entries(record):
            value = getattr(entry, trait)
            if value is not None:
                values.setdefault(value, []).append(entry.label)
        if len(values) > 1:
            found[trait] = values
    return found


def check_alike(record: Record) -> None:
    """Refuse to pool what differs, unless the record says that it is meant and why.

    Raises:
        EstimationError: names the trait, the entries, and the field that allows the mix.
    """
    for trait, values in mixed(record).items():
        if trait in record.pooling.allow_mixed:
            continue
        groups = "".join(f"\n  {value}: {'; '.join(who)}" for value, who in values.items())
        raise EstimationError(
            f"the estimates to pool differ in {trait}{groups}\n"
            "  hint: give 'left_out' with the reason to those that count other people, or say "
            f'that it is meant: [pooling] allow_mixed = ["{trait}"] and why = "..."'
        )
