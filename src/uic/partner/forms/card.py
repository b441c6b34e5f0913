"""``uic card``: an offline page that composes and checks codes, or a sheet of cards to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from uic.files import write_text
from uic.partner.forms.page import page
from uic.partner.forms.sheet import checked, codes_of, sheet
from uic.partner.schemes import load_scheme

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from uic.partner.schemes import Scheme
    from uic.values import RowProblem


def card(
    scheme: str | Path | Scheme, out: str | Path, *, codes: str | Path | Iterable[str] | None = None
) -> tuple[RowProblem, ...]:
    """Write the offline page of a scheme, or cards with codes to print and cut.

    The page is one HTML file of about 95 kB in English and Khmer that works from a memory card:
    a policy in it forbids any network, it has no storage, and it empties itself after three
    minutes without a touch. Its code is ``spec/javascript``, tested against the same vectors.

    The sheet is HTML for A4, ten cards of 85.6 x 54 mm a page: the groups of the code, the check
    character and a QR code of ``CODE/CHECK``. No organisation, scheme or population is named on
    it. Each different code is printed once, in alphabetical order.

    Args:
        scheme: Id of a shipped scheme, path of a scheme file, or a scheme.
        out: Path of the ``.html`` to write.
        codes: For a sheet: codes, or a file with a column ``uic`` (and ``uic_check``).

    Returns:
        For a sheet, the rows whose code is not well formed and was left out; else nothing.

    Raises:
        SchemaError: there is no such scheme.
        InputError: the file of codes cannot be read, or holds no code of the scheme.
    """
    found = load_scheme(scheme)
    if codes is None:
        write_text(out, page(found))
        return ()
    good, problems = checked(codes_of(codes), found)
    write_text(out, sheet(good, found))
    return problems
