"""Population size from overlapping lists."""

from uic.analysis.estimating.from_results import linkage_of, read_results
from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.linkage_error import LinkageQuality
from uic.analysis.estimating.overview import estimate
from uic.analysis.estimating.report import EstimateReport

__all__ = [
    "EstimateReport",
    "Histories",
    "LinkageQuality",
    "estimate",
    "linkage_of",
    "read_results",
]
