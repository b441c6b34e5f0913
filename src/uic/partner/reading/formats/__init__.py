"""Exports as other systems write them, brought to the plain table that a mapping reads.

A reader here knows how its system lays out files, sheets and headers, and nothing of attributes:
it gives one row a contact (or a person) and leaves every value as it is.
"""

from uic.partner.reading.formats.choosing import open_export

__all__ = ["open_export"]
