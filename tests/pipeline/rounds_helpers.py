"""A linkage unit and two partners in a folder, with marked people."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from uic.crypto.keys import EpochKey
from uic.crypto.pairs import PrivateKey, new_pair, save_pair
from uic.pipeline.exporting import encode
from uic.pipeline.rounds import Finished, Matched, link, match, resolve
from uic.schema import default_schema

KEY = EpochKey("project", "2026Q3", bytes(range(32)))
NEXT = EpochKey("project", "2026Q4", bytes(range(1, 33)))
_PASSES = ("birth-date", "name-sounds", "surname-sex-year")
SCHEMA = default_schema().model_copy(
    update={"passes": tuple(one for one in default_schema().active_passes if one.name in _PASSES)}
)
"""Three passes of the default schema: enough for these people, and quick."""

FAMILY = ["Sok", "Chan", "Heng", "Kim", "Lim", "Ouk", "Prak", "Chea", "Nhem", "Pich", "Sar", "Tep"]
GIVEN = ["Dara", "Sophea", "Vuthy", "Bopha", "Rith", "Srey", "Kosal", "Mony", "Phalla", "Vanna"]

Person = dict[str, str]


def people(size: int, seed: int = 1) -> list[Person]:
    """Return people with marked record ids."""
    draw = random.Random(seed)
    return [
        {
            "record_id": f"zqx{seed}{number:04d}",
            "family_name": draw.choice(FAMILY),
            "given_name": draw.choice(GIVEN),
            "birth_date": f"{draw.randint(1965, 2004)}-{draw.randint(1, 12):02d}"
            f"-{draw.randint(1, 28):02d}",
            "sex": draw.choice("MF"),
            "date": "2026-07-01",
        }
        for number in range(size)
    ]


@dataclass(frozen=True)
class Office:
    """A folder with the keys of everybody, and what was sent.

    Attributes:
        folder: Where everything lies.
        pairs: The pair of each party.
    """

    folder: Path
    pairs: dict[str, PrivateKey] = field(default_factory=dict)

    @property
    def partners(self) -> Path:
        """Folder of the partners' public keys."""
        return self.folder / "partners"

    @property
    def register(self) -> Path:
        """The register."""
        return self.folder / "r.duckdb"

    def send(
        self,
        partner: str,
        rows: Sequence[Person],
        *,
        name: str = "",
        signer: str = "",
        key: EpochKey = KEY,
        **options: Any,
    ) -> Path:
        """Encode a list as a partner does."""
        return encode(
            {partner: pa.Table.from_pylist(list(rows))},
            key=key,
            matcher=self.pairs["matcher"].public,
            resolver=self.pairs["resolver"].public,
            signer=self.pairs[signer or partner],
            out=self.folder / f"{name or partner}.uicx",
            **{"schema": SCHEMA} | options,
        ).path

    def link(self, files: Sequence[Path], name: str = "r1", **options: Any) -> Finished:
        """Link as a small office does."""
        known = {
            "register": self.register,
            "schema": SCHEMA,
            "matcher_key": self.pairs["matcher"],
            "resolver_key": self.pairs["resolver"],
        }
        return link(files, partners=self.partners, round=name, **known | options)


def office(folder: Path) -> Office:
    """Set up a linkage unit and the partners a and b."""
    (folder / "partners").mkdir(parents=True)
    made = {name: new_pair(name) for name in ("matcher", "resolver", "a", "b", "stranger")}
    for name in "ab":
        save_pair(made[name], folder)
        (folder / f"{name}.public").rename(folder / "partners" / f"{name}.public")
    return Office(folder, made)


def as_matcher(desk: Office, files: Sequence[Path], name: str = "pairs", **options: Any) -> Matched:
    """Match as the matcher's office does."""
    return match(
        files,
        key=desk.pairs["matcher"],
        resolver=desk.pairs["resolver"].public,
        partners=desk.partners,
        schema=SCHEMA,
        store=desk.folder / "m.duckdb",
        out=desk.folder / f"{name}.uicp",
        **options,
    )


def matched(desk: Office, files: Sequence[Path], name: str = "pairs") -> Path:
    """Return the file that :func:`as_matcher` wrote."""
    return as_matcher(desk, files, name).path


def resolved(desk: Office, pairs: Path, files: Sequence[Path], **options: Any) -> Finished:
    """Resolve as the resolver's office does."""
    known = {"key": desk.pairs["resolver"], "matcher": desk.pairs["matcher"].public}
    return resolve(
        pairs,
        files,
        partners=desk.partners,
        register=desk.folder / "other.duckdb",
        round="r1",
        schema=SCHEMA,
        **known | options,
    )


def who(done: Finished) -> dict[tuple[str, str], str]:
    """Return the person of every record."""
    rows = done.result.persons.to_pylist()
    return {(row["partner"], row["handle"]): row["person_id"] for row in rows}
