"""Why two records are one person: steps in words that add up to what was scored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uic.errors import FormatError
from uic.levels import BASE, Comparison
from uic.resolving.explaining import KEY_NOTE, Explanation, explain_pair
from uic.weighing import Alike, PassWeights, parse_weights

ITEMS = (
    Comparison("family_name", "text"),
    Comparison("sex", "code"),
    Comparison("birth_date", "date"),
)
WEIGHTS = PassWeights(
    0.01,
    (Alike("relatives", 0.02, ("family_name",)), Alike("neighbours", 0.1, ("place",))),
    {
        "family_name": (0.0, 4.0, 2.5, 1.0, -3.0, 2.0),
        "sex": (0.0, 0.7, -3.5),
        "birth_date": (0.0, 6.5, 5.0, 3.0, 1.0, 0.5, 0.2, -1.0, -4.0, -5.0),
    },
)
PASSES = ("birth-date", "name-sounds", "place-year")


def explained(
    levels: tuple[int, int, int], log_odds: float | None, **changes: object
) -> Explanation:
    facts = {
        "pattern": sum(level * BASE**n for n, level in enumerate(levels)),
        "best": 1,
        "met": 0b110,
        "probability": 0.97,
        "same": True,
        "decided": False,
        "passes": PASSES,
        "items": ITEMS,
        "weights": dict.fromkeys(PASSES, WEIGHTS),
    }
    return explain_pair(log_odds=log_odds, **(facts | changes))  # type: ignore[arg-type]


@given(st.integers(0, 5), st.integers(0, 2), st.integers(0, 9))
def test_the_steps_add_up_to_the_log_odds(name: int, sex: int, date: int) -> None:
    """For every pattern of levels, to a thousand millionth."""
    odds = WEIGHTS.log_odds({"family_name": name, "sex": sex, "birth_date": date})
    found = explained((name, sex, date), odds)
    assert sum(term.weight for term in found.terms) == pytest.approx(odds, abs=1e-9)
    assert not any(term.name == "other passes and pairs" for term in found.terms)


def test_it_is_told_in_words() -> None:
    """Levels, weights with their sign, the prior as a frequency, the passes by name."""
    odds = WEIGHTS.log_odds({"family_name": 2, "sex": 0, "birth_date": 2})
    assert str(explained((2, 0, 2), odds)).split("\n") == [
        "before comparing: of name-sounds, 1 pair is one person for 87 of strangers    -4.5",
        "family name: near                                                             +2.5",
        "sex: missing                                                                   0.0",
        "birth date: day and month swapped                                             +5.0",
        "doubt: relatives or neighbours share this too                                 -0.3",
        "sum                                                                           +2.7",
        "Probability of one person: .970",
        "They are one person now.",
        "Met in the passes name-sounds, place-year.",
        f"The weights are those of name-sounds. {KEY_NOTE}",
    ]


def test_what_other_passes_add_is_a_step_of_its_own() -> None:
    """Where passes are merged by more than the best score, the difference is shown."""
    odds = WEIGHTS.log_odds({"family_name": 1, "sex": 1, "birth_date": 1}) + 1.5
    found = explained((1, 1, 1), odds)
    assert found.terms[-1].name == "other passes and pairs"
    assert found.terms[-1].weight == pytest.approx(1.5)
    assert sum(term.weight for term in found.terms) == pytest.approx(odds)


@pytest.mark.parametrize(
    ("changes", "log_odds", "told"),
    [
        ({"decided": True}, None, "People decided that they are one person."),
        ({"decided": True, "same": False}, 3.0, "People decided that they are two people."),
        ({"same": False}, 3.0, "They are two people now."),
        ({"met": 0}, None, "They met in no pass."),
        ({"weights": {}}, 3.0, "Met in the passes name-sounds, place-year."),
        ({"probability": 0.99999}, 3.0, "Probability of one person: above .999"),
        ({"probability": 0.00001}, 3.0, "Probability of one person: below .001"),
    ],
)
def test_the_conclusion_says_what_came_of_it(
    changes: dict[str, object], log_odds: float | None, told: str
) -> None:
    """Decisions, pairs that were parted, pairs that never met, tokens alone."""
    found = explained((1, 1, 1), log_odds, **changes)
    assert told in str(found).split("\n")
    assert bool(found.terms) == (log_odds is not None and "weights" not in changes)


@pytest.mark.parametrize(
    "spoilt",
    [
        None,
        {},
        {"matches": "x"},
        WEIGHTS.to_dict() | {"matches": 0.0},
        WEIGHTS.to_dict() | {"matches": 1.0},
        WEIGHTS.to_dict() | {"alike": [{"name": "a", "share": 0.999, "attributes": []}]},
        WEIGHTS.to_dict() | {"weights": {"sex": [1, None]}},
        WEIGHTS.to_dict() | {"weights": []},
    ],
)
def test_weights_that_were_changed_are_refused(spoilt: object) -> None:
    """A manifest that somebody edited gives one clear error."""
    assert parse_weights(WEIGHTS.to_dict()) == WEIGHTS
    with pytest.raises(FormatError):
        parse_weights(spoilt)
