"""Parameters of an earlier round give the scores of that round."""

from __future__ import annotations

import json

import numpy as np
import pytest

from conftest import register_of
from uic.crypto.keys import EpochKey
from uic.errors import FormatError, LinkError
from uic.matching.matcher import Match, match
from uic.partner.encoding import encode
from uic.pipeline.manifest import told_by_matcher
from uic.schema import default_schema

PEOPLE = [
    {"family_name": family, "given_name": given, "birth_date": f"19{year}-05-{day:02d}"}
    for year, family in zip(range(70, 90), ("Sok", "Chan", "Heng", "Kim") * 5, strict=True)
    for day, given in ((3, "Dara"), (17, "Bopha"))
]


def matched(key: EpochKey, saved: dict[str, object] | None = None, size: int = 40) -> Match:
    exports = [
        encode(register_of(name, people), default_schema(), key).matcher
        for name, people in (("a", PEOPLE[:size]), ("b", PEOPLE[10:]))
    ]
    return match(exports, default_schema(), saved=saved)


def test_the_same_parameters_give_the_same_scores(key: EpochKey) -> None:
    """Written as JSON, read back and used again, every score is the one that was fitted."""
    first = matched(key)
    saved = json.loads(json.dumps(told_by_matcher(first)))["weights"]
    second = matched(key, saved)
    assert first.weights is not None
    assert second.weights is not None
    for name, (pattern, odds) in first.weights.log_odds.items():
        again = second.weights.log_odds[name]
        assert np.array_equal(again[0], pattern)
        assert np.allclose(again[1], odds, atol=1e-9)
    for report, same in zip(first.passes, second.passes, strict=True):
        assert same.expected_matches == pytest.approx(report.expected_matches, abs=1e-6)


def test_a_pattern_is_scored_alike_whatever_else_there_is(key: EpochKey) -> None:
    """With fewer records a fit would give other scores; saved parameters do not."""
    saved = told_by_matcher(matched(key))["weights"]
    whole, part = matched(key, saved), matched(key, saved, size=12)
    assert whole.weights is not None
    assert part.weights is not None
    for name, (pattern, odds) in part.weights.log_odds.items():
        known = dict(zip(*(x.tolist() for x in whole.weights.log_odds[name]), strict=True))
        for one, score in zip(pattern.tolist(), odds.tolist(), strict=True):
            assert one not in known or known[one] == pytest.approx(score)


def test_parameters_of_something_else_are_refused(key: EpochKey) -> None:
    """Other passes, other attributes or damaged numbers stop the run."""
    saved = told_by_matcher(matched(key))["weights"]
    fewer = {name: saved["passes"][name] for name in list(saved["passes"])[1:]}
    with pytest.raises(LinkError, match="other passes"):
        matched(key, saved | {"passes": fewer})
    broken = {name: data | {"matches": 2} for name, data in saved["passes"].items()}
    with pytest.raises(FormatError):
        matched(key, saved | {"passes": broken})
