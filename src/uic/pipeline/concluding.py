"""What persons and events say: counts, histories, an estimate, a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uic.analysis.counting import count
from uic.analysis.estimating import estimate, linkage_of
from uic.analysis.histories import histories
from uic.errors import EstimationError, InputError
from uic.pipeline.results import Deduplication
from uic.pipeline.summary import report_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pyarrow as pa

    from uic.analysis.counting import Period
    from uic.analysis.estimating import EstimateReport
    from uic.analysis.histories import Lists
    from uic.partner.registers import Register


def conclude(
    persons: pa.Table,
    pairs: pa.Table,
    events: pa.Table,
    run: dict[str, Any],
    *,
    period: Period,
    lists: Lists,
    registers: Sequence[Register] = (),
    lap: Callable[[str], None] = lambda _step: None,
) -> Deduplication:
    """Count, estimate and gather the report.

    Args:
        persons: One row a record: ``partner``, the record's name, ``person_id``.
        pairs: Accepted pairs, with ``probability``.
        events: One row a contact and service, under ``person_id``.
        run: The manifest.
        period: Length of a period in the counts.
        lists: What a list is in the capture histories.
        registers: The partners' registers, where they are here.
        lap: Called with the name of each step when it is done.
    """
    counts = count(events, period=period)
    found = histories(persons if lists == "partner" else events, lists=lists)
    lap("counting")
    size, note = _estimate(found, run)
    lap("estimating")
    return Deduplication(
        persons=persons,
        pairs=pairs,
        counts=counts,
        histories=found,
        estimate=size,
        estimate_note=note,
        rejects=tuple(sorted(problem for register in registers for problem in register.problems)),
        run=run,
        report=report_data(run, persons, events, counts, found, size, note, registers),
    )


def _estimate(found: pa.Table, run: dict[str, Any]) -> tuple[EstimateReport | None, str]:
    """Estimate the population, corrected for the links that are expected to be wrong or missed."""
    try:
        return estimate(found, absent="zero", linkage=linkage_of(run)), ""
    except (EstimationError, InputError) as error:
        return None, str(error)
