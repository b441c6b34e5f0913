"""The resolver's room: it sees pairs of row ids and makes person ids, never a token."""
