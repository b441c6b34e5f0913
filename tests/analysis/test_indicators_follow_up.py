"""Referrals followed to their end, and a daily treatment as a cohort."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from uic.analysis.indicators import (
    LINKED_EVENTS,
    Draws,
    IndicatorSet,
    Linked,
    count_indicators,
    retention,
)
from uic.analysis.indicators.model import Cohort, Completion, Indicator

FEW = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
TESTING = Completion(id="hiv", label="HIV", service=("hiv_testing",), within_days=(30, 90))
METHADONE = Cohort(
    id="ost", label="Methadone", service=("methadone",), missed_days=5, retention_days=(7, 30, 60)
)
FIRST = dt.date(2014, 1, 1)


def follow_up(*items: Completion | Cohort) -> IndicatorSet:
    return IndicatorSet(
        format="uic-indicators/1",
        id="follow-up",
        version="1.0",
        title="Follow-up",
        source="these tests",
        period="month",
        indicators=(Indicator(id="contacts", label="contacts", unit="contacts"),),
        completions=tuple(item for item in items if isinstance(item, Completion)),
        cohorts=tuple(item for item in items if isinstance(item, Cohort)),
    )


def linked_of(rows: list[dict[str, Any]], persons: list[int], draws: Draws | None = None) -> Linked:
    numbered = [row | {"contact": number} for number, row in enumerate(rows)]
    table = pa.Table.from_pylist(numbered, schema=LINKED_EVENTS)
    return Linked(table, np.array(persons, dtype=np.int64), draws)


def row(
    day: int, record: int | None, partner: str = "ngo", referral: str | None = None,
    service: str = "VCCT", quantity: int | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "date": FIRST + dt.timedelta(day), "record": record, "partner": partner,
        "referral": referral, "service": service, "quantity": quantity,
    }  # fmt: skip


def all_time(linked: Linked, chosen: IndicatorSet) -> dict[str, float]:
    table = count_indicators(linked, chosen, period="year").to_pylist()
    return {r["indicator"]: r["value"] for r in table if r["period"] == "all"}


def test_a_referral_is_completed_by_the_same_person_elsewhere() -> None:
    """The clinic's own record of another record number, but the same person, completes it."""
    rows = [row(0, 0, referral="made"), row(10, 1, "clinic"), row(200, 2)]
    found = all_time(linked_of(rows, [0, 0, 1]), follow_up(TESTING))
    assert (found["hiv_made"], found["hiv_due_30"], found["hiv_completed_30"]) == (1, 1, 1)
    assert found["hiv_share_30"] == 1
    other = all_time(linked_of(rows, [0, 1, 2]), follow_up(TESTING))
    assert (other["hiv_made"], other["hiv_completed_30"]) == (1, 0)


@pytest.mark.parametrize(
    ("answer", "completed"),
    [
        (row(10, 0, "ngo"), 0),  # the same partner's further contact is no receiving service
        (row(10, 0, "ngo", "completed"), 1),  # but its countersigned slip is
        (row(10, 0, "clinic", "made"), 0),  # a further referral is not the service
        (row(10, 0, "clinic", service="STI service"), 0),
        (row(-1, 0, "clinic"), 0),  # before the referral
        (row(0, 0, "clinic"), 1),  # the same day
        (row(30, 0, "clinic"), 1),
        (row(31, 0, "clinic"), 0),
    ],
)
def test_what_completes_a_referral(answer: dict[str, Any], completed: int) -> None:
    """Same service, another partner or marked completed, within the days."""
    end = row(200, None, service="iec")
    found = all_time(linked_of([row(0, 0, referral="made"), answer, end], [0]), follow_up(TESTING))
    assert found["hiv_completed_30"] == completed


def test_referrals_that_cannot_tell_yet_are_not_due() -> None:
    """Less than n days before the data end, or without a person: no denominator."""
    rows = [
        row(0, 0, referral="made"), row(50, 1, referral="made"), row(55, 1, "clinic"),
        row(60, None, referral="made"), row(70, 2, service="iec"),
    ]  # fmt: skip
    found = all_time(linked_of(rows, [0, 1, 2]), follow_up(TESTING))
    assert found["hiv_made"] == 3
    assert found["hiv_without_person"] == 1
    assert (found["hiv_due_30"], found["hiv_completed_30"]) == (1, 0)
    assert (found["hiv_due_90"], found["hiv_share_90"]) == (0, None)


def test_a_referral_written_down_twice_is_one() -> None:
    """Two rows of one person, partner and day are one referral."""
    rows = [row(0, 0, referral="made"), row(0, 0, referral="made"), row(90, 1, service="iec")]
    assert all_time(linked_of(rows, [0, 1]), follow_up(TESTING))["hiv_made"] == 1


def test_completion_has_limits_from_the_links() -> None:
    """Where only an uncertain link completes a referral, the lower limit is without it."""
    rows = [row(0, 0, referral="made"), row(10, 1, "clinic"), row(200, 2)]
    draws = Draws(np.array([0, 1]), np.array([[0, 0], [0, 1]]))
    table = count_indicators(linked_of(rows, [0, 0, 1], draws), follow_up(TESTING), period="year")
    found = {r["indicator"]: r for r in table.to_pylist() if r["period"] == "all"}
    done = found["hiv_completed_30"]
    assert (done["low"], done["value"], done["high"]) == (0, 1, 1)
    assert found["hiv_made"]["low"] is None


# --- methadone ------------------------------------------------------------------------------------


def doses(*days: int, record: int = 0, quantity: int | None = None) -> list[dict[str, Any]]:
    return [row(day, record, service="methadone therapy", quantity=quantity) for day in days]


def test_five_missed_days_end_an_episode() -> None:
    """Four missed days do not, five do, and who comes after that is enrolled again."""
    end = [row(60, 1, service="iec")]
    four = all_time(linked_of([*doses(0, 1, 6, 7), *end], [0, 1]), follow_up(METHADONE))
    assert (four["ost_enrolled"], four["ost_re_enrolled"], four["ost_dropped_out"]) == (1, 0, 1)
    five = all_time(linked_of([*doses(0, 1, 7, 8), *end], [0, 1]), follow_up(METHADONE))
    assert (five["ost_enrolled"], five["ost_re_enrolled"], five["ost_dropped_out"]) == (1, 1, 2)


def test_doses_to_take_home_cover_their_days() -> None:
    """A row with seven doses covers a week."""
    end = [row(21, 1, service="iec")]
    found = all_time(linked_of([*doses(0, 7, 14, quantity=7), *end], [0, 1]), follow_up(METHADONE))
    assert (found["ost_dropped_out"], found["ost_active_at_end"]) == (0, 1)


def test_a_referral_to_methadone_is_no_dose() -> None:
    """Being sent does not enrol."""
    sent = [row(0, 0, service="methadone", referral="completed"), row(40, 0, service="iec")]
    assert all_time(linked_of(sent, [0]), follow_up(METHADONE))["ost_enrolled"] == 0


visits = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 75), st.integers(1, 3)), max_size=40)


@FEW
@given(visits)
def test_the_active_follow_from_who_came_and_went(drawn: list[tuple[int, int, int]]) -> None:
    """Active at the end = active before + enrolled + enrolled again - dropped out, by month."""
    rows = [r for record, day, q in drawn for r in doses(day, record=record, quantity=q)]
    linked = linked_of([*rows, row(80, 0, service="iec")], [0, 1, 2, 2])
    table = count_indicators(linked, follow_up(METHADONE)).to_pylist()
    cells = {(r["period"], r["indicator"]): r["value"] for r in table if "ost" in r["indicator"]}
    months = sorted({period for period, _ in cells} - {"all"})
    active = 0.0
    for month in months:
        active += cells[month, "ost_enrolled"] + cells[month, "ost_re_enrolled"]
        active -= cells[month, "ost_dropped_out"]
        assert active == cells[month, "ost_active_at_end"] >= 0
    assert cells["all", "ost_active_at_end"] == active
    assert sum(cells[m, "ost_enrolled"] for m in months) == len({min(r, 2) for r, _, _ in drawn})
    assert _twin_episodes(drawn) == (
        cells["all", "ost_enrolled"] + cells["all", "ost_re_enrolled"],
        cells["all", "ost_dropped_out"],
    )


def _twin_episodes(drawn: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Count episodes and drop-outs day by day."""
    begun = dropped = 0
    for person in {min(record, 2) for record, _, _ in drawn}:
        covered = {
            day + more for record, day, q in drawn if min(record, 2) == person for more in range(q)
        }
        missed = None
        for day in range(81):
            if day in covered:
                begun += missed is None
                missed = 0
            elif missed is not None:
                missed += 1
                if missed == 5:
                    dropped, missed = dropped + 1, None
    return begun, dropped


def test_retention_is_kaplan_and_meier() -> None:
    """By hand: three people, one gone after 10 days, one watched for 20, one for 61."""
    rows = [
        *doses(*range(10), record=0),
        *doses(*range(41, 61), record=1),
        *doses(*range(61), record=2),
    ]
    curve = retention(linked_of(rows, [0, 1, 2]), METHADONE).to_pylist()
    assert [(c["day"], c["at_risk"]) for c in curve] == [(7, 3), (30, 1), (60, 1)]
    assert [c["retained"] for c in curve] == pytest.approx([1, 2 / 3, 2 / 3])
    # Greenwood on the log-log scale: 1/(3*2) / ln(2/3)^2, as survival software gives it
    wide = np.exp(1.959964 * np.sqrt(1 / 6) / abs(np.log(2 / 3)))
    assert curve[1]["low"] == pytest.approx((2 / 3) ** wide)
    assert curve[1]["high"] == pytest.approx((2 / 3) ** (1 / wide))


def test_retention_never_rises() -> None:
    """More days, fewer people retained."""
    rng = np.random.default_rng(3)
    rows = list(
        itertools.chain.from_iterable(
            doses(*range(int(start), int(start + length)), record=n)
            for n, (start, length) in enumerate(
                zip(rng.integers(0, 40, 30), rng.integers(1, 60, 30), strict=True)
            )
        )
    )
    shares = retention(linked_of(rows, list(range(30))), METHADONE)["retained"].to_pylist()
    assert shares == sorted(shares, reverse=True)
    assert 0 < shares[-1] < 1
