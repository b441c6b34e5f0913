"""Count people instead of contacts, without anyone but the NGO ever holding a name.

Every command of the ``uic`` command line is a function of this module with the same name.
Importing ``uic`` computes nothing and loads nothing heavy: names are resolved on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uic.analysis.consensus import consensus as consensus
    from uic.analysis.counting import count as count
    from uic.analysis.estimating import EstimateReport as EstimateReport
    from uic.analysis.estimating import Histories as Histories
    from uic.analysis.estimating import LinkageQuality as LinkageQuality
    from uic.analysis.estimating import estimate as estimate
    from uic.analysis.estimating import read_results as read_results
    from uic.analysis.histories import histories as histories
    from uic.analysis.multiplier import multiplier as multiplier
    from uic.analysis.release import release as release
    from uic.analysis.reporting import ReportData as ReportData
    from uic.analysis.reporting import render_report as render_report
    from uic.demo import demo as demo
    from uic.envelope.inspecting import inspect as inspect
    from uic.envelope.unpacking import open_export as open_export
    from uic.errors import EstimationError as EstimationError
    from uic.errors import FormatError as FormatError
    from uic.errors import InputError as InputError
    from uic.errors import KeyMaterialError as KeyMaterialError
    from uic.errors import LinkError as LinkError
    from uic.errors import NoOverlapError as NoOverlapError
    from uic.errors import NotIdentifiableError as NotIdentifiableError
    from uic.errors import SchemaError as SchemaError
    from uic.errors import SchemaMismatchError as SchemaMismatchError
    from uic.errors import UicError as UicError
    from uic.errors import UicWarning as UicWarning
    from uic.evaluating import Evaluation as Evaluation
    from uic.evaluating import evaluate as evaluate
    from uic.partner.codes import check_code as check_code
    from uic.partner.codes import code as code
    from uic.partner.codes import parse_code as parse_code
    from uic.partner.drafting import init as init
    from uic.partner.forms import card as card
    from uic.partner.forms import form as form
    from uic.partner.gate.judging import pooled as pooled
    from uic.partner.quality import CheckReport as CheckReport
    from uic.partner.quality import check as check
    from uic.partner.reading import read_registers as read_registers
    from uic.partner.receiving import answer as answer
    from uic.partner.receiving import receive as receive
    from uic.pipeline import Deduplication as Deduplication
    from uic.pipeline import dedupe as dedupe
    from uic.pipeline import write_results as write_results
    from uic.pipeline.explaining import explain as explain
    from uic.pipeline.exporting import encode as encode
    from uic.pipeline.local import dedupe_local as dedupe_local
    from uic.pipeline.local import write_local as write_local
    from uic.pipeline.reviewing import write_review as write_review
    from uic.pipeline.rounds import link as link
    from uic.pipeline.rounds import match as match
    from uic.pipeline.rounds import resolve as resolve
    from uic.pipeline.rounds import write_round as write_round
    from uic.pipeline.rounds.counting import tabulate_round as tabulate_round
    from uic.pipeline.rounds.sending import decide as decide
    from uic.pipeline.rounds.sending import send as send
    from uic.pipeline.tabulating import tabulate as tabulate
    from uic.schema import LinkageSchema as LinkageSchema
    from uic.schema import default_schema as default_schema
    from uic.schema import fingerprint as fingerprint
    from uic.schema import load_schema as load_schema
    from uic.synthesis import DefectRates as DefectRates
    from uic.synthesis import observe as observe
    from uic.synthesis import population as population
    from uic.synthesis import simulate as simulate

    __version__: str

_HOMES = {
    "CheckReport": "uic.partner.quality",
    "Deduplication": "uic.pipeline",
    "DefectRates": "uic.synthesis",
    "EstimateReport": "uic.analysis.estimating",
    "Evaluation": "uic.evaluating",
    "Histories": "uic.analysis.estimating",
    "LinkageQuality": "uic.analysis.estimating",
    "LinkageSchema": "uic.schema",
    "ReportData": "uic.analysis.reporting",
    "answer": "uic.partner.receiving",
    "card": "uic.partner.forms",
    "check": "uic.partner.quality",
    "check_code": "uic.partner.codes",
    "code": "uic.partner.codes",
    "consensus": "uic.analysis.consensus",
    "count": "uic.analysis.counting",
    "decide": "uic.pipeline.rounds.sending",
    "dedupe": "uic.pipeline",
    "dedupe_local": "uic.pipeline.local",
    "default_schema": "uic.schema",
    "demo": "uic.demo",
    "encode": "uic.pipeline.exporting",
    "estimate": "uic.analysis.estimating",
    "evaluate": "uic.evaluating",
    "explain": "uic.pipeline.explaining",
    "fingerprint": "uic.schema",
    "form": "uic.partner.forms",
    "histories": "uic.analysis.histories",
    "init": "uic.partner.drafting",
    "inspect": "uic.envelope.inspecting",
    "link": "uic.pipeline.rounds",
    "load_schema": "uic.schema",
    "match": "uic.pipeline.rounds",
    "multiplier": "uic.analysis.multiplier",
    "observe": "uic.synthesis",
    "open_export": "uic.envelope.unpacking",
    "parse_code": "uic.partner.codes",
    "pooled": "uic.partner.gate.judging",
    "population": "uic.synthesis",
    "read_registers": "uic.partner.reading",
    "read_results": "uic.analysis.estimating",
    "receive": "uic.partner.receiving",
    "release": "uic.analysis.release",
    "render_report": "uic.analysis.reporting",
    "resolve": "uic.pipeline.rounds",
    "send": "uic.pipeline.rounds.sending",
    "simulate": "uic.synthesis",
    "tabulate": "uic.pipeline.tabulating",
    "tabulate_round": "uic.pipeline.rounds.counting",
    "write_local": "uic.pipeline.local",
    "write_results": "uic.pipeline",
    "write_review": "uic.pipeline.reviewing",
    "write_round": "uic.pipeline.rounds",
}
_ERRORS = (
    "EstimationError",
    "FormatError",
    "InputError",
    "KeyMaterialError",
    "LinkError",
    "NoOverlapError",
    "NotIdentifiableError",
    "SchemaError",
    "SchemaMismatchError",
    "UicError",
    "UicWarning",
)
_HOMES |= dict.fromkeys(_ERRORS, "uic.errors")

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name == "__version__":
        from importlib.metadata import version

        return version("uic-link")
    if name == "keys":  # a module of functions, as the command is a group of verbs
        return importlib.import_module("uic.keys")
    if name == "rounds":
        return importlib.import_module("uic.pipeline.rounds")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'uic' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
