"""Progress on standard error: a line that moves on a terminal, nothing in a log."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from uic.values import Progress


@contextlib.contextmanager
def shown() -> Iterator[Progress]:
    """Yield a callback that draws a bar while the block runs."""
    if not sys.stderr.isatty():
        yield lambda _step, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("starting", total=None)
        yield lambda step, done, total: bars.update(
            task, description=step, completed=done, total=total
        )
