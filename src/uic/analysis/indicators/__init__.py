"""Indicators: what programmes report, as data in ``spec/indicators``, counted in DuckDB."""

from uic.analysis.indicators.cohorts import RETENTION, retention
from uic.analysis.indicators.counting import count_indicators
from uic.analysis.indicators.engine import Slicing
from uic.analysis.indicators.linked import LINKED_EVENTS, TRAITS, Draws, Linked, full, linked
from uic.analysis.indicators.loading import (
    json_schema,
    list_indicator_sets,
    load_indicators,
    words,
)
from uic.analysis.indicators.model import IndicatorSet
from uic.analysis.indicators.ratios import Size
from uic.analysis.indicators.recall import least_recall
from uic.analysis.indicators.series import NUMBERS

__all__ = [
    "LINKED_EVENTS",
    "NUMBERS",
    "RETENTION",
    "TRAITS",
    "Draws",
    "IndicatorSet",
    "Linked",
    "Size",
    "Slicing",
    "count_indicators",
    "full",
    "json_schema",
    "least_recall",
    "linked",
    "list_indicator_sets",
    "load_indicators",
    "retention",
    "words",
]
