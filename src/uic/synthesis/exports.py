"""The partners' files, each in its partner's own shape; they hold no trace of the truth."""

from __future__ import annotations

import csv
import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from uic.files import writing
from uic.synthesis.births import from_iso, written
from uic.synthesis.defects import mistype
from uic.synthesis.names import khmer_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from uic.synthesis.contacts import Contacts
    from uic.synthesis.phnom_penh import Hidden
    from uic.synthesis.recording import Records

Sheet = dict[str, "NDArray[np.object_]"]
"""Columns of a file under their headers; a cell is text, a number, a date or None."""

HOTSPOTS = (
    "Railway", "Lakeside", "Old Market", "Riverside", "Stadium", "Night Market", "White Building",
    "Bus Station", "Canal", "Pagoda North", "Bridge East", "Depot",
)  # fmt: skip
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
    client = {
        "Client No": records.record_id,
        "Family name": shown["family_name"],
        "Given name": shown["given_name"],
        "Mother": _reasons(shown["mother_given_name"], rng),
        "Father": _reasons(shown["father_given_name"], rng),
        "Date of birth": _dates_of_birth(shown, ("day", "month", "year"), "/"),
        "Sex": _coded(shown["sex"], {"M": "Male", "F": "Female"}),
        "Commune": shown["place"],
        "Phone": _reasons(shown["phone"], rng),
    }
    places = rng.integers(0, len(HOTSPOTS), len(met.person))
    return _each(client, records.of_contact) | {
        "Contact date": _texts(met.date, "%d/%m/%Y"),
        "Hotspot": np.array(HOTSPOTS, dtype=object)[places],
        "Services": _words(met.services),
        "Needles given": _numbers(met.given["needles"]),
        "Condoms given": _numbers(met.given["condoms"]),
        "Lubricant given": _numbers(met.given["lubricant"]),
    }


def dic_sheet(records: Records, met: Contacts, hidden: Hidden, rng: np.random.Generator) -> Sheet:
    """One row a visit: Khmer names, real dates, numbers as numbers, a 1/0 column a service."""
    shown = records.shown
    latin = rng.random(len(records.person)) < LATIN_KNOWN
    client = {
        "លេខកូដ Code": records.record_id.astype(int).astype(object),
        "គោត្តនាម": _khmer(hidden, records, "family_name", rng),
        "នាម": _khmer(hidden, records, "given_name", rng),
        "Family name (Latin)": np.where(latin, shown["family_name"], None),
        "Given name (Latin)": np.where(latin, shown["given_name"], None),
        "ឈ្មោះម្តាយ": _khmer(hidden, records, "mother_given_name", rng),
        "ថ្ងៃកំណើត Birth date": _date_cells(shown),
        "ភេទ Sex": _coded(shown["sex"], {"M": "ប្រុស", "F": "ស្រី"}),
        "Commune": shown["place"],
        "Phone": _coded(shown["phone"], int),
        "Registered": hidden.registered[records.person].astype(object),
    }
    ticks = {DIC_SERVICES[name]: given.astype(int) for name, given in met.services.items()}
    return (
        _each(client, records.of_contact)
        | {"Visit date": met.date.astype(object)}
        | {header: ticked.astype(object) for header, ticked in ticks.items()}
        | {"Needles given": _numbers(met.given["needles"]), "Condoms given": _numbers(met.given["condoms"])}
    )


def referrals_sheet(
    records: Records, met: Contacts, hidden: Hidden, rng: np.random.Generator
) -> Sheet:
    """One row a completed referral: Latin names in capitals, ISO dates, sex 1 or 2."""
    del hidden, rng
    shown = records.shown
    client = {
        "client_ref": records.record_id,
        "surname": _coded(shown["family_name"], str.upper),
        "first_name": shown["given_name"],
        "mother": shown["mother_given_name"],
        "father": shown["father_given_name"],
        "birth_date": shown["birth_date"],
        "gender": _coded(shown["sex"], {"M": "1", "F": "2"}),
        "commune": shown["place"],
        "telephone": _coded(shown["phone"], lambda text: f"{text[:3]} {text[3:6]} {text[6:]}"),
    }
    service = _words(met.services)
    return _each(client, records.of_contact) | {
        "referred_on": _texts(met.date, "%Y-%m-%d"),
        "referred_for": service,
        "referred_to": _coded(service, SERVES),
    }


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
    return {name: np.append(values, None)[of_contact] for name, values in client.items()}


def _khmer(
    hidden: Hidden, records: Records, attribute: str, rng: np.random.Generator
) -> NDArray[np.object_]:
    names = khmer_script(hidden.columns[attribute][records.person])
    mistype(names, 0.01, rng)
    return names


def _reasons(values: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.object_]:
    """Say of some missing values why they are missing, as the outreach form asks."""
    luck = rng.random(len(values))
    words = np.select([luck < 0.2, luck < 0.3], ["not known", "refused"], "").astype(object)
    return np.where(values == None, words, values)  # noqa: E711


def _date_cells(shown: Sheet) -> NDArray[np.object_]:
    """A whole date is a date cell, a year alone a number, a month and year text."""
    return _coded(shown["birth_date"], _date_cell)


def _date_cell(iso: str) -> dt.date | int | str:
    if len(iso) == 4:
        return int(iso)
    return dt.date.fromisoformat(iso) if len(iso) == 10 else f"{iso[5:]}/{iso[:4]}"


def _dates_of_birth(shown: Sheet, order: tuple[str, ...], mark: str) -> NDArray[np.object_]:
    texts = pa.chunked_array([pa.array(shown["birth_date"], pa.string())])
    return np.where(shown["birth_date"] == None, None, written(from_iso(texts), order, mark))  # noqa: E711


def _coded(
    values: NDArray[np.object_], code: dict[str, str] | Callable[[str], Any]
) -> NDArray[np.object_]:
    """Write each value in the partner's own way; a value without a code stays as it is."""
    change = (lambda value: code.get(value, value)) if isinstance(code, dict) else code
    result = np.empty(len(values), dtype=object)
    result[:] = [None if value is None else change(value) for value in values]
    return result


def _texts(days: NDArray[np.datetime64], form: str) -> NDArray[np.object_]:
    return _coded(days.astype(object), lambda day: day.strftime(form))


def _words(services: dict[str, NDArray[np.bool_]]) -> NDArray[np.object_]:
    given = zip(*services.values(), strict=True)
    texts = [" ".join(name for name, on in zip(services, row, strict=True) if on) for row in given]
    return np.array(texts, dtype=object)


def _numbers(pieces: NDArray[np.int64]) -> NDArray[np.object_]:
    return np.where(pieces > 0, pieces.astype(object), None)
