"""Fixtures shared by all rooms; each is named for a state."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import settings

from uic.crypto.keys import EpochKey
from uic.partner.registers import EVENTS, Register

settings.register_profile("uic", deadline=None)  # a busy machine is no failure
settings.load_profile("uic")

REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = REPOSITORY.parent / "shared"
_SIZES = {"year": pa.int16(), "month": pa.int8(), "day": pa.int8(), "precision": pa.string()}


def register_of(partner: str, people: list[dict[str, str | None]]) -> Register:
    """Build a register from dictionaries; ``birth_date`` is ISO, cut to what is known, or ``~``."""
    names = sorted({name for person in people for name in person} - {"birth_date", "record_id"})
    columns = {
        "record_id": pa.array(
            [p.get("record_id", str(n)) for n, p in enumerate(people)], pa.string()
        )
    }
    columns |= {name: pa.array([p.get(name) for p in people], pa.string()) for name in names}
    if any("birth_date" in person for person in people):
        parts = [_date_parts(person.get("birth_date")) for person in people]
        columns |= {
            f"birth_date_{part}": pa.array([p[part] for p in parts], kind)
            for part, kind in _SIZES.items()
        }
    return Register(partner, pa.table(columns), EVENTS.empty_table(), (), len(people), "")


def _date_parts(text: str | None) -> dict[str, int | str | None]:
    guess = bool(text) and text.startswith("~")
    numbers = [int(part) for part in text.removeprefix("~").split("-")] if text else []
    found: dict[str, int | str | None] = dict.fromkeys(_SIZES)
    found |= dict(zip(("year", "month", "day"), numbers, strict=False))
    if numbers:
        found["precision"] = "estimated" if guess else ("year", "month", "day")[len(numbers) - 1]
    return found


@pytest.fixture
def key() -> EpochKey:
    """A key that is the same in every run."""
    return EpochKey("project", "2026Q4", bytes(range(32)))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of registers with truth that stands beside the checkout on some machines."""
    folder = SHARED / "data" / "linkage"
    if not folder.exists():
        pytest.skip("../shared/data/linkage is not on this machine")
    return folder


@pytest.fixture(scope="session")
def example() -> Path:
    """The example partner exports."""
    return REPOSITORY / "examples" / "phnom-penh"
