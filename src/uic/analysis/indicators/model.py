"""An indicator: what is counted, over which contacts, as data. The norm is ``spec/indicators``.

A file holds a set of indicators with one version and one source. Every key is checked and
unknown keys are refused: a misspelt filter that is silently ignored would count everybody.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = "uic-indicators/1"
WORDS_FORMAT = "uic-indicator-words/1"

Unit = Literal["contacts", "people", "group_contacts", "given", "returned"]
Seen = Literal[
    "new_to_programme", "new_to_partner", "new_in_year", "returning", "first_in_year"
]  # fmt: skip
Period = Literal["year", "half", "quarter", "month"]

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]
SetId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
Text = Annotated[str, Field(min_length=1, max_length=1000)]
Days = Annotated[int, Field(ge=1, le=3660)]
Values = Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Where(_Strict):
    """Which contacts qualify: for every column given, the contact holds one of the values.

    Values are the ids of ``spec/indicators/words.toml`` where the column has such, else the
    words of the data; case does not matter. ``service`` and ``referral`` are looked at in the
    same row of a contact.
    """

    channel: Values | None = None
    partner: Values | None = None
    site: Values | None = None
    service: Values | None = None
    referral: Values | None = None
    population: Values | None = None
    sex: Values | None = None
    age_group: Values | None = None
    marital_status: Values | None = None
    disclosure: Values | None = None
    hiv_status: Values | None = None

    @property
    def items(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The columns that are given, each with its values."""
        pairs = ((name, getattr(self, name)) for name in type(self).model_fields)
        return tuple((name, values) for name, values in pairs if values is not None)


class _Named(_Strict):
    """What every indicator says about itself."""

    id: Id
    label: Text
    section: str = ""
    definition: str = ""
    source: str = ""
    verified: bool = False

    @model_validator(mode="after")
    def _sourced(self) -> _Named:
        if self.verified and not self.source:
            raise ValueError("an indicator that is 'verified' names its 'source'")
        return self


class Indicator(_Named):
    """One number a cell.

    ``unit`` is what is counted: ``contacts``, ``people``, ``group_contacts`` (contacts without a
    person), or pieces ``given`` and ``returned``. For people, ``at_least`` is the least number of
    qualifying contacts in the cell; ``also`` and ``unless`` say that the person must, or must
    not, have a further contact in the cell; ``seen`` keeps those who are new or returning.
    """

    unit: Unit
    where: Where = Where()
    at_least: Annotated[int, Field(ge=1)] = 1
    also: Where | None = None
    unless: Where | None = None
    seen: Seen | None = None

    @model_validator(mode="after")
    def _people_only(self) -> Indicator:
        if self.unit != "people" and (self.at_least > 1 or self.also or self.unless or self.seen):
            raise ValueError("'at_least', 'also', 'unless' and 'seen' are for unit = 'people'")
        return self


class Ratio(_Named):
    """One indicator divided by another, or by a size estimate where ``per`` is ``size``.

    ``period`` limits it to periods of one length, as in "per year".
    """

    of: Id
    per: Id
    period: Period | None = None


class Completion(_Named):
    """Referrals of a service that were made, and how many a record elsewhere shows completed."""

    service: Values
    within_days: Annotated[tuple[Days, ...], Field(min_length=1, strict=False)] = (30, 90)


class Cohort(_Named):
    """People on a daily treatment: a gap of ``missed_days`` days ends an episode."""

    service: Values
    missed_days: Days = 5
    retention_days: Annotated[tuple[Days, ...], Field(min_length=1, strict=False)] = (30, 90, 180)


class IndicatorSet(_Strict):
    """A file of indicators; the order of the file is the order of the rows in a table.

    ``words`` lists, by column, values of your own data that the file names beside the shared
    words of ``spec/indicators/words.toml``.
    """

    format: Literal["uic-indicators/1"]
    id: SetId
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]
    title: Text
    source: Text
    note: str = ""
    period: Period = "year"
    fiscal_start: Annotated[int, Field(ge=1, le=12)] = 1
    words: dict[str, Values] = {}
    indicators: Annotated[tuple[Indicator, ...], Field(strict=False)] = ()
    ratios: Annotated[tuple[Ratio, ...], Field(strict=False)] = ()
    completions: Annotated[tuple[Completion, ...], Field(strict=False)] = ()
    cohorts: Annotated[tuple[Cohort, ...], Field(strict=False)] = ()

    @property
    def everything(self) -> tuple[Indicator | Ratio | Completion | Cohort, ...]:
        """All that the set defines."""
        return (*self.indicators, *self.ratios, *self.completions, *self.cohorts)

    @model_validator(mode="after")
    def _coherent(self) -> IndicatorSet:
        ids = [item.id for item in self.everything]
        if len(set(ids)) < len(ids):
            raise ValueError(f"two indicators have the id {max(ids, key=ids.count)!r}")
        counted = {item.id for item in self.indicators}
        for ratio in self.ratios:
            unknown = {ratio.of, ratio.per} - counted - {"size"}
            if unknown or ratio.of == "size":
                raise ValueError(f"the ratio {ratio.id!r} uses {min(unknown or {'size'})!r}, which"
                                 " is no indicator of this file")  # fmt: skip
        if not ids:
            raise ValueError("the file defines no indicator")
        if set(self.words) - set(COLUMNS_WITH_WORDS):
            raise ValueError(f"'words' is given for {', '.join(COLUMNS_WITH_WORDS)} only")
        return self


class Word(_Strict):
    """One value of a column: its id, what people call it, and how files write it."""

    id: Text
    label: Text
    aliases: Annotated[tuple[Text, ...], Field(strict=False)] = ()


class Words(_Strict):
    """The values that indicators may name, by column."""

    format: Literal["uic-indicator-words/1"]
    version: Annotated[str, Field(pattern=r"^[0-9]+\.[0-9]+$")]
    service: Annotated[tuple[Word, ...], Field(strict=False)]
    channel: Annotated[tuple[Word, ...], Field(strict=False)]
    referral: Annotated[tuple[Word, ...], Field(strict=False)]
    population: Annotated[tuple[Word, ...], Field(strict=False)]
    sex: Annotated[tuple[Word, ...], Field(strict=False)]
    marital_status: Annotated[tuple[Word, ...], Field(strict=False)]
    disclosure: Annotated[tuple[Word, ...], Field(strict=False)]
    hiv_status: Annotated[tuple[Word, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _unambiguous(self) -> Words:
        for column in COLUMNS_WITH_WORDS:
            written = [text for word in getattr(self, column) for text in spellings(word)]
            if len(set(written)) < len(written):
                raise ValueError(f"{column}: one spelling belongs to two words")
        return self


COLUMNS_WITH_WORDS = tuple(name for name in Words.model_fields if name not in {"format", "version"})


def spellings(word: Word) -> frozenset[str]:
    """Return how a word may stand in a file, folded."""
    return frozenset(folded(text) for text in (word.id, word.label, *word.aliases))


def folded(text: str) -> str:
    """Return a word without outer blanks and in lower case, as the counting SQL compares it."""
    return text.strip().lower()
