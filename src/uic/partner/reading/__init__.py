"""From a partner's export as it is to a register: CSV, XLSX, Parquet, Arrow tables."""
