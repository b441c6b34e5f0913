"""Options that several commands share, each said once: a name means the same everywhere.

A parameter is written ``register: options.Register = options.REGISTER``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

Partners = Annotated[Path, typer.Option(help="Folder with PARTNER.public of every partner.")]
Register = Annotated[Path, typer.Option(help="The project's register; made on first use.")]
Existing = Annotated[Path, typer.Option(help="The project's register.")]
Round = Annotated[str, typer.Option(help="Name of the round, as 2026Q4.")]
SealedSchema = Annotated[
    Path | None, typer.Option(help="The linkage schema that the partners used (TOML).")
]
Results = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results.")]
ResolverKey = Annotated[Path, typer.Option(help="The resolver's own NAME.private.")]
OwnKey = Annotated[Path, typer.Option(help="Your own NAME.private.")]

Threshold = Annotated[
    float | None,
    typer.Option(min=0.01, max=0.99, help="Probability at which a pair is a link."),
]
Precision = Annotated[
    float | None,
    typer.Option(min=0.01, max=0.9999, help="Expected precision, instead of a threshold."),
]
Recall = Annotated[
    float | None,
    typer.Option(min=0.01, max=0.9999, help="Expected recall, instead of a threshold."),
]

Period = Annotated[Literal["year", "quarter", "month"], typer.Option(help="Period of the counts.")]
Lists = Annotated[
    Literal["partner", "channel"], typer.Option(help="What a list is in the capture histories.")
]
Memory = Annotated[
    str | None,
    typer.Option(
        help="Memory that matching may hold before it spills to disk, as 8GB."
        " Default: half of the machine's."
    ),
]

PARTNERS = Path("partners")
REGISTER = Path("register.duckdb")
RESULTS = Path("results")
