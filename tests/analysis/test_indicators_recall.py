"""The least share of the links a run can be taken to have found."""

from __future__ import annotations

import pytest

from uic.analysis.indicators import least_recall

RUN = {"links": 100, "expected_precision": 0.99, "expected_links": 101.0, "expected_unmet": 1.0}


def test_the_missing_are_taken_at_their_upper_limit() -> None:
    """Three missing links expected are up to 8.77 (Garwood 1936): 99 found of 107.8."""
    assert least_recall(RUN) == pytest.approx(99 / (99 + 8.7673), rel=1e-4)


def test_it_is_less_than_what_the_run_expects() -> None:
    """A run without an estimate of what it never compared, or that expects nothing missing."""
    older = {name: value for name, value in RUN.items() if name != "expected_unmet"}
    assert least_recall(RUN) < least_recall(older) < 99 / 101  # type: ignore[operator]
    complete = least_recall({**older, "expected_links": 90.0})
    assert complete == pytest.approx(99 / (99 + 3.6889), rel=1e-4)


def test_more_links_make_it_surer() -> None:
    """The same shares of a hundred times as many links leave less room for chance."""
    many = {name: value * (1 if "precision" in name else 100) for name, value in RUN.items()}
    assert least_recall(RUN) < least_recall(many) < 9900 / 10200  # type: ignore[operator]


@pytest.mark.parametrize("run", [{}, {"links": 0, "expected_links": 1.0}, {"links": 5}])
def test_without_links_nothing_is_said(run: dict[str, float]) -> None:
    """A run without links, or of the profile without probabilities, has no recall."""
    assert least_recall(run) is None
