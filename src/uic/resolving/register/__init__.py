"""The register: the resolver's memory of one project, in one DuckDB file.

It knows records by handle and persons by number, and who was who in every round. What belongs
together happens in one transaction, so that a killed run leaves the last finished round.
"""
