"""The rules of a quality check, each with what it means and what to do: the words of a report."""

from __future__ import annotations

_LOOK = "Look these records up in your own file."
_GUESS = "The day was often guessed. Agree on one rule for guessing, or write down only the year."

MEANS: dict[str, str] = {
    "missing": (
        "Values missing. Ask at the next visit: records without it meet less often when people "
        "are counted."
    ),
    "unknown": "Missing because the person does not know. Asking again seldom helps.",
    "refused": "Missing because the person would not say. Explain how it is kept, do not press.",
    "unusable-value": "Values that could not be read count as missing. Correct them at the source.",
    "date-precision-month": "Only year and month are known. Never fill in a day by hand.",
    "date-precision-year": "Only the year is known. Never fill in a day or month by hand.",
    "date-precision-estimated": "The date was estimated, for example from an age.",
    "impossible-date": f"A month or day that no calendar has. {_LOOK}",
    "birth-date-in-future": f"Born after today. {_LOOK}",
    "age-under-10": f"Often the year of the visit, or a year typed wrongly. {_LOOK}",
    "age-over-80": f"Often a default date, or a year typed wrongly. {_LOOK}",
    "heaping-1-january": f"Born on 1 January more often than chance. {_GUESS}",
    "heaping-day-15": f"Born on the 15th of a month more often than chance. {_GUESS}",
    "heaping-other-day": f"Born on a few other days of the year more often than chance. {_GUESS}",
    "day-month-swap": (
        "Too many days of birth lie between 1 and 12: dates written day first and month first were "
        "probably mixed. Check the date order of each source."
    ),
    "default-date": (
        "1 January 1900 or 1970, which software writes for an empty date. Treat it as missing."
    ),
    "repeated-date": (
        "Single dates come far more often than their year and day explain: a default was typed. "
        "Sort your own file by birth date to see them."
    ),
    "mojibake": (
        "Letters were lost when the file was saved or read. Export it again as UTF-8, and do not "
        "open and save a CSV in a spreadsheet."
    ),
    "legacy-font": (
        "Signs or capitals inside words: slips, or Khmer typed in an old font (Limon, ABC). "
        "Convert such text to Unicode, or its codes will meet no other partner's."
    ),
    "same-code-different-birth-date": (
        "Codes whose records give different dates of birth: two people share the code, or a date "
        "was typed wrongly."
    ),
    "same-person-two-codes": (
        "People with the same names and birth date who carry two codes: by code they count twice. "
        "Agree which code stays."
    ),
    "same-person-day-month-swapped": (
        "Pairs that agree in everything but have day and month in each other's place: probably one "
        "person in two date orders."
    ),
    "worker-identical-codes": (
        "Workers whose own records share codes far more often than records of different workers. "
        "If a row is a person and not a visit, see how these codes are made."
    ),
    "no-code": "Records for which the scheme makes no code.",
    "not-usable-in-code": "Values that the scheme could not use. Correct them at the source.",
    "wrong-check-character": "Copied wrongly. Go back to the card or to the person.",
    "not-a-code-of-the-scheme": (
        "Codes that do not have the form of the scheme: made by another rule, or cut."
    ),
    "code-not-from-these-answers": (
        "Codes that the answers in the same record do not give: one of the two was written "
        "wrongly, or the code was made from other answers."
    ),
}
"""Every rule, by its stable name."""
