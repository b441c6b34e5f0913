"""Reports people read: one self-contained page, no script, no network."""

from uic.analysis.reporting.data import (
    Estimation,
    InputFile,
    Linkage,
    Method,
    MissingValues,
    Model,
    PartnerRecords,
    ReportData,
    RuleCount,
    rule_counts,
)
from uic.analysis.reporting.render import render_report

__all__ = [
    "Estimation",
    "InputFile",
    "Linkage",
    "Method",
    "MissingValues",
    "Model",
    "PartnerRecords",
    "ReportData",
    "RuleCount",
    "render_report",
    "rule_counts",
]
