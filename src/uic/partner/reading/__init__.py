"""From a partner's export as it is to a register: CSV, XLSX, Parquet, Arrow tables."""

from uic.partner.reading.registers import read_registers
from uic.partner.reading.rejects import write_rejects

__all__ = ["read_registers", "write_rejects"]
