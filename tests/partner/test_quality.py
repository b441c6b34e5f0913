"""Quality of a register: every rule finds what it must, stays silent where it must."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from uic.files import example_path
from uic.partner.codes import compose
from uic.partner.quality import CheckReport, Finding, check
from uic.partner.quality.rules import MEANS
from uic.partner.quality.texts import is_legacy_khmer, is_mojibake
from uic.partner.registers import EVENTS, Register
from uic.partner.schemes import load_scheme
from uic.values import RowProblem

TODAY = dt.date(2026, 11, 22)


def register(problems: tuple[RowProblem, ...] = (), **columns: object) -> Register:
    """Build a register; ``born`` gives (year, month, day) with None for what is not known."""
    born = columns.pop("born", None)
    data = {"record_id": None, **columns}
    if born is not None:
        for at, part in enumerate(("year", "month", "day")):
            data[f"birth_date_{part}"] = pa.array([d and d[at] for d in born], pa.int16())
        data["birth_date_precision"] = [d and ("day" if d[2] else "year") for d in born]
    size = len(next(value for value in data.values() if value is not None))
    data["record_id"] = [str(row) for row in range(size)]
    records = pa.table(data)
    return Register("NGO", records, EVENTS.empty_table(), problems, size, "0" * 64)


def found(report: CheckReport, rule: str, column: str | None = None) -> Finding:
    """Return the one finding of a rule."""
    items = [
        item
        for item in report.registers[0].findings
        if item.rule == rule and column in {None, item.column}
    ]
    assert len(items) == 1
    return items[0]


def honest_dates(size: int, seed: int = 5) -> list[tuple[int, int, int]]:
    """Return birth dates spread evenly over 1960 to 2005."""
    days = np.random.default_rng(seed).integers(0, 365 * 45, size)
    start = dt.date(1960, 1, 1).toordinal()
    dates = [dt.date.fromordinal(start + int(day)) for day in days]
    return [(date.year, date.month, date.day) for date in dates]


def test_honest_dates_raise_no_flag() -> None:
    """On evenly spread birth dates no rule on dates is flagged, in twenty registers."""
    for seed in range(20):
        report = check(register(born=honest_dates(2000, seed)), today=TODAY)
        assert [item.rule for item in report.registers[0].flagged] == []


def test_impossible_future_and_ages() -> None:
    """31 February, a birth after today, a child under 10 and someone over 80 are each counted."""
    born = [
        *honest_dates(50),
        (1990, 2, 31),
        (1990, 13, 1),
        (2026, 11, 23),
        (2027, None, None),
        (2017, 1, 1),
        (1945, 5, 5),
        (2016, 11, 22),
        (1900, 2, 29),
    ]
    report = check(register(born=born), today=TODAY)
    assert found(report, "impossible-date").count == 3
    assert found(report, "birth-date-in-future").count == 2
    assert found(report, "age-under-10").count == 1
    assert found(report, "age-over-80").count == 2


@pytest.mark.parametrize(
    ("rule", "heap"),
    [
        ("heaping-1-january", lambda year, _month: (year, 1, 1)),
        ("heaping-day-15", lambda year, month: (year, month, 15)),
        ("heaping-other-day", lambda year, _month: (year, 7, 1)),
    ],
)
def test_heaping(rule: str, heap: object) -> None:
    """A tenth of a register guessed onto one day is flagged by its own rule only."""
    born = honest_dates(2000)
    born[:200] = [heap(year, month) for year, month, _day in born[:200]]
    report = check(register(born=born), today=TODAY)
    assert [item.rule for item in report.registers[0].flagged] == [rule]
    assert found(report, rule).count >= 200
    assert found(report, rule).expected < 0.04


def test_default_and_repeated_dates() -> None:
    """Software's empty dates are counted always; another date only where it is too frequent."""
    born = [*honest_dates(2000), (1900, 1, 1), *[(1970, 1, 1)] * 3, *[(1985, 7, 17)] * 40]
    report = check(register(born=born), today=TODAY)
    assert found(report, "default-date").count == 4
    assert 40 <= found(report, "repeated-date").count <= 42


def test_mixed_date_orders_show_as_low_days() -> None:
    """Where days above 12 were unusable because of a wrong order, too many low days remain."""
    born = [(y, m, d) if at % 3 else (y, d, m) for at, (y, m, d) in enumerate(honest_dates(3000))]
    kept = [date if date[1] <= 12 else None for date in born]
    assert found(check(register(born=kept), today=TODAY), "day-month-swap").flagged


def test_missing_refused_and_unusable() -> None:
    """Missing, unknown, refused, coarse and unusable values are five different counts."""
    problem = RowProblem("NGO", 4, "Date of birth", "the year has three digits")
    report = check(
        register(
            (problem, problem),
            given_name=["A", None, None, "B"],
            given_name_status=[None, "unknown", "refused", None],
            born=[(1990, 4, 5), (1991, None, None), None, (1992, 1, 2)],
        ),
        today=TODAY,
    )
    assert found(report, "missing", "given_name").count == 2
    assert found(report, "missing", "birth_date").count == 1
    assert found(report, "unknown").count == found(report, "refused").count == 1
    assert found(report, "date-precision-year").count == 1
    assert found(report, "unusable-value").count == 2


@pytest.mark.parametrize("text", ["សុខ សំណាង", "Đặng Thị", "José Nuñez", "Müller", "Øster"])
def test_mojibake_is_told_from_names(text: str) -> None:
    """A name read as Windows-1252 is mojibake; the name itself is not."""
    broken = "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode()
    )
    assert is_mojibake(broken)
    assert is_mojibake(text.encode().decode("latin-1"))
    assert not is_mojibake(text)


@pytest.mark.parametrize("text", ["Sok ??? San", "S\N{REPLACEMENT CHARACTER}k", "So\x9ek"])
def test_lost_letters_are_mojibake(text: str) -> None:
    """Question marks in a row, replacement characters and control codes are lost letters."""
    assert is_mojibake(text)


LEGACY = ["RBHraCaNacRkkm<úCa", "éf¶ExqñaMkMeNIt", "kñúgerOg", "cMerIn", "EpñkTI", "esA"]
PLAIN = [
    "Sok", "SOK SAN", "sokha", "Mc Donald", "McDonald", "O'Brien", "Anne-Marie", "DeLuca",
    "Đặng", "José", "sOKHA", "Sok (2)", "ខ្មែរ", "St. John", "No 12/3",
]  # fmt: skip


@pytest.mark.parametrize("text", LEGACY)
def test_legacy_font_text_is_found(text: str) -> None:
    """Khmer typed in a legacy font shows signs or capitals in the middle of words."""
    assert is_legacy_khmer(text)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_names_are_not_legacy_text(text: str) -> None:
    """Latin and Khmer names as people type them are not taken for legacy text."""
    assert not is_legacy_khmer(text)


def people(**changes: object) -> dict[str, object]:
    """Return four people with codes; the last two are one person."""
    return {
        "family_name": ["Sok", "Chan", "Kim", "KIM"],
        "given_name": ["Dara", "Bopha", "Sothea", "sothea"],
        "uic": ["AAAA", "BBBB", "CCCC", "DDDD"],
        "born": [(1990, 3, 4), (1991, 5, 6), (1992, 7, 8), (1992, 7, 8)],
    } | changes


def test_same_person_two_codes() -> None:
    """One person with two codes is found although the names are typed differently."""
    report = check(register(**people()), today=TODAY)
    assert found(report, "same-person-two-codes").count == 1
    assert found(report, "same-code-different-birth-date").count == 0


def test_same_code_different_birth_dates() -> None:
    """A code with two dates of birth is counted once."""
    report = check(register(**people(uic=["AAAA", "AAAA", "CCCC", "CCCC"])), today=TODAY)
    assert found(report, "same-code-different-birth-date").count == 1
    assert found(report, "same-person-two-codes").count == 0


def test_swapped_day_and_month_of_one_person() -> None:
    """Two records that differ only by day and month in each other's place are one pair."""
    report = check(
        register(**people(born=[(1990, 3, 4), (1991, 5, 5), (1992, 7, 8), (1992, 8, 7)])),
        today=TODAY,
    )
    assert found(report, "same-person-day-month-swapped").count == 1


def test_worker_with_identical_codes() -> None:
    """A worker who invents clients from few codes stands out; chance repeats do not."""
    rng = np.random.default_rng(2)
    codes = [f"C{number}" for number in rng.integers(0, 4000, 600)]
    workers = [f"W{row % 6}" for row in range(600)]
    honest = check(register(uic=codes, worker=workers), today=TODAY)
    codes[:60:6] = ["C1", "C2"] * 5
    lazy = check(register(uic=codes, worker=workers), today=TODAY)
    assert found(honest, "worker-identical-codes").count == 0
    assert found(lazy, "worker-identical-codes").count == 1


def test_entropy_of_equal_codes() -> None:
    """100 codes drawn evenly have log2(100) = 6.64 bits, and the crowd follows from it."""
    codes = [f"C{number}" for number in np.random.default_rng(1).integers(0, 100, 4000)]
    code = check(register(uic=codes), population=50_001, today=TODAY).registers[0].code
    assert code is not None
    assert code.entropy_bits == pytest.approx(np.log2(100), abs=0.02)
    assert code.crowd == pytest.approx(1 + 50_000 / 100, rel=0.02)
    assert code.shared_seen == code.shared_expected == pytest.approx(1)
    assert code.entropy_at_least < code.entropy_bits


def test_expected_share_follows_the_formula() -> None:
    """Three records of which two share a code: chance 1/3, expected share 1 - (2/3)^2."""
    code = check(register(uic=["A", "A", "B"]), today=TODAY).registers[0].code
    assert code.entropy_bits == pytest.approx(np.log2(3))
    assert code.shared_seen == pytest.approx(2 / 3)
    assert code.shared_expected == pytest.approx(5 / 9)


def test_without_a_shared_code_only_a_bound_is_known() -> None:
    """Where no two records share a code there is no estimate and no crowd, only a bound."""
    codes = [f"C{number}" for number in range(1000)]
    code = check(register(uic=codes), population=10_000, today=TODAY).registers[0].code
    assert code.entropy_bits is None
    assert code.crowd is None
    assert code.entropy_at_least == pytest.approx(np.log2(499_500 / 2.9957), abs=1e-3)
    assert "expect one person" in code.sentence


@pytest.mark.parametrize("size", [2, 10_000])
def test_no_code_is_called_anonymous(size: int) -> None:
    """However large the crowd, the sentence says pseudonym and never that it is anonymous."""
    code = check(register(uic=["A", "A", "B"]), population=size, today=TODAY).registers[0].code
    assert "pseudonym" in code.sentence
    assert "not anonymous" in code.sentence


def test_the_report_holds_no_value() -> None:
    """Neither text, JSON nor repr of a report holds a name, date, code or worker."""
    values = people(
        family_name=["Zqvname", "Zqvother", "Zqvthird", "Zqvthird"],
        uic=["ZQVCODE", "ZQVCODE", "ZQVA", "ZQVB"],
        born=[(1917, 3, 14), (1917, 3, 14), (2031, 3, 14), (1990, 3, 14)],
    ) | {"worker": ["Zqvworker"] * 4}
    report = check(register(**values), population=100, today=TODAY)
    shown = report.to_text() + report.to_json() + repr(report)
    assert "zqv" not in shown.lower()
    assert not re.search(r"(?<![.\d])(1917|2031|1990)(?!\d)", shown)
    assert json.loads(report.to_json())["registers"][0]["findings"][0]["means"]


def test_an_empty_register_is_checked() -> None:
    """A register without a record gives a report of zeros."""
    report = check(register(family_name=pa.array([], pa.string()), born=[]), today=TODAY)
    assert report.registers[0].records == 0
    assert report.registers[0].flagged == ()


def test_every_rule_has_words() -> None:
    """Each rule a report can hold has one sentence in the table of words."""
    report = check(register(**people(), worker=["a", "a", "b", "b"]), today=TODAY)
    assert {item.rule for item in report.registers[0].findings} <= set(MEANS)


KH = {
    "mother_given_name": ["Sokha", "Bopha", None, "Chanthy"],
    "father_given_name": ["Dara", "Rith", "Vuthy", "Sok"],
    "sex": ["M", "F", "M", "M"],
    "born": [(1990, 3, 4), (1991, 5, 6), (1992, 7, 8), (1993, 7, 8)],
    "birth_place": ["12", "1", "3", "Kandal"],
}


def test_codes_of_a_scheme_are_made_and_measured() -> None:
    """With a scheme its codes are measured; missing and unusable parts are not 'known'."""
    report = check(register(**KH), scheme="kh-template", today=TODAY)
    code = report.registers[0].code
    assert (code.scheme, code.coded, code.complete) == ("kh-template", 4, 2)
    assert found(report, "no-code").count == 0
    assert found(report, "not-usable-in-code").count == 1


def test_records_without_a_code_are_counted() -> None:
    """A scheme without signs for missing parts makes no code for records that lack them."""
    report = check(register(**KH), scheme="ca-ddrp", today=TODAY)
    assert found(report, "no-code").count == 1
    assert report.registers[0].code.coded == 3


def test_codes_given_earlier_are_checked() -> None:
    """Wrong check characters, wrong forms and codes of other answers are told apart."""
    scheme = load_scheme("ca-ddrp")
    records = register(**{**KH, "mother_given_name": ["Sokha", "Bopha", "Kunthea", "Chanthy"]})
    composed = compose(records.records, scheme)
    codes, checks = composed.codes.to_pylist(), composed.checks.to_pylist()
    carried = [f"{code}/{check}" for code, check in zip(codes, checks, strict=True)]
    carried[1] = carried[1][:-1] + ("A" if checks[1] != "A" else "B")
    carried[2] = carried[2][:3]
    carried[3] = f"XX{codes[3][2:]}"
    records = Register(
        records.partner,
        records.records.append_column("uic", pa.array(carried)),
        records.events,
        (),
        4,
        records.digest,
    )
    report = check(records, scheme=scheme, today=TODAY)
    assert found(report, "wrong-check-character").count == 1
    assert found(report, "not-a-code-of-the-scheme").count == 1
    assert found(report, "code-not-from-these-answers").count == 2


def test_a_file_is_read_with_its_code_and_worker_columns(tmp_path: Path) -> None:
    """Columns for codes and workers are named on the call; the signed schema stays as it is."""
    path = tmp_path / "visits.csv"
    path.write_text("UIC,Outreach worker,sex\nAA,w1,M\nAA,w1,M\nBB,w2,F\n", encoding="utf-8")
    report = check(path, code_column="UIC", worker_column="Outreach worker", today=TODAY)
    assert report.registers[0].code.coded == 3
    assert found(report, "worker-identical-codes").of == 2


def test_the_phnom_penh_example_is_checked() -> None:
    """The shipped exports are read by their schema and show the heaping they were given."""
    folder = example_path("phnom-penh")
    paths = [folder / name for name in ("outreach.csv", "dic.xlsx", "referrals.csv")]
    report = check(paths, schema=folder / "schema.toml", scheme="ca-ddrp", today=TODAY)
    assert [item.partner for item in report.registers] == ["outreach", "dic", "referrals"]
    assert all(
        "heaping-1-january" in {finding.rule for finding in item.flagged}
        for item in report.registers
    )
    assert "pseudonym" in report.to_text()


def test_the_manual_names_every_rule() -> None:
    """docs/check.md explains every rule, and no rule that does not exist."""
    text = (Path(__file__).parents[2] / "docs" / "check.md").read_text("utf-8")
    table = text.split("## What it looks for")[1].split("\n\nA share")[0]
    told = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)+|missing|unknown|refused|mojibake)`", table))
    told |= {"date-precision-year", "date-precision-estimated"}
    assert told - {"-year", "-estimated"} == set(MEANS)
