"""What `import uic` offers, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import uic
from uic import errors
from uic.cli.app import COMMANDS

_HEAVY = ("duckdb", "jinja2", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "typer")


def modules_after(program: str) -> set[str]:
    lines = f"{program}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_import_loads_nothing_heavy() -> None:
    """`import uic` computes nothing and loads no library."""
    assert not modules_after("import uic") & set(_HEAVY)


def test_help_loads_no_engine() -> None:
    """`uic --help` starts without the libraries that do the work."""
    loaded = modules_after("import uic.cli")
    assert not loaded & (set(_HEAVY) - {"typer"})


def test_every_public_name_resolves() -> None:
    """Each name of `__all__` exists, and nothing else is promised."""
    assert all(getattr(uic, name) is not None for name in uic.__all__)
    assert uic.__all__ == ["__version__", *sorted(set(uic.__all__) - {"__version__"})]
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        uic.nothing_of_this_name  # noqa: B018


GROUPS = {"export", "keys", "rounds", "schemes"}  # several sub-commands; no one function
TWINS = {
    "count": "tabulate",  # uic.count counts one table of events; the command reads exports
    "gate": "pooled",  # the gate itself is a step of uic.encode; the command pools its reports
    "open": "open_export",  # `from uic import open` would hide Python's own
}


@pytest.mark.parametrize("verb", sorted(set(COMMANDS) - GROUPS))
def test_every_command_has_its_twin(verb: str) -> None:
    """A command is a public function of the same name."""
    assert TWINS.get(verb, verb.replace("-", "_")) in uic.__all__


def test_every_error_stands_under_the_root() -> None:
    """Catching UicError catches everything that is raised on purpose."""
    for name in errors.__all__:
        kind = getattr(errors, name)
        if isinstance(kind, type) and issubclass(kind, Exception):
            assert issubclass(kind, errors.UicError | errors.UicWarning)
