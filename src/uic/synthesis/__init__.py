"""Made-up people and the registers partners would hold of them, for examples, tests, benchmarks.

:func:`population` draws people, :func:`observe` a register with defects, :func:`simulate` the
files of three partners. Nobody in them lives; the truth (``entity``) is always kept apart.
"""

from __future__ import annotations

from uic.synthesis.defects import NO_DEFECTS, DefectRates
from uic.synthesis.population import Customs, population
from uic.synthesis.registers import observe
from uic.synthesis.simulating import Simulation, simulate

__all__ = [
    "NO_DEFECTS",
    "Customs",
    "DefectRates",
    "Simulation",
    "observe",
    "population",
    "simulate",
]
