"""The matcher's room: it sees tokens under random row ids, never a name, a key or an event."""
