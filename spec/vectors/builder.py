# ruff: noqa: INP001 - a script beside the specification, not a package
"""The builder of vectors: one call writes one file, and every file is written by one call."""

from __future__ import annotations

import json
from pathlib import Path  # noqa: TC003 - written into at run time
from typing import Any

FOLDERS = (
    "normalise", "compose", "check", "parse", "group", "check_character", "scheme",
    "sub_key", "tokens", "signature", "handle",
)  # fmt: skip


class Vectors:
    """Collects vectors, so that a name is used once and no stale file stays."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def add(self, kind: str, name: str, comment: str, **rest: Any) -> None:  # noqa: ANN401 - JSON
        """Add one vector of any kind."""
        path = f"{kind}/{name}.json"
        if path in self.files:
            raise ValueError(f"two vectors are called {path}")
        data = {"kind": kind, "comment": comment} | rest
        self.files[path] = json.dumps(data, ensure_ascii=True, indent=1) + "\n"

    def normalise(
        self,
        name: str,
        comment: str,
        typed: str,
        canonical: str | None,
        **more: Any,  # noqa: ANN401
    ) -> None:
        """Add a name and its canonical letters; ``more`` may tell text, script, letters, ..."""
        flags = more.pop("flags", ["rule"])
        output = {"name": canonical} | more
        given = {"text": typed}
        self.add(
            "normalise", name, comment, flags=flags, input=given, expect="success", output=output
        )

    def compose(
        self, name: str, comment: str, scheme: str, person: dict[str, str], code: str | None,
        **more: Any,  # noqa: ANN401
    ) -> None:  # fmt: skip
        """Add a person and the code; without a code, ``layer`` says where it must fail."""
        source, layer = more.pop("source", "rule"), more.pop("layer", "success")
        flags = ["published" if source != "rule" else "rule"]
        self.add(
            "compose", name, comment, flags=flags, source=source, scheme=scheme, input=person,
            expect=layer, output={"code": code} | more,
        )  # fmt: skip

    def check(
        self, name: str, comment: str, scheme: str, code: str, layer: str, *flaws: tuple[str, str]
    ) -> None:
        """Add a written code and everything that is wrong with it."""
        output = {"flaws": [{"part": part, "rule": rule} for part, rule in flaws]}
        self.add(
            "check", name, comment, flags=["rule"], scheme=scheme, input={"code": code},
            expect=layer, output=output,
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write every vector and remove what no program writes any more."""
        for path, text in self.files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="ascii", newline="\n")
        for kind in FOLDERS:
            for path in (folder / kind).glob("*.json"):
                if f"{kind}/{path.name}" not in self.files:
                    path.unlink()
