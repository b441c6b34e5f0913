"""Tables of counts as CSV files: the same bytes for the same table, and no formula in a cell."""

from uic.sheets import defuse, write_csv

__all__ = ["defuse", "write_csv"]
