"""Which system an export looks like. Only said in messages and drafts: nothing is read by guess."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_MARKS: tuple[tuple[str, frozenset[str]], ...] = (
    ("dhis2-tracker", frozenset({"trackedEntity", "attribute", "value"})),
    ("dhis2-tracker", frozenset({"event", "dataElement", "value"})),
    ("dhis2-tracker", frozenset({"event", "programStage"})),
    ("dhis2-tracker", frozenset({"enrollment", "trackedEntity"})),
    ("odk-central", frozenset({"KEY", "SubmissionDate"})),
    ("odk-central", frozenset({"KEY", "PARENT_KEY"})),
    ("odk-central", frozenset({"KEY", "meta-instanceID"})),
    ("kobo", frozenset({"_uuid", "_id"})),
    ("kobo", frozenset({"_uuid", "_submission_time"})),
    ("kobo", frozenset({"_uuid", "_index"})),
    ("commcare", frozenset({"formid", "received_on"})),
    ("commcare", frozenset({"formid", "completed_time"})),
    ("commcare", frozenset({"caseid", "opened_date"})),
    ("commcare", frozenset({"caseid", "last_modified_date"})),
)


def looks_like(headers: Iterable[str]) -> str:
    """Return the ``format`` whose marks stand among the headers; empty where none do."""
    held = frozenset(headers)
    return next((name for name, marks in _MARKS if marks <= held), "")
