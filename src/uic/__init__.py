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
    "default_schema": "uic.schema",
    "load_schema": "uic.schema",
    "fingerprint": "uic.schema",
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
