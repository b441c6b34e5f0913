"""Linkage quality on made-up registers: names of six manners, families, few or many in common.

    python benchmarks/quality/made_up.py [--styles NAME ...] [--overlaps .5 .05 .01] [--seeds 1]
                                         [--people 8000] [--families .15] [--father]

Two vouched files of ``--people`` people each, of whom a share stands on both. Default passes and
threshold; no truth is used. Names are built by rule from parts (Khmer ones are those of the
package) and nobody is meant by them. With ``--father`` the father's given name is a column too: by
custom it is the family name of everybody (``ethiopian``) or of half the people (``khmer``).

One line a register: precision, recall, F1, the form of EM that was kept, and of the pairs with a
probability of .90 to .95 how many there are and which share is true.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from calibration import band

import uic
from uic.crypto.keys import EpochKey
from uic.matching.matcher import match
from uic.partner.encoding import encode
from uic.pipeline.joining import join_persons
from uic.resolving.resolver import resolve
from uic.schema import parse_schema
from uic.synthesis.chance import stream
from uic.synthesis.names import NameList, khmer_names, made_up_names, name_list

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from uic.matching.matcher import Match
    from uic.partner.registers import Register
    from uic.resolving.resolver import Resolution

    Cells = NDArray[np.object_]
    Columns = dict[str, Cells]

HOME = ("place", "street", "postcode")
COLUMNS = ("family_name", "given_name", "sex", "birth_date", *HOME)
LETTERS = np.array(list("abcdefghijklmnoprstuvwz"), dtype=object)


@dataclass(frozen=True)
class Style:
    """How names of one manner are built: every front with every back, common ones first.

    Attributes:
        family: Fronts and backs of family names.
        male: Fronts and backs of the given names of men.
        female: Those of women.
        patronymic: Share of people whose family name is their father's given name.
        columns: What the registers carry.
    """

    family: tuple[str, str]
    male: tuple[str, str]
    female: tuple[str, str]
    patronymic: float = 0.0
    columns: tuple[str, ...] = COLUMNS


STYLES = {
    "african": Style(
        (
            "Mu Ka Na Ki Wa Lu O A Ba Nya Che Ma Nde Kwa Sse",
            "kasa mbo tindi rungi lema ko goro nyo wa",
        ),
        ("Ju Mo Ta Kwe Si Te Da Ye Ba", "ma si ndai ku pho suf rai bo"),
        ("A Ru Na Chi Fa Tha Ne Wa Zu", "mina ka po tuma ndi ma ri suna"),
    ),
    "german": Style(
        (
            "Hart Stein Berg Wald Brand Gold Eich Buch Feld Alt Neu Ober Sand Kirch",
            "mann bach er hof feld auer ner ing",
        ),
        ("Wolf Hein Ger Wil Ul Bern Rein Ott Man Sieg", "gang rich hard helm fried"),
        ("Ger Hil El Ro An Ma Su Ka Ur Bri", "trud de sa nike rit"),
        columns=("family_name", "given_name", "birth_date"),
    ),
    "polish": Style(
        (
            "Kowal Wisz Jan Zawad Kras Lip Brzoz Sos Jas Wron Mal Czarn Pawl",
            "ski owski czyk iak ewicz icki ek",
        ),
        ("Stani Wladi Miro Zbi Kazi Bole Jaro Wie Lu Rado", "slaw mir bor gniew dan"),
        ("Mal Kry Ag Bar El Do Ja Jo Ha Mag", "gorzata styna nieszka bara lina"),
    ),
    "british": Style(
        (
            "Ash Brad Hart Wood Black Green Nor Sut Wal Hay King Clay Mil Lang",
            "ford ton ley field son well er man",
        ),
        ("Ed Al Wil Ro Har Ste Ge Os Ar Ken", "ward fred bert vin win"),
        ("El Ma An Ja Ka Lu Ro Su Em Vi", "len ry nie cy ma"),
    ),
    "ethiopian": Style(
        ("", ""),
        ("Ha Te Ge Be Ab Da Mu Ta Ki Se Ze Wo", "ile sfaye bre kele dis wit lugeta desse ros"),
        ("Al Ti Se Me Ai Ha He Ra Ye Bi", "maz gist lam sert da na len hel wub"),
        patronymic=1.0,
    ),
    "khmer": Style(("", ""), ("", ""), ("", ""), patronymic=0.5),
}  # fmt: skip


def lists(name: str) -> tuple[NameList, NameList, NameList]:
    """Return family names, and given names of men and of women."""
    if name == "khmer":
        names = khmer_names()
        return names.family, names.male, names.female
    style = STYLES[name]
    rules = (style.family if any(style.family) else style.male, style.male, style.female)
    family, male, female = (_built(name, rule) for rule in rules)
    return family, male, female


def _built(name: str, rule: tuple[str, str]) -> NameList:
    """Every front with every back; which are common is drawn once and for all."""
    names = [front + back for front, back in product(*(parts.split() for parts in rule))]
    return name_list(stream(0, name).permutation(np.array(names, dtype=object)).tolist())


def people(name: str, count: int, families: float, seed: int) -> Columns:
    """Draw people; some are the brothers and sisters of others and live with them."""
    rng = stream(seed, "people")
    family, male, female = lists(name)
    woman = rng.random(count) < 0.5
    born = np.datetime64("1935-01-01") + rng.integers(0, 70 * 365, count)
    built = made_up_names(stream(0, "map"), families=60, given=300)
    towns, roads = built.family.latin, built.male
    place = np.minimum(rng.geometric(0.06, count), len(towns)) - 1
    found: Columns = {
        "family_name": family.draw(count, rng),
        "given_name": np.where(woman, female.draw(count, rng), male.draw(count, rng)),
        "father_given_name": male.draw(count, rng),
        "sex": np.where(woman, "F", "M").astype(object),
        "birth_date": born.astype(str).astype(object),
        "place": towns[place],
        "street": _told("{} {}", rng.integers(1, 200, count), roads.draw(count, rng)),
        "postcode": _told("{}{:02d}", place + 10, rng.integers(0, 30, count)),
    }
    custom = rng.random(count) < STYLES[name].patronymic
    found["family_name"][custom] = found["father_given_name"][custom]
    younger = np.flatnonzero(rng.random(count) < families)
    elder = rng.integers(0, count, len(younger))
    for column in ("family_name", "father_given_name", *HOME):
        found[column][younger] = found[column][elder]
    if name == "polish":
        ski = np.array([family.endswith("ski") for family in found["family_name"]])
        found["family_name"][ski & woman] = [
            x[:-1] + "a" for x in found["family_name"][ski & woman]
        ]
    return found


def _told(form: str, *values: NDArray[np.int64]) -> Cells:
    return np.array([form.format(*each) for each in zip(*values, strict=True)], dtype=object)


def register(person: Columns, rng: np.random.Generator) -> Columns:
    """Return how one office wrote these people down."""
    count = len(person["sex"])
    written = {name: column.copy() for name, column in person.items()}

    def some(share: float) -> NDArray[np.int64]:
        return np.flatnonzero(rng.random(count) < share)

    moved = some(0.1)
    other = rng.integers(0, count, len(moved))
    for name in HOME:
        written[name][moved] = person[name][other]
    for name, share in zip(
        ("family_name", "given_name", "father_given_name", "place", "street"),
        (0.06, 0.06, 0.06, 0.06, 0.12),
        strict=True,
    ):
        wrong = some(share)
        written[name][wrong] = [_misspelt(text, rng) for text in written[name][wrong]]
    turned = some(0.01)
    both = [written[name][turned] for name in ("given_name", "family_name")]
    written["family_name"][turned], written["given_name"][turned] = both
    wrong = some(0.04)
    written["birth_date"][wrong] = [_another(date, rng) for date in written["birth_date"][wrong]]
    year_only = some(0.04)
    written["birth_date"][year_only] = [f"{d[:4]}-01-01" for d in written["birth_date"][year_only]]
    for column in written.values():
        column[some(0.03)] = None
    return written


def _misspelt(text: str, rng: np.random.Generator) -> str:
    """One letter wrong, left out, put in, or two turned round."""
    at, letter = int(rng.integers(0, len(text))), str(rng.choice(LETTERS))
    before, here, after = text[:at], text[at], text[at + 1 :]
    ways = (before + letter + after, before + after, before + letter + here + after)
    kind = int(rng.integers(0, 4))
    return ways[kind] if kind < 3 else before + after[:1] + here + after[1:]


def _another(date: str, rng: np.random.Generator) -> str:
    """One part of the date wrong, or day and month turned round."""
    year, month, day = (int(part) for part in date.split("-"))
    kind = int(rng.integers(0, 4))
    if kind == 3 and day <= 12:
        month, day = day, month
    elif kind == 0:
        year += int(rng.choice([-10, -1, 1, 10]))
    elif kind == 1:
        month = int(rng.integers(1, 13))
    else:
        day = int(rng.integers(1, 29))
    return f"{year:04d}-{month:02d}-{min(day, 28):02d}"


@dataclass(frozen=True)
class Setting:
    """Two registers of one population, what is agreed on, and the truth."""

    registers: tuple[Register, ...]
    schema: uic.LinkageSchema
    truth: pa.Table


def setting(
    name: str, each: int, overlap: float, seed: int, *, families: float = 0.15, father: bool = False
) -> Setting:
    """Return two vouched files of ``each`` people of whom a share stands on both."""
    count = round(each * (2 - overlap))
    everybody = people(name, count, families, seed)
    columns = (*STYLES[name].columns, *(["father_given_name"] if father else []))
    tables, truth = {}, []
    for place, partner in enumerate(("one", "two")):
        rng = stream(seed, partner)
        chosen = rng.permutation(np.arange(each) + place * (count - each))
        written = register({key: column[chosen] for key, column in everybody.items()}, rng)
        ids = [f"{partner}-{number}" for number in range(each)]
        tables[partner] = pa.table(
            {"record_id": ids} | {key: pa.array(written[key], pa.string()) for key in columns}
        )
        truth += [
            {"partner": partner, "record_id": record, "entity": str(person)}
            for record, person in zip(ids, chosen.tolist(), strict=True)
        ]
    vouched = {partner: {"files": [partner], "vouched": True} for partner in tables}
    schema = parse_schema({"partners": vouched})
    registers = tuple(uic.read_registers(tables, schema))
    return Setting(registers, schema, pa.Table.from_pylist(truth))


def link(given: Setting) -> tuple[Match, Resolution]:
    """Encode under a fixed key, match and resolve."""
    key = EpochKey(given.schema.project, "2026Q4", bytes(range(32)))
    exports = [encode(register, given.schema, key) for register in given.registers]
    matched = match([export.matcher for export in exports], given.schema)
    return matched, resolve(matched.pairs, [export.resolver for export in exports], given.schema)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--styles", nargs="*", default=list(STYLES), choices=list(STYLES))
    options.add_argument("--overlaps", nargs="*", type=float, default=[0.5, 0.05, 0.01])
    options.add_argument("--seeds", nargs="*", type=int, default=[1])
    options.add_argument("--people", type=int, default=8000)
    options.add_argument("--families", type=float, default=0.15)
    options.add_argument("--father", action="store_true")
    told = options.parse_args()
    for style, overlap, seed in product(told.styles, told.overlaps, told.seeds):
        given = setting(
            style, told.people, overlap, seed, families=told.families, father=told.father
        )
        matched, resolved = link(given)
        found = uic.evaluate(join_persons(resolved, given.registers), given.truth)
        line = {"style": style, "overlap": overlap, "seed": seed}
        line |= {name: round(getattr(found, name), 4) for name in ("precision", "recall", "f1")}
        line |= {"form": matched.weights.form if matched.weights else ""}
        print(json.dumps(line | band(resolved, given.registers, given.truth)), flush=True)


if __name__ == "__main__":
    main()
