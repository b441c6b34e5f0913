"""What a country reports: the UNAIDS fields of a size estimate, and the coverage of a programme.

UNAIDS Global AIDS Monitoring asks, with each size estimate of a key population, for the definition
of the population with its inclusion criteria, the method that derived the estimate, and all
site-specific estimates (indicatorregistry.unaids.org, "Estimates of the size of key populations").
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from uic.analysis.consensus.studies import Z95
from uic.analysis.estimating.intervals import quantile

if TYPE_CHECKING:
    from uic.analysis.consensus.meeting import Consensus
    from uic.analysis.consensus.pooling import Pooled
    from uic.analysis.consensus.record import Reached

KEY_POPULATIONS = {
    "A": "sex workers",
    "B": "gay men and other men who have sex with men",
    "C": "people who inject drugs",
    "D": "transgender people",
    "E": "people in prisons and other closed settings",
}


@dataclass(frozen=True)
class Coverage:
    """People reached as a share of the population size.

    Attributes:
        share: People reached by the pooled N; above 1 the two numbers contradict each other.
        low: Lower limit, with the uncertainty of both.
        high: Upper limit; may be above 1.
        level: Nominal coverage of the interval.
    """

    share: float
    low: float
    high: float
    level: float


def coverage(reached: Reached, size: Pooled) -> Coverage:
    """Divide the people reached by the size, adding both uncertainties on the log scale.

    Each side of the interval is worked out for itself, since neither number is symmetric: the
    lower limit comes from the lower limit of the people reached and the upper limit of the size.
    """
    low, high = reached.low or reached.number, reached.high or reached.number
    level = size.level if size.level < 1 else 0.95
    scale = quantile(level) / (Z95 if reached.level == 0.95 else quantile(reached.level))
    share = reached.number / size.number
    down = math.hypot(scale * math.log(reached.number / low), math.log(size.high / size.number))
    up = math.hypot(scale * math.log(high / reached.number), math.log(size.number / size.low))
    return Coverage(share, share * math.exp(-down), share * math.exp(up), level)


def rounded(number: float, digits: int = 2) -> int:
    """Round to significant digits, as a size estimate should be published: 1,565 is 1,600."""
    if not number > 0:
        return 0
    return int(round(number, digits - 1 - math.floor(math.log10(number))))


def unaids_fields(found: Consensus) -> dict[str, Any]:
    """Return the fields that UNAIDS asks for, by name, ready for the comment box of the tool."""
    meeting, headline = found.record.meeting, found.headline
    name = meeting.population or found.record.estimates[0].population
    fields: dict[str, Any] = {
        "key_population": KEY_POPULATIONS.get(meeting.key_population or "", ""),
        "population": name,
        "definition": found.record.definition(name),
        "age": meeting.age or "",
        "place": meeting.place or "",
        "year": meeting.period or "",
        "size_estimate": rounded(headline.number),
        "lower": rounded(headline.low),
        "upper": rounded(headline.high),
        "level": headline.level,
        "size_estimate_unrounded": round(headline.number),
        "method": _method(found),
    }
    if meeting.adults is not None:
        for key, value in (
            ("", headline.number),
            ("_lower", headline.low),
            ("_upper", headline.high),
        ):
            fields[f"percent_of_adults{key}"] = round(100 * value / meeting.adults, 4)
    fields["site_estimates"] = _sites(found)
    fields["comment"] = meeting.comment or ""
    return fields


def _method(found: Consensus) -> str:
    names = {
        "triangulator": "Bayesian synthesis (Triangulator model) with expert confidences",
        "random-effects": "random-effects pooling on the log scale (DerSimonian-Laird)",
        "fixed-effect": "fixed-effect pooling on the log scale",
        "median": "median of the estimates",
    }
    parts = [f"{study.label} (confidence {study.confidence:g})" for study in found.pooled]
    return f"{names[found.headline.method]} of {len(parts)} estimates: {'; '.join(parts)}"


def _sites(found: Consensus) -> list[dict[str, Any]]:
    """List every estimate of the record with its place: UNAIDS asks for all available ones."""
    return [
        {
            "label": entry.label,
            "place": entry.place,
            "year": entry.period,
            "population": entry.population,
            "age": entry.age or "",
            "method": entry.method,
            "number": None if math.isnan(study.number) else round(study.number),
            "lower": None if math.isnan(study.low) else round(study.low),
            "upper": None if math.isnan(study.high) else round(study.high),
            "pooled": not study.left_out,
            "source": entry.source or "",
        }
        for entry, study in zip(found.record.estimates, found.studies, strict=True)
    ]
