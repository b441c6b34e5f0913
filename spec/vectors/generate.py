# ruff: noqa: INP001 - a script beside the specification, not a package
"""Write the vectors: one scenario a file, every expected answer typed by hand in ``cases_*.py``.

Run: ``python spec/vectors/generate.py [folder]``. Uses nothing but Python. What is expected was
not computed by either implementation: it comes from the source named in the vector, or follows
from the rule of the specification that the comment quotes. What follows by arithmetic (HMAC, AES)
is computed by ``reference.py``, which knows neither. Licence of the vectors: 0BSD.
"""

from __future__ import annotations

import sys
from pathlib import Path

from builder import Vectors
from cases_australia import slk
from cases_codes import checking
from cases_encoding import encoding
from cases_files import schemes
from cases_names import normalising
from cases_schemes import khmer, others


def main(folder: Path) -> None:
    """Write every vector."""
    vectors = Vectors()
    for make in (normalising, slk, others, khmer, checking, schemes, encoding):
        make(vectors)
    vectors.save(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
