"""The analyst's room: person ids, events and counts."""
