"""Names in one form: laws that hold for every input, and what the columns promise."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from uic.partner import normalising
from uic.partner.normalising import canonical, khmer
from uic.partner.normalising.tables import load, points

SPEC = Path(__file__).parents[2] / "spec" / "normalisation"
TABLES = {path.stem: json.loads(path.read_text("utf-8")) for path in SPEC.glob("*.json")}
KHMER = "".join(TABLES["khmer"]["letters"]) + "\u200b\u200d\u17b4\u17a4\u17a8 "
THAI = "".join(TABLES["thai"]["letters"]) + "\u0e45 "
LISTED = [
    form
    for script in ("latin", "cyrillic", "arabic")
    for forms in TABLES[script]["letters"].values()
    for form in forms
]
ANYTHING = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=KHMER, max_size=12),
    st.text(alphabet=THAI, max_size=12),
    st.text(alphabet=LISTED, max_size=12),
)


def names(*values: str | None) -> list[str | None]:
    return normalising.normalise_names(pa.array(values, pa.string())).to_pylist()


@given(ANYTHING)
@settings(max_examples=600, deadline=None)
def test_normalising_twice_changes_nothing(text: str) -> None:
    """A canonical name or place is its own canonical form."""
    (once,) = names(text)
    place = normalising.normalise_text(pa.array([text]))
    assert names(once) == [once]
    assert normalising.normalise_text(place).equals(place)


@given(ANYTHING)
@settings(max_examples=300, deadline=None)
def test_a_canonical_name_is_letters_only(text: str) -> None:
    """No space, digit, apostrophe or character that no table lists is left."""
    (name,) = names(text)
    scripts = load().scripts
    assert name is None or all(letter in scripts for letter in name)
    assert name is None or not set(name) & set(" 0123456789'-")


@given(st.lists(ANYTHING, max_size=6))
@settings(max_examples=60, deadline=None)
def test_columns_give_what_single_values_give(texts: list[str]) -> None:
    """The fast way for ASCII and the way through distinct values change no answer."""
    assert names(*texts) == [canonical.name(text) or None for text in texts]
    words = normalising.name_words(pa.array(texts, pa.string())).to_pylist()
    assert words == [canonical.words(text) or None for text in texts]


@given(st.permutations(list("\u17d2\u1798\u17c2\u17c9\u17c6")))
def test_the_order_of_khmer_signs_does_not_matter(signs: list[str]) -> None:
    """However the signs around a letter were typed, they come out in one order."""
    if signs.index("\u17d2") > signs.index("\u1798"):
        return  # the letter then is no subscript: another word
    assert names("\u1781" + "".join(signs)) == names("\u1781\u17d2\u1798\u17c9\u17c2\u17c6")


def test_every_khmer_cluster_starts_with_a_letter() -> None:
    """Marks and coengs that belong to no letter are dropped, not moved."""
    assert khmer.reorder("\u17b6\u17d2 \u1780\u17d2 \u17c6") == " \u1780 "


def test_null_empty_and_letterless_are_missing() -> None:
    """Nothing is invented where there is no letter."""
    assert names(None, "", "  ", "12-", "\u200b", "\u17b6") == [None] * 6


def test_dictionary_and_chunked_columns_are_taken() -> None:
    """Any way Arrow may hold text gives the same."""
    plain = pa.array(["Sok", None, "Sok"])
    chunked = pa.chunked_array([["Sok", None], ["Sok"]])
    for column in (plain.dictionary_encode(), chunked, plain.cast(pa.large_string())):
        assert normalising.normalise_names(column).to_pylist() == ["SOK", None, "SOK"]
    assert normalising.normalise_names(pa.chunked_array([], pa.string())).to_pylist() == []


def test_ukrainian_and_russian_forms_are_one_name() -> None:
    """Six of seven pairs differ in their first two letters; the table joins all of them."""
    pairs = [
        ("Олександр", "Александр"), ("Олексій", "Алексей"), ("Олена", "Елена"),
        ("Микола", "Николай"), ("Ганна", "Анна"), ("Володимир", "Владимир"), ("Дмитро", "Дмитрий"),
    ]  # fmt: skip
    assert [names(one) == names(two) for one, two in pairs] == [True] * 7
    assert sum(one[:2] != two[:2] for one, two in pairs) == 6


# The variants of the reference: one key for each group, and no key for two groups.
GROUPS = (
    ("Sok", "Sokh", "Sauk"), ("Chan", "Chann"), ("Kim", "Gim"),
    ("Phalla", "Falla"), ("Vuthy", "Wuthy"), ("Sreymom", "Sreimum"),
)  # fmt: skip


def test_spelling_variants_share_a_skeleton() -> None:
    """Latin spellings of one Khmer name meet, different names do not."""
    keys = [set(normalising.skeletons(pa.array(names(*group))).to_pylist()) for group in GROUPS]
    assert [len(found) for found in keys] == [1] * len(GROUPS)
    assert len(set.union(*keys)) == len(GROUPS)


def test_keys_of_two_scripts_never_meet() -> None:
    """A sound key stays in the script of its name, so a pass cannot mix scripts unseen."""
    keys = normalising.sounds(pa.array(names("Sok", "សុខ", "Сок", "โสก", "سوك"))).to_pylist()
    scripts = normalising.script_of(pa.array(keys)).to_pylist()
    assert scripts == ["latin", "khmer", "cyrillic", "thai", "arabic"]


def test_every_table_maps_to_fixed_points() -> None:
    """What a letter becomes is canonical already; no character is in two tables."""
    seen: dict[str, str] = {}
    groups = [TABLES[name]["letters"] for name in ("latin", "khmer", "thai", "cyrillic", "arabic")]
    for letters in [*groups, *TABLES["other"]["letters"].values()]:
        for target, forms in letters.items():
            for form in forms:
                assert seen.setdefault(form, target) == target
    for target in set(seen.values()):
        assert all(seen.get(letter) == letter for letter in target)


def test_every_character_is_in_one_class() -> None:
    """Letters, dropped signs, digits and separators do not overlap, so their order is no rule."""
    shared = TABLES["shared"]
    classes = [
        {chr(point) for point in points(shared["dropped"])},
        set(shared["apostrophes"]),
        set(TABLES["cyrillic"]["dropped"]),
        {chr(point) for point in points(shared["separators"])},
        set("".join(shared["digits"].values())),
        set(load().scripts),
    ]
    assert sum(map(len, classes)) == len(set.union(*classes))


def test_every_latin_letter_of_europe_is_listed() -> None:
    """No letter of Latin-1, Latin Extended-A or Vietnamese is unknown."""
    points = [*range(0xC0, 0x180), *range(0x1EA0, 0x1EFA)]
    letters = [chr(point) for point in points if point not in (0xD7, 0xF7)]
    assert [letter for letter in letters if canonical.has_unknown(letter)] == []
    assert all(name and name.isascii() for name in names(*letters))


def test_version_is_the_version_of_every_table() -> None:
    """Rules and tables are versioned together."""
    assert {table["version"] for table in TABLES.values()} == {normalising.VERSION}


def test_tables_are_what_the_generator_writes(tmp_path: Path) -> None:
    """No table was edited by hand. The generator needs the Unicode version it was written with."""
    import unicodedata

    if unicodedata.unidata_version != "14.0.0":
        pytest.skip(f"the tables were made with Unicode 14, here is {unicodedata.unidata_version}")
    generate: Any = _loaded(SPEC / "generate.py")
    generate.HERE = tmp_path
    generate.main()
    for name in TABLES:
        assert (tmp_path / f"{name}.json").read_bytes() == (SPEC / f"{name}.json").read_bytes()
    shutil.rmtree(tmp_path)


def _loaded(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("spec_normalisation_generate", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
