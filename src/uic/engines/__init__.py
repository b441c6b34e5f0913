"""Engines that run the named steps of the linkage plan."""
