"""Tables as programmes print them, and the files they go into."""

from uic.analysis.tabulating.characteristics import characteristics
from uic.analysis.tabulating.dhis2 import data_values, dhis2_period, read_cells, write_data_values
from uic.analysis.tabulating.dhis2_mapping import Dhis2Mapping, load_dhis2_mapping
from uic.analysis.tabulating.overlap import overlap_matrix
from uic.analysis.tabulating.spreadsheets import write_tables, write_workbook
from uic.analysis.tabulating.tables import tabulated
from uic.analysis.tabulating.values import DO_NOT_ADD, Tabulation, Tabulations

__all__ = [
    "DO_NOT_ADD",
    "Dhis2Mapping",
    "Tabulation",
    "Tabulations",
    "characteristics",
    "data_values",
    "dhis2_period",
    "load_dhis2_mapping",
    "overlap_matrix",
    "read_cells",
    "tabulated",
    "write_data_values",
    "write_tables",
    "write_workbook",
]
