"""Count people instead of contacts, without anyone but the NGO ever holding a name.

Every command of the ``uic`` command line is a function of this module with the same name.
Importing ``uic`` computes nothing and loads nothing heavy: names are resolved on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from uic.errors import *  # noqa: F403

_HOMES = {
    "DefectRates": "uic.synthesis",
    "Deduplication": "uic.pipeline",
    "EstimateReport": "uic.analysis.estimating",
    "Evaluation": "uic.evaluating",
    "LinkageSchema": "uic.schema",
    "ReportData": "uic.analysis.reporting",
    "count": "uic.analysis.counting",
    "dedupe": "uic.pipeline",
    "default_schema": "uic.schema",
    "demo": "uic.demo",
    "estimate": "uic.analysis.estimating",
    "evaluate": "uic.evaluating",
    "fingerprint": "uic.schema",
    "histories": "uic.analysis.histories",
    "load_schema": "uic.schema",
    "observe": "uic.synthesis",
    "population": "uic.synthesis",
    "render_report": "uic.analysis.reporting",
    "simulate": "uic.synthesis",
    "write_results": "uic.pipeline",
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

__all__ = ["__version__", *sorted(_HOMES)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module attribute may be anything
    if name == "__version__":
        from importlib.metadata import version

        return version("uic-link")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'uic' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
