"""Consensus on a population size: a record of estimates, pooled in the open."""

from uic.analysis.consensus.meeting import Consensus, consensus
from uic.analysis.consensus.reading import load_record, parse_record
from uic.analysis.consensus.record import Record

__all__ = ["Consensus", "Record", "consensus", "load_record", "parse_record"]
