# ruff: noqa: ANN401, E501, INP001 - one vector a line reads as a table; a script, not a package
"""The other published schemes and the Cambodian template."""

# fmt: off

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from builder import Vectors

HRSA = "HRSA, Ryan White guidance on the URN/UCI"


def others(v: Vectors) -> None:
    """The other published schemes."""
    jane = {"given_name": "Jane", "family_name": "Doe", "birth_date": "1965-03-15", "sex": "F"}
    v.compose("us-hrsa-uci-jane-doe", "the published example", "us-hrsa-uci", jane, "JNDE0315652", source=HRSA, check="W")
    v.compose("us-hrsa-uci-short", "a name of two letters", "us-hrsa-uci", jane | {"given_name": "Al"}, "A9DE0315652", source=HRSA)
    v.compose("us-hrsa-uci-one-letter", "a name of one letter", "us-hrsa-uci", jane | {"given_name": "J"}, "J9DE0315652")
    v.compose("us-hrsa-uci-missing", "nothing is known", "us-hrsa-uci", {}, "99999999999", source=HRSA)
    v.compose("us-hrsa-uci-no-family", "the family name is missing", "us-hrsa-uci", {k: v for k, v in jane.items() if k != "family_name"}, "JN990315652", source=HRSA)
    v.compose("us-hrsa-uci-transgender", "other is 3", "us-hrsa-uci", jane | {"sex": "other"}, "JNDE0315653", source=HRSA)
    v.compose("us-hrsa-uci-year-only", "day and month are not known", "us-hrsa-uci", jane | {"birth_date": "1965"}, "JNDE9999652")
    v.compose("us-hrsa-uci-suffix", "the provider gave a twelfth character", "us-hrsa-uci", jane | {"code_suffix": "b"}, "JNDE0315652B", source=HRSA)
    v.compose("us-hrsa-uci-bad-suffix", "a suffix that the scheme does not give", "us-hrsa-uci", jane | {"code_suffix": "1"}, None, layer="component", flaws=[{"attribute": "code_suffix", "rule": "suffix_not_allowed"}])
    euci = "E41C11E4435C2375C67AF0AC634249B3A4DAAED3"
    hashed = jane | {"birth_date": "1994-07-14"}
    v.compose("us-hrsa-euci", "SHA-1 of JNDE0714942, then U", "us-hrsa-euci", hashed, f"{euci}U", source=HRSA)
    v.compose("us-hrsa-euci-suffix", "the suffix is added after hashing", "us-hrsa-euci", hashed | {"code_suffix": "C"}, f"{euci}C", source=HRSA)

    maria = {"mother_given_name": "Maria", "father_given_name": "Renato", "birth_order": "1", "birth_date": "1970-01-01"}
    doh = "Department of Health, Philippines"
    v.compose("ph-doh-example", "the published example", "ph-doh", maria, "MARE0101011970", source=doh)
    unknown = {"given_name": "Mario", "family_name": "Reyes", "birth_order": "3", "birth_date": "1989-09-15"}
    v.compose("ph-doh-parents-unknown", "unknown parents: the client's own initials, twice", "ph-doh", unknown, "MRMR0309151989", source=doh)
    v.compose("ph-doh-father-unknown", "one parent is known", "ph-doh", unknown | {"mother_given_name": "Ana", "father_given_name_status": "unknown"}, "ANMR0309151989", source=doh)
    v.compose("ph-doh-order-unknown", "the birth order is not known", "ph-doh", {k: v for k, v in maria.items() if k != "birth_order"}, "MARE9901011970", source=doh)
    v.compose("ph-doh-birth-unknown", "the birth date is not known", "ph-doh", {k: v for k, v in maria.items() if k != "birth_date"}, "MARE0199999999", source=doh)
    v.compose("ph-doh-order-ten", "two digits", "ph-doh", maria | {"birth_order": "10"}, "MARE1001011970", source=doh)
    v.compose("ph-doh-one-letter", "the guidance says nothing of a one-letter name", "ph-doh", maria | {"mother_given_name": "A"}, None, layer="component", flaws=[{"attribute": "mother_given_name", "rule": "too_short"}])
    v.compose("ph-doh-order-word", "a birth order that is no number counts as unknown, and is told", "ph-doh", maria | {"birth_order": "first"}, "MARE9901011970", flaws=[{"attribute": "birth_order", "rule": "not_a_number"}])
    v.compose("ph-doh-nobody", "no parent and no name of the client", "ph-doh", {"birth_date": "1970-01-01", "birth_order": "1"}, None, layer="component", flaws=[{"attribute": "father_given_name", "rule": "missing"}, {"attribute": "mother_given_name", "rule": "missing"}])

    v.compose("ca-ddrp-example", "two digraphs, sex, year", "ca-ddrp", {"mother_given_name": "Elena", "father_given_name": "Ivan", "sex": "M", "birth_date": "1984-02-20"}, "ELIVM84")
    v.compose("ca-ddrp-sex-unknown", "no letter is documented for unknown sex", "ca-ddrp", {"mother_given_name": "Elena", "father_given_name": "Ivan", "sex": "unknown", "birth_date": "1984"}, None, layer="component", flaws=[{"attribute": "sex", "rule": "answer_not_in_scheme"}])
    v.compose("cam-pasmo-example", "the published code PUM3181", "cam-pasmo", {"family_name": "Puente", "sex": "M", "birth_date": "1981-05-31"}, "PUM3181", source="PASMO, Central America")
    v.compose("cam-pasmo-trans", "T for other", "cam-pasmo", {"family_name": "Puente", "sex": "other", "birth_date": "1981-05-31"}, "PUT3181")
    v.compose("ls-cuic-example", "twelve characters", "ls-cuic", {"birth_date": "1992-07", "district": "ms", "given_name": "Thabo", "family_name": "Mokoena", "birth_order": "2"}, "9207MSTHMO02")
    v.compose("ls-cuic-short", "short names are not padded", "ls-cuic", {"birth_date": "1992-07-03", "district": "MS", "given_name": "A", "family_name": "Mo", "birth_order": "2"}, "9207MSAMO02")
    v.compose("ug-kpic-no-second", "the first nine hexadecimal characters of SHA-256 of OKELLO|JAMES|0000|1990|04", "ug-kpic", {"family_name": "Okello", "given_name": "James", "birth_date": "1990-04-02"}, "2E2C739FB")
    v.compose("ug-kpic-second", "and of OKELLO|JAMES|PETER|1990|04", "ug-kpic", {"family_name": "Okello", "given_name": "James", "second_name": "Peter", "birth_date": "1990-04"}, "FD01A277F")
    v.compose("ke-kp-refused", "assigned codes cannot be made", "ke-kp", {}, None, layer="scheme")
    ofsp = "Federal Office of Public Health, Switzerland"
    for given, code in (("Samuel", "S6"), ("Christopher", "C0"), ("Hans-Jakob", "H4"), ("Jo Anne", "J2"), ("Alexandra", "A9")):
        v.compose(f"ch-hiv-{given.lower().replace(' ', '-')}", "first letter and number of letters", "ch-hiv", {"given_name": given}, code, source=ofsp)
    v.compose("ch-hiv-missing", "a missing name", "ch-hiv", {}, "00", source=ofsp)
    for name, given, family, code in (("umlaut", "J\u00fcrgen", "M\u00f6ller", "E7E7"), ("double", "Karl-Heinz", "M\u00fcller-L\u00fcdenscheidt", "R4E7"), ("particle", "Anna", "von der Heide", "N4I5"), ("sharp-s", "Max", "Gro\u00df", "X3O5"), ("title", "Max", "Dr. Weber", "X3B5"), ("decomposed", "Ju\u0308rgen", "Weber", "E7B5"), ("only-particle", "Max", "van", "X3N3"), ("long", "Maximiliane", "Wei\u00df", "X11I5")):  # fmt: skip
        v.compose(f"de-ifsg-{name}", "third letter and number of letters, umlauts as two", "de-ifsg", {"given_name": given, "family_name": family}, code, source="IfSG section 10, Robert Koch Institute")
    v.compose("de-ifsg-short", "a name of two letters", "de-ifsg", {"given_name": "Jo", "family_name": "Weber"}, None, layer="component", flaws=[{"attribute": "given_name", "rule": "too_short"}])
    v.compose("uk-soundex-example", "Soundex, date, sex", "uk-soundex", {"family_name": "Ashcroft", "birth_date": "1968-11-03", "sex": "F"}, "A26103111968F")
    v.compose("us-md-example", "SSN, date, race, sex", "us-md", {"ssn_last4": "1234", "birth_date": "1965-03-15", "race": "2", "sex": "F"}, "123403156522")
    v.compose("us-md-no-ssn", "incomplete without the social security number", "us-md", {"birth_date": "1965-03-15", "race": "2", "sex": "F"}, None, layer="component", flaws=[{"attribute": "ssn_last4", "rule": "missing"}])
    rivera = {"family_name": "Rivera", "mother_given_name": "Maria", "birth_date": "1975-08-09"}
    v.compose("ny-leshrc-example", "P where nobody else has the code", "ny-leshrc", rivera, "RIM09P", source="LESHRC enrolment form")
    v.compose("ny-leshrc-taken", "X where it was taken", "ny-leshrc", rivera | {"code_suffix": "X"}, "RIM09X", source="LESHRC enrolment form")


def khmer(v: Vectors) -> None:
    """The Cambodian template: what two letters are in Khmer, and that scripts are never mixed."""
    sophea = {"mother_given_name": "\u179f\u17bb\u1797\u17b6", "father_given_name": "\u178a\u17b6\u179a\u17c9\u17b6", "sex": "M", "birth_date": "1990-01-15", "birth_place": "12"}

    def case(name: str, comment: str, code: str | None, **changes: Any) -> None:
        more = {key: changes.pop(key) for key in ("layer", "flaws", "check", "script") if key in changes}
        person = {key: value for key, value in (sophea | changes).items() if value is not None}
        v.compose(f"kh-template-{name}", comment, "kh-template", person, code, **more)

    case("khmer", "the first two base consonants", "\u179f\u1797\u178a\u179aM1501199012", check="U", script="khmer")
    case("latin", "the first two letters", "SODAM1501199012", mother_given_name="Sophea", father_given_name="Dara", script="latin")
    case("zero-width", "typed with zero width spaces", "\u179f\u1797\u178a\u179aM1501199012", mother_given_name="\u179f\u200b\u17bb\u1797\u200b\u17b6")
    case("subscript", "a subscript does not count: the second letter of Srey is the next base", "\u179f\u1796\u178a\u179aM1501199012", mother_given_name="\u179f\u17d2\u179a\u17b8\u1796\u17c5")
    case("subscript-only", "a name with one base letter", "\u179f9\u178a\u179aM1501199012", mother_given_name="\u179f\u17d2\u179a\u17b8")
    case("independent-vowel", "an independent vowel counts as QA", "\u17a2\u1793\u178a\u179aM1501199012", mother_given_name="\u17a5\u1793\u17d2\u1791")
    case("mixed", "a Khmer and a Latin name in one person", None, father_given_name="Dara", layer="code", flaws=[{"attribute": "father_given_name", "rule": "scripts_differ"}])
    case("thai", "a third script", None, father_given_name="\u0e40\u0e01\u0e29\u0e21", layer="names", flaws=[{"attribute": "father_given_name", "rule": "script_not_allowed"}])
    case("father-unknown", "an unknown father is written with nines", "\u179f\u179799M1501199012", father_given_name=None, father_given_name_status="unknown")
    case("year-only", "an unknown day is never 1 January", "\u179f\u1797\u178a\u179aM9999199012", birth_date="1990")
    case("province-26", "there are 25 provinces", "\u179f\u1797\u178a\u179aM1501199099", birth_place="26", flaws=[{"attribute": "birth_place", "rule": "out_of_range"}])
