"""The partners' files, each in its partner's own shape; they hold no trace of the truth."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Any

from uic.files import writing
from uic.synthesis.births import from_days, from_iso, written
from uic.synthesis.cells import cells, changed, coded, masked, present, repeated
from uic.synthesis.defects import mistype
from uic.synthesis.names import khmer_script

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from uic.synthesis.cells import Cells
    from uic.synthesis.contacts import Contacts
    from uic.synthesis.phnom_penh import Hidden
    from uic.synthesis.recording import Records

Sheet = dict[str, "Cells"]
"""Columns of a file under their headers; a cell is text, a number, a date or None."""

HOTSPOTS = 12
"""Meeting points are numbered: a made-up client must not blacken a real corner."""

SERVES = {
    "methadone therapy": "Methadone clinic",
    "VCCT": "VCCT site",
    "STI service": "STI clinic",
    "other reproductive health": "Women's clinic",
    "ARV/OI and monitoring": "Referral hospital",
    "TB treatment and monitoring": "Referral hospital",
    "primary health care": "Health centre",
}
DIC_SERVICES = {
    "ns": "Needles",
    "condom": "Condoms",
    "hygiene": "Shower & meal",
    "counselling": "Counselling",
    "first_aid": "First aid",
}
KHMER_TYPING = 0.01
"""Share of names in Khmer script with a sign doubled or left out."""

# In one row each: what no reader can use, under the header of its column.
SLIPS: dict[str, dict[str, Any]] = {
    "outreach": {"Date of birth": "31/02/1989"},
    "dic": {"ថ្ងៃកំណើត Birth date": dt.date(2094, 5, 2)},
    "referrals": {"birth_date": "1990-13-04", "gender": "9"},
}

LATIN_KNOWN = 0.85
"""Share of the centre's records that also hold the name in Latin letters."""

MADE = dt.datetime(2015, 1, 5, 8, 0, tzinfo=dt.UTC)
"""When the centre's workbook says it was made: fixed, so that equal contents are equal bytes."""


def outreach_sheet(
    records: Records, met: Contacts, hidden: Hidden, rng: np.random.Generator
) -> Sheet:
    """One row a contact: Latin names, day first, services as words in one cell."""
    del hidden
    shown = records.shown
    born = written(from_iso(shown["birth_date"]), ("day", "month", "year"), "/")
    spots = rng.integers(1, HOTSPOTS + 1, len(met.person))
    client = {
        "Client No": records.record_id,
        "Family name": shown["family_name"],
        "Given name": shown["given_name"],
        "Mother": _reasons(shown["mother_given_name"], rng),
        "Father": _reasons(shown["father_given_name"], rng),
        "Date of birth": born,
        "Sex": coded(shown["sex"], {"M": "Male", "F": "Female"}),
        "Birth province": shown["birth_place"],
        "Commune": shown["place"],
        "Phone": _reasons(shown["phone"], rng),
    }
    sheet = _each(client, records.of_contact) | {
        "Contact date": written(from_days(met.date), ("day", "month", "year"), "/"),
        "Hotspot": cells(f"Hotspot {number}" for number in spots),
        "Client type": met.kind,
        "Services": _words(met.services),
        "Needles given": _numbers(met.given["needles"]),
        "Condoms given": _numbers(met.given["condoms"]),
        "Lubricant given": _numbers(met.given["lubricant"]),
    }
    return _slipped(sheet, SLIPS["outreach"], rng)


def dic_sheet(records: Records, met: Contacts, hidden: Hidden, rng: np.random.Generator) -> Sheet:
    """One row a visit: Khmer names, real dates, numbers as numbers, a 1/0 column a service."""
    shown = records.shown
    latin = rng.random(len(records.person)) < LATIN_KNOWN
    client = {
        "លេខកូដ Code": changed(records.record_id, int),
        "គោត្តនាម": _khmer(hidden, records, "family_name", rng),
        "នាម": _khmer(hidden, records, "given_name", rng),
        "Family name (Latin)": masked(shown["family_name"], latin),
        "Given name (Latin)": masked(shown["given_name"], latin),
        "ឈ្មោះម្តាយ": _khmer(hidden, records, "mother_given_name", rng),
        "ថ្ងៃកំណើត Birth date": changed(shown["birth_date"], _date_cell),
        "ភេទ Sex": coded(shown["sex"], {"M": "ប្រុស", "F": "ស្រី"}),
        "ខេត្តកំណើត Birth province": shown["birth_place"],
        "Commune": shown["place"],
        "Phone": changed(shown["phone"], int),
        "Registered": cells(hidden.registered[records.person].tolist()),
    }
    ticks = {DIC_SERVICES[name]: cells(map(int, given)) for name, given in met.services.items()}
    sheet = {
        **_each(client, records.of_contact),
        "Visit date": cells(met.date.tolist()),
        "Client type": met.kind,
        **ticks,
        "Needles given": _numbers(met.given["needles"]),
        "Condoms given": _numbers(met.given["condoms"]),
    }
    return _slipped(sheet, SLIPS["dic"], rng)


def referrals_sheet(
    records: Records, met: Contacts, hidden: Hidden, rng: np.random.Generator
) -> Sheet:
    """One row a completed referral: Latin names in capitals, ISO dates, sex 1 or 2."""
    del hidden
    shown = records.shown
    client = {
        "client_ref": records.record_id,
        "surname": changed(shown["family_name"], str.upper),
        "first_name": shown["given_name"],
        "mother": shown["mother_given_name"],
        "father": shown["father_given_name"],
        "birth_date": shown["birth_date"],
        "gender": coded(shown["sex"], {"M": "1", "F": "2"}),
        "commune": shown["place"],
        "telephone": changed(shown["phone"], _spaced),
    }
    service = _words(met.services)
    sheet = _each(client, records.of_contact) | {
        "referred_on": written(from_days(met.date), ("year", "month", "day"), "-"),
        "referred_for": service,
        "referred_to": coded(service, SERVES),
    }
    return _slipped(sheet, SLIPS["referrals"], rng)


def write_csv(path: Path, sheet: Sheet, *, separator: str, encoding: str) -> None:
    """Write a sheet as text; a missing value is an empty cell."""
    with writing(path) as temporary, temporary.open("w", encoding=encoding, newline="") as file:
        rows = csv.writer(file, delimiter=separator, lineterminator="\r\n")
        rows.writerow(sheet)
        rows.writerows(zip(*sheet.values(), strict=True))


def write_xlsx(path: Path, sheet: Sheet, name: str) -> None:
    """Write a sheet as a workbook whose numbers are numbers and whose dates are dates."""
    import xlsxwriter

    with writing(path) as temporary:
        book = xlsxwriter.Workbook(temporary, {"in_memory": True})
        book.set_properties({"created": MADE.replace(tzinfo=None), "comments": "SYNTHETIC"})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        page = book.add_worksheet(name)
        for column, (header, values) in enumerate(sheet.items()):
            page.write_string(0, column, header)
            for row, value in enumerate(values, start=1):
                _write_cell(page, row, column, value, day)
        book.close()


def _write_cell(page: Any, row: int, column: int, value: Any, day: Any) -> None:  # noqa: ANN401
    if isinstance(value, dt.date):
        page.write_datetime(row, column, value, day)
    elif isinstance(value, int):
        page.write_number(row, column, value)
    elif value is not None:
        page.write_string(row, column, value)


def _each(client: Sheet, of_contact: NDArray[np.int64]) -> Sheet:
    """Repeat what is known of a client at every contact; a group has nothing."""
    return {name: repeated(values, of_contact) for name, values in client.items()}


def _slipped(sheet: Sheet, slips: dict[str, Any], rng: np.random.Generator) -> Sheet:
    """Put each unusable value into one row, over a usable one."""
    for header, value in slips.items():
        sheet[header][rng.choice(present(sheet[header]).nonzero()[0])] = value
    return sheet


def _khmer(hidden: Hidden, records: Records, attribute: str, rng: np.random.Generator) -> Cells:
    """Write the true name in Khmer script: the centre has it from the person, not from paper."""
    names = khmer_script(hidden.columns[attribute][records.person])
    mistype(names, KHMER_TYPING, rng)
    return names


def _reasons(values: Cells, rng: np.random.Generator) -> Cells:
    """Say of some missing values why they are missing, as the outreach form asks."""
    luck = rng.random(len(values))
    result = values.copy()
    result[~present(values) & (luck < 0.3)] = "refused"
    result[~present(values) & (luck < 0.2)] = "not known"
    return result


def _date_cell(iso: str) -> dt.date | int | str:
    """Make a whole date a date, a year alone a number, anything else text."""
    if len(iso) == 4:
        return int(iso)
    if len(iso) == 7:
        return f"{iso[5:]}/{iso[:4]}"
    return iso if iso.startswith("~") else dt.date.fromisoformat(iso)


def _spaced(phone: str) -> str:
    return f"{phone[:3]} {phone[3:6]} {phone[6:]}"


def _words(services: dict[str, NDArray[np.bool_]]) -> Cells:
    """Write the services of each contact one after the other, with a space between."""
    given = zip(*services.values(), strict=True)
    return cells(
        " ".join(name for name, on in zip(services, row, strict=True) if on) for row in given
    )


def _numbers(pieces: NDArray[np.int64]) -> Cells:
    return masked(pieces.astype(object), pieces > 0)
