"""Consensus on a population size: a record of estimates, pooled in the open."""

from uic.analysis.consensus.log import append_log, read_log, replay
from uic.analysis.consensus.meeting import Consensus, consensus
from uic.analysis.consensus.reading import load_record, parse_record
from uic.analysis.consensus.record import Estimate, Meeting, Pooling, Prior, Reached, Record

__all__ = [
    "Consensus",
    "Estimate",
    "Meeting",
    "Pooling",
    "Prior",
    "Reached",
    "Record",
    "append_log",
    "consensus",
    "load_record",
    "parse_record",
    "read_log",
    "replay",
]
