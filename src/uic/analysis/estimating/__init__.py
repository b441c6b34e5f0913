"""Population size from overlapping lists."""
