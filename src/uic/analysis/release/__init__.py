"""The release gate: the only door to an authority, a donor or the public.

A table goes through these steps, each a module: ``columns`` (what its columns mean), ``tables``
(reading it), ``refusing`` (what may not be offered at all), ``linked`` (how its numbers and those
of other tables hang together), ``differencing`` (what earlier releases tell), ``attacking`` (what
an attacker can work out), ``suppression`` (which cells to hide so that nothing can be),
``rounding`` or ``privacy`` (optional), ``method`` (the text that goes with it), ``log`` (what was
released to whom and when).
"""

from __future__ import annotations

from uic.analysis.release.gate import Release, release
from uic.analysis.release.log import Verdict, verify_log

__all__ = ["Release", "Verdict", "release", "verify_log"]
