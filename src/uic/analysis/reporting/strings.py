"""Every word of the report in one place, so that a second language is a second dictionary."""

from __future__ import annotations

ENGLISH = {
    "title": "People reached",
    "partners_and_period": "Partners: {partners} · {period}",
    "inside_title": "For inside use only",
    "inside": (
        "This report shows small cells and has not passed the release gate. Do not hand it, or a "
        "picture or a copy of a table in it, to an authority, a donor or the public: a count of "
        "a few people can point at a person."
    ),
    "warnings": "Read this first",
    "contents": "Contents",
    # Headline
    "contacts": "Contacts",
    "people": "People",
    "headline": "From contacts to people",
    "headline_contacts": "contacts recorded",
    "headline_group": "{count} of them with groups, without a person",
    "headline_nobody_in_group": "every one with a known person",
    "headline_people": "people behind them",
    "headline_per_person": "{ratio} contacts a person",
    "headline_new": "new to the programme in {period}",
    "headline_new_note": "first contact ever in the linked files",
    "headline_new_unknown": "new people: cannot be told",
    "headline_new_unknown_note": "the files begin too shortly before the counted periods",
    "headline_entries": "lists for one person, on average",
    "headline_entries_note": "the lists added up say {entries}, yet hold {people} people",
    "not_add_title": "Do not add these numbers.",
    "not_add": (
        "One person can stand in many cells. Every cell, and every total, was counted "
        "from people; no total is a sum."
    ),
    # Periods
    "periods": "Period by period",
    "periods_lead": "All partners and channels together.",
    "period": "Period",
    "new_to_programme": "New to programme",
    "new_to_partner": "New to partner",
    "new_in_year": "New in year",
    "group_contacts": "Group contacts",
    "undated": "Undated",
    "all_time": "All dates",
    "bar_people": "People, and the new among them",
    "key_new": "new to the programme",
    "key_known": "known before",
    "key_censored": "marked †: new cannot be told",
    "censored": (
        "† A partner’s files begin in this period or less than three months before it. A "
        "first contact here is often only the first one on file, so do not report this as new."
    ),
    "undated_note": "Contacts without a date ({count}) are counted under “{all_time}” only.",
    "all_dates_note": "Over “{all_time}” everybody would be new, so there no number is given.",
    # Overlap
    "overlap": "Who is on which list",
    "overlap_lead": (
        "The lists added up say {entries} people; they hold {people}. Adding up would count "
        "{extra} too many."
    ),
    "list": "List",
    "on_list": "People",
    "only_here": "Only on this list",
    "elsewhere": "Also on another",
    "combinations": "People by combination of lists",
    "combination": "On these lists and no other",
    "share": "Share",
    "on": "on",
    "off": "not on",
    "combinations_rest": "{rows} rarer combinations, together {people} people, are not shown.",
    "pairs": "People on each two lists",
    "pair": "Two lists",
    "first": "On the first",
    "second": "On the second",
    "both": "On both",
    "share_of_smaller": "Share of the smaller",
    # Estimate
    "estimate": "How many people there are, seen or not",
    "estimate_lead": "people by the model {model}; {level} interval {low} to {high}",
    "estimate_seen": "{seen} of them are on a list.",
    "estimate_none": "No size is given.",
    "estimate_needs": "What has to be true for this number to hold",
    "estimate_why": "Why",
    "model": "Model",
    "chosen": "chosen",
    "interval": "{level} interval",
    "stderr": "Std. error",
    "aic": "AIC",
    "note": "Note",
    "range": "Range",
    "beyond": "reaches beyond the scale",
    "range_key": (
        "Bar: interval. Mark: estimate. Scale from {low} to {high}; an arrow runs off the scale."
    ),
    "model_key": "Digits in a model’s name are the lists:",
    # Cells
    "cells": "Every cell",
    "cells_lead": (
        "By period, channel and partner. Totals are counted in the same way; the total of a single "
        "part is not repeated."
    ),
    "cells_totals": (
        "These would be {rows} rows; here are only the totals. counts.csv holds every cell."
    ),
    "channel": "Channel",
    "partner": "Partner",
    "all_channels": "all channels",
    "all_partners": "all partners",
    # Linkage
    "linkage": "How records became people",
    "records": "Records",
    "persons": "People",
    "duplicates": "Duplicates inside",
    "candidate_pairs": "Pairs compared",
    "links": "Pairs linked",
    "persons_in_all": "People in all",
    "threshold": "Linked from a probability of",
    "expected_precision": "Links expected to be right",
    "expected_recall": "True links expected to be found",
    # Quality
    "quality": "Data quality",
    "rules_title": "Values that could not be used",
    "rules_lead": (
        "These values count as missing; the rows stay. rejects.csv tells the row of each, so that "
        "the partner can correct it."
    ),
    "rules_none": "Every value could be used.",
    "column": "Column",
    "rule": "Rule",
    "rows": "Rows",
    "missing_title": "Missing values",
    "missing_lead": "Share of a partner’s records without a usable value.",
    "attribute": "Attribute",
    "not_carried": "not in the file",
    # Method
    "method": "Method",
    "software": "Software",
    "fingerprint": "Linkage schema (SHA-256)",
    "epoch": "Epoch of the key",
    "seed": "Seed",
    "seconds": "Seconds",
    "inputs": "Files read",
    "file": "File",
    "digest": "SHA-256",
    "definitions": "What the words mean",
    "define_contact": (
        "Contact: one service event, however many services it held. Group contacts have no person."
    ),
    "define_person": (
        "Person: one or more records that the linkage holds to be the same human being. Links can "
        "be wrong and can be missed."
    ),
    "define_new": (
        "New to programme: the first dated contact in all linked files falls in the period. New to "
        "partner: the first with that partner does; for all partners, with at least one. "
        "New in year: the first of the (fiscal) year does."
    ),
    "define_list": (
        "On a list: registered by that partner, with or without a contact in these files."
    ),
}
