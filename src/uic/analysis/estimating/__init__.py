"""Population size from overlapping lists."""

from uic.analysis.estimating.histories import Histories
from uic.analysis.estimating.overview import EstimateReport, estimate

__all__ = ["EstimateReport", "Histories", "estimate"]
