# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write ``schemes.json`` and ``scheme.schema.json`` from the TOML files of this folder.

Run: ``python spec/schemes/generate.py``. The TOML files are the norm; the JSON is for languages
without a TOML reader: every scheme by id, with every default written out.
"""

from __future__ import annotations

import json
from pathlib import Path

from uic.partner.schemes import json_schema, list_schemes

HERE = Path(__file__).parent


def schemes_json() -> str:
    """Return every scheme by id, as JSON."""
    data = {scheme.id: scheme.model_dump(mode="json") for scheme in list_schemes()}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def schema_json() -> str:
    """Return the JSON Schema of a scheme file."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write both files."""
    (HERE / "schemes.json").write_text(schemes_json(), encoding="utf-8", newline="\n")
    (HERE / "scheme.schema.json").write_text(schema_json(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
