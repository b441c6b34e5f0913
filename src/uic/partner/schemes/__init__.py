"""UIC schemes as data: load, validate, explain."""
